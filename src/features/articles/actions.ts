/** What can be done with articles. */
import type { Caller } from '../../core/access.ts';
import { demand, may } from '../../core/access.ts';
import { bodyFault, checkTogether, refuse, refuseAll } from '../../core/errors.ts';
import { checkExpected, type Expectation } from '../../core/expectation.ts';
import { fold } from '../../core/folding.ts';
import { freeSlug, slugOf } from '../../core/slug.ts';
import { isLive, type Standing, shelfOf, statusAt } from '../../core/statuses.ts';
import type { Renderer, Rendering } from '../../rendering/renderer.ts';
import { type EventType, type Origin, recordEvents } from '../../store/events.ts';
import type { Parts, Store } from '../../store/store.ts';
import { listKnownAuthorIds } from '../authors/queries.ts';
import { readSite } from '../site/actions.ts';
import { type Counted, liveEvents, moveCounts } from './counting.ts';
import {
  type ArticleRecord,
  deleteArticleRow,
  findArticle,
  findArticleBySlug,
  findIdBySource,
  insertArticle,
  isArticleSlugTaken,
  replaceArticle,
  type StoredArticle,
} from './queries.ts';
import {
  applyPatch,
  blankWriting,
  canRead,
  changedFields,
  checkMerged,
  decideMove,
  demandAuthors,
  demandMove,
  firstLiveMoment,
  momentsToCome,
  sourceOf,
  type Writing,
  type WritingPatch,
} from './rules.ts';
import { resolveTags, type TagInput } from './tagging.ts';

/** What is sent of an article; moments are read, tags are as they were named. */
export type ArticleInput = Omit<WritingPatch, 'tagIds'> & { tags?: TagInput[] | null };
export type ArticleParts = Parts & { renderer: Renderer };

const notFound = (what: string | number) => refuse('not-found', `There is no article ${what}`);

export const authorIdsOf = ({ authors }: StoredArticle): number[] => authors.map(({ id }) => id);
const tagIdsOf = ({ tags }: StoredArticle): number[] => tags.map(({ id }) => id);

/** Lets through what the caller may read; else `gone` for what was live and is in the trash, or `not-found`. */
const showTo = (
  caller: Caller,
  article: StoredArticle | undefined,
  asked: string | number,
  now: Date,
): StoredArticle => {
  if (!article) throw notFound(asked);
  if (canRead(caller, article.row, authorIdsOf(article), now)) return article;
  const wasLive = article.row.deletedAt !== null && article.row.firstPublishedAt !== null;
  throw wasLive ? refuse('gone', `Article ${asked} was withdrawn`) : notFound(asked);
};

/** Reads one article; what the caller may not see does not exist. */
export const readArticle = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<StoredArticle> =>
  showTo(caller, await findArticle(store, id), id, clock());

/** Reads one article by slug. */
export const readArticleBySlug = async (
  { store, clock }: Parts,
  caller: Caller,
  slug: string,
): Promise<StoredArticle> => showTo(caller, await findArticleBySlug(store, slug), slug, clock());

/** What an editor has written of a stored article, with the status that is answered at `now`. */
export const writingOf = (article: StoredArticle, now: Date): Writing => {
  const { row, content } = article;
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
    seo: content.seo,
    metadata: content.metadata,
    source: sourceOf(row),
  };
};

type Kept = Pick<Rendering, 'html' | 'wordCount' | 'excerpt'>;

const keptOf = ({ row, content }: StoredArticle): Kept => ({
  html: content.html,
  wordCount: row.wordCount,
  excerpt: row.generatedExcerpt,
});

