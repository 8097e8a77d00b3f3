/** Writes an article within a transaction that runs, with all that came with it. */
import type { Rendering } from '../../rendering/renderer.ts';
import { addArticle } from '../articles/actions.ts';
import { inputOf } from '../articles/input.ts';
import type { Alteration } from '../formats/found.ts';
import type { CopyRecord } from '../formats/records.ts';
import { addCopy } from '../working-copies/adding.ts';
import { chooseFreeSlug, type Desk, OPERATOR, useAuthor, useTag } from './desk.ts';
import { writeOldSlugs } from './old-slug-writing.ts';
import { pastOf } from './past-rules.ts';
import { sourceKey } from './queries.ts';
import type { Written } from './report.ts';
import { articleDifferences, hasEnded, type PlannedArticle, sanitisedAway } from './rules.ts';

type Noted = { altered: Alteration[] };

/** The ids of authors, those made who have no record so far. */
const useAuthors = async (desk: Desk, keys: readonly string[], { altered }: Noted): Promise<number[]> => {
  const ids: number[] = [];
  for (const key of keys) {
    const { author, isNew } = await useAuthor(desk, key);
    ids.push(author.id);
    const reason = `names ${key}, who has no record so far: made as “${author.name}”`;
    if (isNew) altered.push({ field: '/authors', code: 'author-made', reason });
  }
  return ids;
};

const useTags = async (desk: Desk, keys: readonly string[]): Promise<number[]> => {
  const ids: number[] = [];
  for (const key of keys) ids.push((await useTag(desk, key, 'topic')).id);
  return ids;
};

/** The slug it gets: the wished one, or one beside it that is free. */
const slugFor = async (desk: Desk, wished: string | null, { altered }: Noted): Promise<string | null> => {
  if (wished === null) return null;
  const { slug, holder } = await chooseFreeSlug(desk, wished);
  const reason = `${wished} is the slug of article ${holder}: imported as ${slug}`;
  if (slug !== wished) altered.push({ field: '/slug', code: 'slug-taken', reason });
  return slug;
};

/** What is sent and what is behind it; what was to end by now has ended. */
const asOf = (now: Date, { sent, past }: PlannedArticle, { altered }: Noted) => {
  if (!hasEnded(sent, now)) return { sent, past };
  const firstPublishedAt = past.firstPublishedAt ?? new Date(sent.publishedAt as string);
  altered.push({ field: '/unpublishAt', code: 'ended', reason: 'has passed: stored as archived' });
  return {
    sent: { ...sent, status: 'archived' as const },
    past: { ...past, firstPublishedAt, slugWasPublic: true },
  };
};

const writeCopy = async (
  desk: Desk,
  articleId: number,
  { authors, tags, stored, ...fields }: CopyRecord,
  rendering: Rendering | null,
  noted: Noted,
): Promise<void> => {
  const named = {
    ...(authors && { authorIds: await useAuthors(desk, authors, noted) }),
    ...(tags && { tagIds: await useTags(desk, tags) }),
  };
  await addCopy(desk.tx, articleId, { ...fields, ...named }, rendering, desk.now, pastOf(stored));
};

/** Stores an article that is not there yet. */
export const writeArticle = async (
  desk: Desk,
  article: PlannedArticle,
  rendered: { body: Rendering; copy: Rendering | null },
): Promise<Written> => {
  const { tx, now, imported, slugs } = desk;
  const identity = sourceKey(article.identity);
  const known = imported.get(identity);
  if (known) return { fate: 'unchanged', kept: articleDifferences(article.sent, known) };

  const noted = { altered: [...article.alterations, ...sanitisedAway(article.sent.body, rendered.body.html)] };
  const authorIds = await useAuthors(desk, article.authors, noted);
  const tags = (await useTags(desk, article.tags)).map((id) => ({ id }));
  if (article.section !== null) tags.push({ id: (await useTag(desk, article.section, 'section')).id });
  const slug = await slugFor(desk, article.sent.slug, noted);
  const { sent, past } = asOf(now, article, noted);
  const input = { ...inputOf({ ...sent, slug }), authorIds, tags };
  const id = await addArticle(tx, OPERATOR, now, input, rendered.body, past);
  if (slug !== null) slugs.set(slug, id);
  imported.set(identity, {
    id,
    title: sent.title,
    excerpt: sent.excerpt?.trim() ? sent.excerpt : null,
    body: sent.body,
  });
  noted.altered.push(...(await writeOldSlugs(desk, { kind: 'article', id }, article.oldSlugs)));
  if (article.copy !== null) await writeCopy(desk, id, article.copy, rendered.copy, noted);
  return { fate: 'created', altered: noted.altered };
};
