/** What the rows of a list must meet, as conditions of its query. */
import {
  and,
  type Column,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lte,
  not,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { STATUSES, type Status } from '../../core/statuses.ts';
import { notEnded } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';
import { type ArticleFilter, askedSpans, type Path, type Span, type Walk } from './walks.ts';

/** The condition that the article of a row names any of some tags or authors. */
export const named = (
  { db, tables: { articles, articleTags, articleAuthors } }: Store,
  kind: 'tag' | 'author',
  ids: number[],
): SQL => {
  if (ids.length === 0) return sql`1 = 0`;
  const [from, articleId, id] =
    kind === 'tag'
      ? [articleTags, articleTags.articleId, articleTags.tagId]
      : [articleAuthors, articleAuthors.articleId, articleAuthors.authorId];
  return exists(
    db
      .select({ one: sql`1` })
      .from(from)
      .where(and(eq(articleId, articles.id), inArray(id, ids))),
  );
};

/** `en` matches `en` and `en-GB`. */
const inLanguages = (column: Column, languages: string[]): SQL =>
  or(...languages.map((language) => or(eq(column, language), like(column, `${language}-%`)))) as SQL;

/** A column that an engine is to seek nothing by, since another index is the better one. */
export const unindexed = (column: Column): SQL => sql`coalesce(${column}, null)`;

/** The same as `within`, by no index. */
export const withinUnindexed = (column: Column, { from, to }: Span): SQL | undefined =>
  and(
    from === null ? undefined : gte(unindexed(column), sql.param(from, column)),
    to === null ? undefined : lte(unindexed(column), sql.param(to, column)),
  );

export const within = (column: Column, { from, to }: Span): SQL | undefined =>
  and(from === null ? undefined : gte(column, from), to === null ? undefined : lte(column, to));

/** What every row of a list must meet, unless the walk's own path meets it. */
export const residual = (store: Store, filter: ArticleFilter, path: Path): SQL | undefined => {
  const { articles } = store.tables;
  const { tagIds, allTagIds, notTagIds, authorIds, writtenBy, languages, featured } = filter;
  const met = path.kind === 'article' ? null : path.meets;
  const others = allTagIds?.filter((id) => path.kind !== 'tag' || path.id !== id);
  return and(
    tagIds === null || met === 'tagIds' ? undefined : named(store, 'tag', tagIds),
    allTagIds?.length === 0 ? named(store, 'tag', []) : undefined, // one of them is unknown
    ...(others?.map((id) => named(store, 'tag', [id])) ?? []),
    notTagIds.length === 0 ? undefined : not(named(store, 'tag', notTagIds)),
    authorIds === null || met === 'authorIds' ? undefined : named(store, 'author', authorIds),
    writtenBy === null || met === 'writtenBy' ? undefined : named(store, 'author', [writtenBy]),
    path.kind === 'article' || path.earlier.length === 0 ? undefined : not(named(store, path.kind, path.earlier)),
    languages === null ? undefined : inLanguages(articles.language, languages),
    featured === null ? undefined : eq(articles.featured, featured),
  );
};

/** What is not live is for its author alone, where the caller reads no more than the own. */
export const owned = (
  store: Store,
  { unpublishedOnlyBy }: ArticleFilter,
  { shelving, path }: Walk,
): SQL | undefined => {
  if (unpublishedOnlyBy === null || shelving.isLive) return undefined;
  return path.kind === 'author' && path.id === unpublishedOnlyBy
    ? undefined
    : named(store, 'author', [unpublishedOnlyBy]);
};

/** The rows that are answered with some statuses at `now`, by columns that no index has. */
export const answeredAs = (
  { tables: { articles } }: Store,
  statuses: readonly Status[],
  now: Date,
): SQL | undefined => {
  if (statuses.length === STATUSES.length) return undefined;
  const { status, publishedAt, unpublishAt } = articles;
  const isPublished = eq(status, 'published');
  const conditions: Record<Status, SQL | undefined> = {
    draft: eq(status, 'draft'),
    review: eq(status, 'review'),
    scheduled: and(isPublished, gt(publishedAt, now)),
    published: and(isPublished, lte(publishedAt, now), notEnded(unpublishAt, now)),
    archived: or(eq(status, 'archived'), and(isPublished, lte(unpublishAt, now))),
  };
  return or(...STATUSES.filter((name) => statuses.includes(name)).map((name) => conditions[name]));
};

/** What an article must meet to be on a list, told of it alone: the same as the walks of the list. */
export const onList = (store: Store, filter: ArticleFilter, now: Date): SQL | undefined => {
  const { articles } = store.tables;
  const { unpublishedOnlyBy, trashed, statuses } = filter;
  const { published, updated } = askedSpans(filter);
  const live = and(isNull(articles.deletedAt), answeredAs(store, ['published'], now));
  return and(
    trashed ? isNotNull(articles.deletedAt) : isNull(articles.deletedAt),
    answeredAs(store, statuses, now),
    within(articles.publishedAt, published),
    within(articles.updatedAt, updated),
    residual(store, filter, { kind: 'article' }),
    unpublishedOnlyBy === null ? undefined : or(live, named(store, 'author', [unpublishedOnlyBy])),
  );
};
