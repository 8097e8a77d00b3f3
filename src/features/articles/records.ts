/** Between what an editor writes and what is stored: a record made of a writing, and a writing read from a record. */

import type { EventType } from '../../core/events.ts';
import { foldPlain } from '../../core/folding.ts';
import { touchedByArticle } from '../../core/groups.ts';
import { isLive, type Standing, shelfOf, statusAt } from '../../core/statuses.ts';
import type { Rendering } from '../../rendering/renderer.ts';
import { type NewEvent, type Origin, recordEvents } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { cardOf, decodePage, encodePage, seoAsWritten } from './cards.ts';
import { type Counted, liveEvents, moveCounts } from './counting.ts';
import { indexArticle } from './indexing.ts';
import { keepPast } from './keeping-past.ts';
import { firstLiveMoment, momentsToCome } from './moves.ts';
import { keepPublicSlug } from './naming.ts';
import {
  type ArticleRecord,
  type ArticleRow,
  insertArticle,
  type Named,
  replaceArticle,
  type StoredArticle,
} from './queries.ts';
import { insertRevision } from './revision-queries.ts';
import { sourceOf, type Writing } from './writing.ts';

export const authorIdsOf = ({ authors }: Pick<StoredArticle, 'authors'>): number[] => authors.map(({ id }) => id);
const tagIdsOf = ({ tags }: Pick<StoredArticle, 'tags'>): number[] => tags.map(({ id }) => id);

/** Whom and what a stored article names, in order. */
export const namedOf = (article: StoredArticle): Named => ({
  authorIds: authorIdsOf(article),
  tagIds: tagIdsOf(article),
});

/** Whom a stored article counts for. */
export const countedAs = (article: StoredArticle): Counted => ({
  ...namedOf(article),
  live: article.row.notedLive,
});

/** What an editor has written of a stored article, with the status that is answered at `now`. */
export const writingOf = (article: StoredArticle, now: Date): Writing => {
  const { row, content } = article;
  const page = decodePage(content.page);
  return {
    title: row.title,
    slug: row.slug,
    subtitle: row.subtitle,
    excerpt: row.excerpt,
    body: content.body,
    bodyFormat: row.bodyFormat,
    status: statusAt(row, now),
    publishedAt: row.publishedAt,
    unpublishAt: row.unpublishAt,
    authorIds: authorIdsOf(article),
    tagIds: tagIdsOf(article),
    coverImage: row.coverImage,
    language: row.language,
    translationKey: row.translationKey,
    featured: row.featured,
    commentPolicy: row.commentPolicy,
    contentUpdatedAt: row.contentUpdatedAt,
    seo: seoAsWritten(page),
    metadata: page.metadata,
    source: sourceOf(row),
  };
};

/** What is kept of a rendering beside the text. */
export type Kept = Pick<Rendering, 'html' | 'wordCount' | 'excerpt'>;
/** The same with the text as it is searched, which is written and never read back. */
export type Rendered = Kept & Pick<Rendering, 'searched'>;

/** The fields by which an article is found. */
const SEARCHED: readonly string[] = ['title', 'subtitle', 'body', 'bodyFormat', 'authorIds', 'tags'];
export const touchesSearch = (changedFields: readonly string[]): boolean =>
  changedFields.some((name) => SEARCHED.includes(name));

export const keptOf = ({ row, content }: StoredArticle): Kept => ({
  html: decodePage(content.page).html,
  wordCount: row.wordCount,
  excerpt: row.generatedExcerpt,
});

/** As much of a title, folded and without accents, as articles are sorted by: a cursor holds it, and folding can make eighteen letters of one. */
export const sortableTitle = (title: string): string => Array.from(foldPlain(title)).slice(0, 200).join('');

type Rest = Pick<ArticleRow, 'version' | 'createdAt' | 'updatedAt' | 'commentCount'>;

/** A standing, and what is known of the time before it. */
export type Past = Standing & { firstPublishedAt: Date | null; slug: string | null; slugWasPublic: boolean };

