/** Writes a comment as it was elsewhere: nobody judges it, and no rule against floods counts it. */
import { recordEvents } from '../../store/events.ts';
import { indexComment } from '../comments/indexing.ts';
import { insertComment } from '../comments/queries.ts';
import { foldEmail, isShownAs } from '../comments/rules.ts';
import { carryStanding } from '../comments/standing.ts';
import type { Alteration } from '../formats/found.ts';
import { commentDifferences, type PlannedComment, placeOf } from './comment-rules.ts';
import { type Desk, findAuthor, OPERATOR } from './desk.ts';
import { sourceKey } from './queries.ts';
import type { Written } from './report.ts';

/** The article of a comment, as it was before this transaction or is by it. */
const findArticleId = ({ threads, imported, slugs }: Desk, { articles }: PlannedComment): number | undefined => {
  for (const identity of articles) {
    const key = sourceKey(identity);
    const id = threads.articleIds.get(key) ?? imported.get(key)?.id;
    if (id !== undefined) return id;
    const holder = 'slug' in identity ? slugs.get(identity.slug) : undefined;
    if (holder !== undefined) return holder;
  }
  return undefined;
};

/** Who wrote it as staff, where that author is there. */
const bylineOf = (desk: Desk, { author: key }: PlannedComment): { authorId: number | null; altered: Alteration[] } => {
  const author = key === null ? undefined : findAuthor(desk, key);
  const reason = `names ${key}, who is no author here: signed by the name alone`;
  const isMissing = key !== null && author === undefined;
  return {
    authorId: author?.id ?? null,
    altered: isMissing ? [{ field: '/author', code: 'author-missing', reason }] : [],
  };
};

/** Stores a comment with all that counts it; one event tells of it, whatever its status. */
export const writeComment = async (desk: Desk, comment: PlannedComment, html: string): Promise<Written> => {
  const { tx, now, threads } = desk;
  const { key, status, createdAt = now, approvedAt, moderation } = comment;
  const known = threads.comments.get(key);
  if (known) return { fate: 'unchanged', kept: commentDifferences(comment, known) };
  const articleId = findArticleId(desk, comment);
  if (articleId === undefined) {
    const reason = 'names an article that is not there';
    return { fate: 'skipped', skipped: [{ field: '/article', code: 'unknown-reference', reason }] };
  }
  const parent = comment.parent === null ? undefined : threads.comments.get(comment.parent);
  const { place, altered } = placeOf(comment, articleId, parent);
  const byline = bylineOf(desk, comment);
  const { authorName, authorEmail, authorUrl, isStaff, body } = comment;
  const row = await insertComment(tx, {
    ...{ version: 1, articleId, ...place, replyCount: 0, isShown: isShownAs(status, 0), authorName, authorEmail },
    ...{ emailFolded: authorEmail === null ? null : foldEmail(authorEmail), authorUrl, isStaff },
    ...{ authorId: byline.authorId, body, html, status, importedAs: key },
    approvedAt: approvedAt === undefined && status === 'approved' ? createdAt : approvedAt,
    ...{ moderationScore: moderation.score, moderationReasons: moderation.reasons },
    ...{ createdAt, updatedAt: comment.updatedAt ?? createdAt },
  });
  threads.comments.set(key, row);
  if (status !== 'deleted') {
    await indexComment(tx, row);
    await recordEvents(tx, OPERATOR, [{ type: 'comment.created', at: now, entityId: row.id, version: 1, articleId }]);
  }
  await carryStanding(tx, OPERATOR, row, null, status);
  return { fate: 'created', altered: [...comment.alterations, ...altered, ...byline.altered] };
};