/** Everything that is stored of a writing. */
const recordOf = (
  writing: Writing,
  standing: Standing & { firstPublishedAt: Date | null },
  kept: Kept,
  rest: { version: number; slug: string; createdAt: Date; updatedAt: Date; commentCount: number },
  now: Date,
): ArticleRecord => {
  const { authorIds, tagIds, body, seo, metadata, source, excerpt, ...own } = writing;
  const { status, publishedAt, unpublishAt, deletedAt } = standing;
  return {
    row: {
      ...own,
      ...rest,
      titleFolded: fold(own.title),
      excerpt,
      generatedExcerpt: kept.excerpt,
      status,
      shelf: shelfOf(standing),
      publishedAt,
      unpublishAt,
      deletedAt,
      firstPublishedAt: firstLiveMoment(standing, now),
      sortAt: publishedAt ?? rest.createdAt,
      notedLive: isLive(standing, now),
      wordCount: kept.wordCount,
      sourceSystem: source?.system ?? null,
      sourceId: source?.id ?? null,
      sourceUrl: source?.url ?? null,
    },
    content: { body, html: kept.html, seo, metadata },
    named: { authorIds, tagIds },
    dueMoments: momentsToCome(standing, now),
  };
};

const countedOf = ({ named, row }: ArticleRecord): Counted => ({ ...named, live: row.notedLive });

const checkAuthors = async (tx: Store, authorIds: number[]): Promise<void> => {
  const known = await listKnownAuthorIds(tx, authorIds);
  const faults = authorIds
    .map((id, position) => ({ id, position }))
    .filter(({ id }) => !known.includes(id))
    .map(({ id, position }) => bodyFault(`/authorIds/${position}`, 'unknown-reference', `There is no author ${id}`));
  if (faults.length > 0) throw refuseAll('unknown-reference', faults);
};

/** The slug wished for (null: one made from the title); `slug-taken` with a free suggestion. */
const chooseSlug = async (tx: Store, wished: string | null, title: string): Promise<string> => {
  const isTaken = (slug: string) => isArticleSlugTaken(tx, slug);
  if (wished === null) return freeSlug(slugOf(title, 'article'), isTaken);
  if (await isTaken(wished)) {
    throw refuse('slug-taken', `The slug ${wished} is taken`, {
      extra: { suggestion: await freeSlug(wished, isTaken) },
    });
  }
  return wished;
};

const checkSource = async (tx: Store, { source }: Writing, id?: number): Promise<void> => {
  if (source === null) return;
  const other = await findIdBySource(tx, source.system, source.id);
  if (other !== undefined && other !== id) {
    throw refuse('source-taken', `Article ${other} came from ${source.system} ${source.id} already`);
  }
};

/** The authors a new article has: the caller's own where that is all it may have. */
const firstAuthors = (caller: Caller, given: number[] | null | undefined): number[] => {
  if (may(caller, 'choose authors')) return given ?? [];
  const own = caller?.authorId == null ? [] : [caller.authorId];
  if (given != null) demandAuthors(caller, given, own);
  return own;
};

/** Stores a new article, rendered already, within a transaction that runs; returns its id. */
export const addArticle = async (
  tx: Store,
  origin: Origin,
  now: Date,
  input: ArticleInput,
  rendering: Kept,
): Promise<number> => {
  const { tags, ...fields } = input;
  const authorIds = firstAuthors(origin.caller, fields.authorIds);
  const site = await readSite(tx);
  const patch: WritingPatch = { ...fields, authorIds };
  const draft = applyPatch(blankWriting(site.language), patch, site.language);
  demandMove(origin.caller, null, draft.status, authorIds);
  checkMerged(draft);
  const [, tagIds, move] = await checkTogether(
    () => checkAuthors(tx, authorIds),
    () => resolveTags(tx, origin, now, tags ?? []),
    () => decideMove(null, draft, patch, now),
  );
  const writing = { ...draft, tagIds };
  await checkSource(tx, writing);
  const slug = await chooseSlug(tx, writing.slug, writing.title);
  const standing = { ...move, unpublishAt: writing.unpublishAt, deletedAt: null, firstPublishedAt: null };
  const rest = { version: 1, slug, createdAt: now, updatedAt: now, commentCount: 0 };
  const record = recordOf(writing, standing, rendering, rest, now);
  const id = await insertArticle(tx, record);
  await moveCounts(tx, null, countedOf(record));
  await recordEvents(
    tx,
    origin,
    eventsOf(['article.created', ...liveEvents(false, record.row.notedLive)], id, record, now),
  );
  return id;
};

