/** What can be done with articles: they are read, made and edited. Taking away and bringing back is in `trash.ts`. */
import { type Caller, may } from '../../core/access.ts';
import { checkTogether } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { statusAt } from '../../core/statuses.ts';
import type { Renderer } from '../../rendering/renderer.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { decodePage } from './cards.ts';
import { findBySlug, findToWrite, openToWrite, showTo } from './finding.ts';
import { decideMove } from './moves.ts';
import { checkAuthors, checkSource, chooseArticleSlug } from './naming.ts';
import { findArticle, type StoredArticle } from './queries.ts';
import { keptOf, type Rendered, recordOf, storeNew, storeOver, touchesSearch, writingOf } from './records.ts';
import { demandAuthors, demandMove, demandUntrashed } from './rules.ts';
import { resolveTags, type TagInput } from './tagging.ts';
import {
  type ArticlePast,
  applyPatch,
  changedFields,
  checkWriting,
  isSameText,
  type Manner,
  newWriting,
  type Text,
  TextMoved,
  type WritingPatch,
} from './writing.ts';

/** What is sent of an article; moments are read, tags are as they were named. */
export type ArticleInput = Omit<WritingPatch, 'tagIds'> & { tags?: TagInput[] | null };
export type ArticleParts = Parts & { renderer: Renderer };

/** Reads one article; what the caller may not see does not exist. */
export const readArticle = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<StoredArticle> =>
  showTo(caller, await findArticle(store, id), id, clock());

/** Reads one article by a slug, also by one that it had in public once: its slug is another then. */
export const readArticleBySlug = ({ store, clock }: Parts, caller: Caller, slug: string): Promise<StoredArticle> =>
  findBySlug(store, caller, slug, clock());

/** The writing of a new article, its form and its writer judged. Who may not choose authors is its author. */
const draftOf = (caller: Caller, { tags, ...fields }: ArticleInput, siteLanguage: string) => {
  const own = may(caller, 'choose authors') || caller?.authorId == null ? [] : [caller.authorId];
  const authorIds = fields.authorIds ?? own;
  demandAuthors(caller, authorIds, own);
  const draft = newWriting({ ...fields, authorIds }, siteLanguage);
  if (draft.status !== 'draft') demandMove(caller, draft.status, authorIds);
  checkWriting(draft);
  return draft;
};

/** Stores a new article, rendered already, within a transaction that runs; returns its id. */
export const addArticle = async (
  tx: Store,
  origin: Origin,
  now: Date,
  input: ArticleInput,
  rendering: Rendered,
  past: ArticlePast = {},
): Promise<number> => {
  const draft = draftOf(origin.caller, input, (await readSite(tx)).language);
  const [, tagIds, move] = await checkTogether(
    () => checkAuthors(tx, draft.authorIds),
    () => resolveTags(tx, origin, now, input.tags ?? []),
    () => decideMove(null, draft, input, now),
  );
  const [slug] = await checkTogether(
    () => chooseArticleSlug(tx, draft),
    () => checkSource(tx, draft),
  );
  const { createdAt = now, updatedAt = now, firstPublishedAt = null, deletedAt = null, slugWasPublic = false } = past;
  const standing = { ...move, unpublishAt: draft.unpublishAt, deletedAt, firstPublishedAt, slug, slugWasPublic };
  const rest = { version: 1, createdAt, updatedAt, commentCount: 0 };
  const record = recordOf({ ...draft, tagIds, slug }, standing, rendering, rest, now);
  return storeNew(tx, origin, record, rendering, now);
};

/** Makes an article. Its form and its writer are judged before it is rendered, what it names in the store after. */
export const createArticle = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  input: ArticleInput,
): Promise<StoredArticle> => {
  const { body, bodyFormat } = draftOf(origin.caller, input, (await readSite(store)).language);
  const rendering = await renderer.renderBody(body, bodyFormat);
  return store.transaction(async (tx) => {
    const now = clock();
    const id = await addArticle(tx, origin, now, input, rendering);
    await keepOutcome(tx, origin, { kind: 'article', id }, now);
    return (await findArticle(tx, id)) as StoredArticle;
  });
};

/**
 * A change of an article: what is sent, how its objects are taken, and what else is true only together with it, such as
 * that a working copy is published: looked at and written in the transaction, before the article is.
 */
