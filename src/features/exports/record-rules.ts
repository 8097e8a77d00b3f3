/** What goes out, as records: the same that an import takes. What is empty is left out, where it is empty without being said. */
import { formatMoment } from '../../core/moment.ts';
import { type Status, statusAt } from '../../core/statuses.ts';
import type { OldSlug } from '../../store/slug-history.ts';
import { decodePage, seoAsWritten } from '../articles/cards.ts';
import { firstLiveMoment } from '../articles/moves.ts';
import { CONTENT_FIELDS, sourceOf } from '../articles/writing.ts';
import type { AuthorRow } from '../authors/queries.ts';
import { keyOfComment } from '../comments/key-rules.ts';
import type {
  ArticleName,
  ArticleRecord,
  AuthorRecord,
  CommentRecord,
  CopyRecord,
  OldSlugRecord,
  SiteRecord,
  TagRecord,
} from '../formats/records.ts';
import type { SiteRow } from '../site/queries.ts';
import type { TagRow } from '../tags/queries.ts';
import type { ArticleOut, CommentOut, CopyOut } from './queries.ts';

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** An object without the members that are empty. */
const filled = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => !isEmpty(member))) as Partial<T>;

const oldSlugsOf = (oldSlugs: readonly OldSlug[] = []): OldSlugRecord[] =>
  oldSlugs.map(({ kind, slug, at }) => ({
    slug,
    at: formatMoment(at),
    ...(kind.startsWith('hidden-') && { hidden: true }),
  }));

const momentsOf = ({ createdAt, updatedAt }: { createdAt: Date; updatedAt: Date }) => ({
  createdAt: formatMoment(createdAt),
  updatedAt: formatMoment(updatedAt),
});

export const siteRecord = ({ id, updatedAt, ...site }: SiteRow): SiteRecord => ({ kind: 'site', ...site });

export const authorRecord = (author: AuthorRow, oldSlugs: readonly OldSlug[] | undefined): AuthorRecord => {
  const { slug, name, bio, avatarUrl, websiteUrl, links, email } = author;
  return {
    ...{ kind: 'author', key: slug, name },
    ...filled({ bio, avatarUrl, websiteUrl, links, email, oldSlugs: oldSlugsOf(oldSlugs) }),
    stored: momentsOf(author),
  };
};

export const tagRecord = (tag: TagRow, oldSlugs: readonly OldSlug[] | undefined): TagRecord => ({
  ...{ kind: 'tag', key: tag.slug, name: tag.name, tagKind: tag.kind },
  ...filled({ description: tag.description, oldSlugs: oldSlugsOf(oldSlugs) }),
  stored: momentsOf(tag),
});

/** What differs in a working copy, also where it is empty there. */
const copyRecord = (copy: CopyOut): CopyRecord => {
  const { authorIds, tags, ...own } = copy.fields;
  const named = { ...own, authorIds: authorIds && copy.authors, tags: tags && copy.tags } as Record<string, unknown>;
  const members = CONTENT_FIELDS.filter((field) => named[field] !== undefined);
  return {
    ...Object.fromEntries(members.map((field) => [field === 'authorIds' ? 'authors' : field, named[field]])),
    stored: momentsOf(copy),
  };
};

/** An article as it stands at `now`, in the trash too. */
export const articleRecord = (article: ArticleOut, now: Date): ArticleRecord => {
  const { row, body, copy, oldSlugs } = article;
  const page = decodePage(article.page);
  const status: Status = statusAt(row, now);
  return {
    ...{ kind: 'article', key: row.slug, title: row.title, status },
    ...filled({ source: sourceOf(row), subtitle: row.subtitle, summary: row.excerpt }),
    ...filled({ publishedAt: formatMoment(row.publishedAt), unpublishAt: formatMoment(row.unpublishAt) }),
    ...filled({ updatedAt: formatMoment(row.contentUpdatedAt) }),
    authors: article.authors.map(({ slug }) => slug),
    tags: article.tags.map(({ slug }) => slug),
    language: row.language,
    ...filled({ translationKey: row.translationKey, featured: row.featured, commentPolicy: row.commentPolicy }),
    ...filled({ coverImage: row.coverImage }),
    ...(page.seo && { seo: seoAsWritten(page) }),
    ...filled({ metadata: page.metadata, oldSlugs: oldSlugsOf(oldSlugs) }),
    stored: {
      ...momentsOf(row),
      firstPublishedAt: formatMoment(firstLiveMoment(row, now)),
      slugWasPublic: row.slugWasPublic,
      ...filled({ deletedAt: formatMoment(row.deletedAt) }),
    },
    ...(copy && { workingCopy: copyRecord(copy) }),
    ...{ bodyFormat: row.bodyFormat, body },
  };
};

const articleNameOf = ({ slug, sourceSystem, sourceId }: CommentOut['article']): ArticleName =>
  sourceSystem !== null && sourceId !== null ? { system: sourceSystem, id: sourceId } : { key: slug };

/** A comment of any status, or the place that is left of one. */
export const commentRecord = ({ row, article, parent, author }: CommentOut): CommentRecord => {
  const { authorName, authorEmail, authorUrl, isStaff, status, approvedAt, body } = row;
  const place = {
    ...({ kind: 'comment', key: keyOfComment(row), article: articleNameOf(article) } as const),
    ...(parent && { parent: keyOfComment(parent) }),
    isStaff,
    ...momentsOf(row),
  };
  if (status === 'deleted') return { ...place, removed: true };
  const [score, reasons] = [row.moderationScore, row.moderationReasons];
  const moderation = { ...(score !== 0 && { score }), ...filled({ reasons }) };
  return {
    ...place,
    ...{ authorName, status, approvedAt: formatMoment(approvedAt) },
    ...filled({ author, authorEmail, authorUrl, moderation }),
    body,
  };
};