const eventsOf = (types: EventType[], entityId: number, { row }: ArticleRecord, at: Date, changed: string[] = []) =>
  types.map((type) => ({
    type,
    at,
    entityId,
    version: row.version,
    slug: row.slug,
    live: row.notedLive,
    changedFields: changed,
  }));

/** Makes an article. */
export const createArticle = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  input: ArticleInput,
): Promise<StoredArticle> => {
  const rendering = await renderer.renderBody(input.body ?? '', input.bodyFormat ?? 'markdown');
  return store.transaction(async (tx) => {
    const id = await addArticle(tx, origin, clock(), input, rendering);
    return (await findArticle(tx, id)) as StoredArticle;
  });
};

type Text = Pick<Writing, 'body' | 'bodyFormat'>;
const isSameText = (one: Text, other: Text) => one.body === other.body && one.bodyFormat === other.bodyFormat;

/** Throws where the text to be stored is not the one that was rendered: another writer changed it in between. */
class TextMoved extends Error {}

/**
 * Finds an article to write to and judges the writer, in the order of the contract: `not-found`, `forbidden`, then what
 * is expected of the version.
 */
const findToWrite = async (
  store: Store,
  caller: Caller,
  id: number,
  expected: Expectation,
  now: Date,
  input: ArticleInput = {},
): Promise<StoredArticle> => {
  const article = showTo(caller, await findArticle(store, id), id, now);
  const [authorIds, status] = [authorIdsOf(article), statusAt(article.row, now)];
  demandMove(caller, status, input.status ?? status, authorIds);
  if (input.authorIds !== undefined) demandAuthors(caller, input.authorIds ?? [], authorIds);
  checkExpected(expected, article.row);
  return article;
};

const writePatch = async (
  tx: Store,
  origin: Origin,
  now: Date,
  before: StoredArticle,
  { tags, ...fields }: ArticleInput,
  rendered: (Text & Kept) | null,
): Promise<boolean> => {
  const { row } = before;
  const site = await readSite(tx);
  const was = writingOf(before, now);
  const patch: WritingPatch = fields;
  const merged = applyPatch(was, patch, site.language);
  checkMerged(merged);
  const [, tagIds, move] = await checkTogether(
    () => checkAuthors(tx, patch.authorIds ?? []),
    () => (tags === undefined ? was.tagIds : resolveTags(tx, origin, now, tags ?? [])),
    () => decideMove(was.status, merged, patch, now),
  );
  const status = statusAt({ ...row, ...move, unpublishAt: merged.unpublishAt }, now);
  const writing = { ...merged, tagIds, status, publishedAt: move.publishedAt };
  if (writing.slug !== was.slug) writing.slug = await chooseSlug(tx, writing.slug, writing.title);
  const changed = changedFields(was, writing);
  if (changed.length === 0) return false;
  if (changed.includes('source')) await checkSource(tx, writing, row.id);
  if (!isSameText(was, writing) && !(rendered && isSameText(rendered, writing))) throw new TextMoved();

  const standing = { ...row, ...move, unpublishAt: writing.unpublishAt, firstPublishedAt: firstLiveMoment(row, now) };
  const rest = {
    version: row.version + 1,
    slug: writing.slug as string,
    createdAt: row.createdAt,
    updatedAt: now,
    commentCount: row.commentCount,
  };
  const record = recordOf(writing, standing, isSameText(was, writing) ? keptOf(before) : (rendered as Kept), rest, now);
  await overwrite(tx, before, record);
  const types: EventType[] = ['article.updated', ...liveEvents(row.notedLive, record.row.notedLive)];
  await recordEvents(tx, origin, eventsOf(types, row.id, record, now, changed));
  return true;
};

/** Writes a record over what was read, and moves the counts. */
const overwrite = async (tx: Store, before: StoredArticle, record: ArticleRecord): Promise<void> => {
  if (!(await replaceArticle(tx, before.row, record)))
    throw refuse('version-mismatch', 'The article was changed meanwhile');
  const counted = { authorIds: authorIdsOf(before), tagIds: tagIdsOf(before), live: before.row.notedLive };
  await moveCounts(tx, counted, countedOf(record));
};