export type Change = {
  input: ArticleInput;
  manner?: Manner;
  alongside?: (tx: Store, before: StoredArticle, now: Date) => Promise<void>;
};

/** What an article becomes by a change, its form judged. */
const mergedWith = (before: StoredArticle, { input, manner }: Change, siteLanguage: string, now: Date) => {
  const { tags, ...fields } = input;
  const was = writingOf(before, now);
  const merged = applyPatch(was, fields, siteLanguage, manner);
  checkWriting(merged);
  return { was, merged };
};

/** Stores what a change makes of an article, unless it changes nothing. Tells whether it did. */
const writeChange = async (
  tx: Store,
  origin: Origin,
  now: Date,
  before: StoredArticle,
  change: Change,
  rendered: (Text & Rendered) | null,
): Promise<boolean> => {
  const { row } = before;
  const { input } = change;
  const { was, merged } = mergedWith(before, change, (await readSite(tx)).language, now);
  const [, tagIds, move] = await checkTogether(
    () => checkAuthors(tx, input.authorIds ?? []),
    () => (input.tags === undefined ? was.tagIds : resolveTags(tx, origin, now, input.tags ?? [])),
    () => decideMove(was.status, merged, input, now),
  );
  const [slug] = await checkTogether(
    () => (merged.slug === was.slug ? row.slug : chooseArticleSlug(tx, merged, row.id)),
    () => checkSource(tx, merged, row.id),
  );
  const standing = { ...row, ...move, unpublishAt: merged.unpublishAt };
  const writing = { ...merged, slug, tagIds, status: statusAt(standing, now), publishedAt: move.publishedAt };
  const changed = changedFields(was, writing);
  if (changed.length === 0) return false;
  const [isSame, isFoundAnew] = [isSameText(was, writing), touchesSearch(changed)];
  const text = rendered && isSameText(rendered, writing) ? rendered : null;
  if ((!isSame || isFoundAnew) && text === null) throw new TextMoved();
  const { createdAt, commentCount } = row;
  const rest = { version: row.version + 1, createdAt, updatedAt: now, commentCount };
  const record = recordOf(writing, standing, isSame || text === null ? keptOf(before) : text, rest, now);
  await storeOver(
    tx,
    origin,
    before,
    record,
    'article.updated',
    changed,
    isFoundAnew ? (text?.searched ?? null) : null,
  );
  return true;
};

/** What of an edited text is made ready before the transaction; null where no text is needed. */
const prepareText = async (
  renderer: Renderer,
  seen: StoredArticle,
  { was, merged }: ReturnType<typeof mergedWith>,
  { tags }: ArticleInput,
): Promise<(Text & Rendered) | null> => {
  const { body, bodyFormat } = merged;
  if (!isSameText(was, merged)) return { body, bodyFormat, ...(await renderer.renderBody(body, bodyFormat)) };
  if (tags === undefined && !touchesSearch(changedFields(was, merged))) return null;
  return {
    body,
    bodyFormat,
    ...keptOf(seen),
    searched: await renderer.readSearched(decodePage(seen.content.page).html),
  };
};

/**
 * Changes an article in one transaction. The text is rendered before it, from what was read then; where another writer
 * changed body or format in between, it is rendered anew.
 */
export const changeArticle = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
  change: Change,
): Promise<StoredArticle> => {
  const write = { id, expected, change: change.input };
  for (;;) {
    const seen = await findToWrite(store, origin.caller, write, clock());
    const planned = mergedWith(seen, change, (await readSite(store)).language, clock());
    const rendered = await prepareText(renderer, seen, planned, change.input);
    try {
      return await store.transaction(async (tx) => {
        const now = clock();
        const before = await openToWrite(tx, origin.caller, write, now);
        demandUntrashed(before.row);
        await change.alongside?.(tx, before, now);
        await keepOutcome(tx, origin, { kind: 'article', id }, now);
        const hasChanged = await writeChange(tx, origin, now, before, change, rendered);
        return hasChanged ? ((await findArticle(tx, id)) as StoredArticle) : before;
      });
    } catch (error) {
      if (!(error instanceof TextMoved)) throw error;
    }
  }
};

/** Changes an article by a merge patch. */
export const editArticle = (
  parts: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
  input: ArticleInput,
): Promise<StoredArticle> => changeArticle(parts, origin, id, expected, { input });