/** Everything that is stored of a writing whose slug is chosen. Its standing is that of `standing`, whatever it asks for. */
export const recordOf = (
  writing: Writing & { slug: string },
  standing: Past,
  kept: Kept,
  rest: Rest,
  now: Date,
): ArticleRecord => {
  const { authorIds, tagIds, body, seo, metadata, source, ...own } = writing;
  const { status, publishedAt, unpublishAt, deletedAt } = standing;
  const row = {
    ...own,
    ...rest,
    titleFolded: sortableTitle(own.title),
    generatedExcerpt: kept.excerpt,
    status,
    shelf: shelfOf(standing),
    publishedAt,
    unpublishAt,
    deletedAt,
    firstPublishedAt: firstLiveMoment(standing, now),
    sortAt: publishedAt ?? rest.createdAt,
    notedLive: isLive(standing, now),
    slugWasPublic: isLive(standing, now) || (standing.slugWasPublic && standing.slug === own.slug),
    wordCount: kept.wordCount,
    sourceSystem: source?.system ?? null,
    sourceId: source?.id ?? null,
    sourceUrl: source?.url ?? null,
    noindex: seo?.noindex ?? false,
    canonicalUrl: seo?.canonicalUrl ?? null,
  };
  const named = { authorIds, tagIds };
  return {
    row: { ...row, ...cardOf(row, named) },
    content: { body, page: encodePage({ html: kept.html, seo, metadata }) },
    named,
    dueMoments: momentsToCome(standing, now),
  };
};

/** Keeps that a version was stored, by whom, and in which fields it differs from the one before. */
const keepRevision = async (
  tx: Store,
  { caller }: Origin,
  articleId: number,
  { row }: ArticleRecord,
  changedFields: string[],
): Promise<void> => {
  const { version, updatedAt: at } = row;
  await insertRevision(tx, { articleId, version, at, keyId: caller?.keyId ?? null, changedFields });
};

const countedOf = ({ named, row }: ArticleRecord): Counted => ({ ...named, live: row.notedLive });

/** The event of a change, and those of going live or ceasing to be by it. */
const newsOf = (
  type: EventType,
  wasLive: boolean,
  { row }: ArticleRecord,
  entityId: number,
  changedFields: string[],
  at = row.updatedAt,
): NewEvent[] =>
  [type, ...liveEvents(wasLive, row.notedLive)].map((each) => ({
    type: each,
    at,
    entityId,
    version: row.version,
    slug: row.slug,
    live: row.notedLive,
    changedFields,
  }));

type Shelved = Pick<ArticleRow, 'shelf' | 'sortAt'>;

/** Whether a write gives an article another moment from which it is counted when its comments close. */
const isPublishedAnew = (before: Shelved | null, after: Shelved): boolean =>
  after.shelf === 'published' && !(before?.shelf === 'published' && before.sortAt.getTime() === after.sortAt.getTime());

/** Stores a new article with its counts, its words and its events, which happen `at`; returns its id. */
export const storeNew = async (
  tx: Store,
  origin: Origin,
  record: ArticleRecord,
  { searched }: Rendered,
  at = record.row.updatedAt,
): Promise<number> => {
  const id = await insertArticle(tx, record);
  await keepRevision(tx, origin, id, record, []);
  await indexArticle(tx, id, record.row, record.named, searched);
  await moveCounts(tx, null, countedOf(record));
  touch(tx, origin, touchedByArticle(id, null, countedOf(record)));
  if (record.dueMoments.length > 0 || isPublishedAnew(null, record.row)) touch(tx, origin, ['schedule']);
  await recordEvents(tx, origin, newsOf('article.created', false, record, id, [], at));
  return id;
};

/**
 * Writes a record over what was read, with its counts and events, and keeps what was there; `searched` where it is found
 * by other words now.
 */
export const storeOver = async (
  tx: Store,
  origin: Origin,
  before: StoredArticle,
  record: ArticleRecord,
  type: EventType,
  changedFields: string[],
  searched: string | null = null,
): Promise<void> => {
  const { row } = before;
  if (!(await replaceArticle(tx, row, record))) throw new Error(`Article ${row.id} changed within a transaction`);
  await keepPast(tx, before, writingOf(before, record.row.updatedAt), record.content.body);
  await keepRevision(tx, origin, row.id, record, changedFields);
  if (row.slugWasPublic && row.slug !== record.row.slug) await keepPublicSlug(tx, row, record.row);
  if (searched !== null) await indexArticle(tx, row.id, record.row, record.named, searched);
  await moveCounts(tx, countedAs(before), countedOf(record));
  touch(tx, origin, touchedByArticle(row.id, countedAs(before), countedOf(record)));
  const isMoved = record.dueMoments.length + momentsToCome(row, record.row.updatedAt).length > 0;
  if (isMoved || isPublishedAnew(row, record.row)) touch(tx, origin, ['schedule']);
  await recordEvents(tx, origin, newsOf(type, row.notedLive, record, row.id, changedFields));
};