/**
 * Changes an article. The text is rendered before the transaction, from what was read then; where another writer
 * changed body or format in between, it is rendered anew.
 */
export const editArticle = async (
  parts: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
  input: ArticleInput,
): Promise<StoredArticle> => {
  const { store, clock, renderer } = parts;
  for (;;) {
    const seen = await findToWrite(store, origin.caller, id, expected, clock(), input);
    const text: Text = {
      body: input.body === undefined ? seen.content.body : (input.body ?? ''),
      bodyFormat: input.bodyFormat ?? seen.row.bodyFormat,
    };
    const isNew = !isSameText(text, { body: seen.content.body, bodyFormat: seen.row.bodyFormat });
    const rendered = isNew ? { ...text, ...(await renderer.renderBody(text.body, text.bodyFormat)) } : null;
    try {
      return await store.transaction(async (tx) => {
        const now = clock();
        const before = await findToWrite(tx, origin.caller, id, expected, now, input);
        if (before.row.deletedAt !== null) throw refuse('trashed', `Article ${id} is in the trash; restore it first`);
        const hasChanged = await writePatch(tx, origin, now, before, input, rendered);
        return hasChanged ? ((await findArticle(tx, id)) as StoredArticle) : before;
      });
    } catch (error) {
      if (!(error instanceof TextMoved)) throw error;
    }
  }
};

/** Writes another standing of an article (in the trash, or out of it) with an event. */
const writeStanding = async (
  tx: Store,
  origin: Origin,
  now: Date,
  before: StoredArticle,
  change: Partial<Standing>,
  type: EventType,
): Promise<void> => {
  const { row } = before;
  const standing = { ...row, firstPublishedAt: firstLiveMoment(row, now), ...change };
  const { slug, createdAt, commentCount } = row;
  const rest = { version: row.version + 1, slug, createdAt, updatedAt: now, commentCount };
  const record = recordOf(writingOf(before, now), standing, keptOf(before), rest, now);
  await overwrite(tx, before, record);
  await recordEvents(tx, origin, eventsOf([type], row.id, record, now));
};

/** Puts an article in the trash; once more changes nothing. */
export const trashArticle = (parts: Parts, origin: Origin, id: number, expected: Expectation): Promise<void> =>
  parts.store.transaction(async (tx) => {
    const now = parts.clock();
    const before = await findToWrite(tx, origin.caller, id, expected, now);
    if (before.row.deletedAt === null)
      await writeStanding(tx, origin, now, before, { deletedAt: now }, 'article.trashed');
  });

/** Takes an article out of the trash, as a draft. One that is not there stays as it is. */
export const restoreArticle = (
  parts: Parts,
  origin: Origin,
  id: number,
  expected: Expectation,
): Promise<StoredArticle> =>
  parts.store.transaction(async (tx) => {
    const now = parts.clock();
    const before = await findToWrite(tx, origin.caller, id, expected, now);
    if (before.row.deletedAt === null) return before;
    await writeStanding(tx, origin, now, before, { deletedAt: null, status: 'draft' }, 'article.restored');
    return (await findArticle(tx, id)) as StoredArticle;
  });

/** Deletes an article for good: all of it but an event with its id. */
export const deleteArticle = (parts: Parts, origin: Origin, id: number, expected: Expectation): Promise<void> =>
  parts.store.transaction(async (tx) => {
    const before = await findArticle(tx, id);
    if (!before) throw notFound(id);
    demand(origin.caller, 'delete permanently');
    checkExpected(expected, before.row);
    const { version, slug, notedLive } = before.row;
    await moveCounts(tx, { authorIds: authorIdsOf(before), tagIds: tagIdsOf(before), live: notedLive }, null);
    await deleteArticleRow(tx, id);
    await recordEvents(tx, origin, [
      { type: 'article.deleted', at: parts.clock(), entityId: id, version, slug, live: false },
    ]);
  });
