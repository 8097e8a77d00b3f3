/** Working copies: changes to a live article that wait for their moment. Only who may edit the article knows of them. */
import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../../core/access.ts';
import { checkTogether, refuse } from '../../core/errors.ts';
import { checkExpected, type Expectation } from '../../core/expectation.ts';
import type { Origin } from '../../store/events.ts';
import type { Parts, Store } from '../../store/store.ts';
import type { ArticleInput, ArticleParts } from '../articles/actions.ts';
import { encodePage } from '../articles/cards.ts';
import { findToWrite } from '../articles/finding.ts';
import { decideMove } from '../articles/moves.ts';
import { checkAuthors } from '../articles/naming.ts';
import type { StoredArticle } from '../articles/queries.ts';
import { type Kept, keptOf, writingOf } from '../articles/records.ts';
import { demandAuthors, demandUntrashed } from '../articles/rules.ts';
import { resolveTags } from '../articles/tagging.ts';
import { applyPatch, checkWriting, isSameText, type Text, TextMoved } from '../articles/writing.ts';
import { readSite } from '../site/actions.ts';
import { findCopy, keepCopy, listNamed } from './queries.ts';
import {
  type CopyRow,
  changedContent,
  demandLive,
  isOpen,
  keptIn,
  mergedWith,
  type OpenCopy,
  versionOf,
} from './rules.ts';

/** A copy over its article: `article` is the two merged, with the version of the live one. */
export type WorkingCopy = { article: StoredArticle; version: number; updatedAt: Date; changedFields: string[] };

export const noCopy = (id: number) => refuse('not-found', `Article ${id} has no working copy`);

/** A live article as it would be with its copy. Authors and tags that are gone by now are left out. */
export const mergeCopy = async (
  store: Store,
  live: StoredArticle,
  copy: OpenCopy,
  now: Date,
): Promise<StoredArticle> => {
  const merged = mergedWith(writingOf(live, now), copy.fields, (await readSite(store)).language);
  const { title, subtitle, excerpt, bodyFormat, coverImage, language, body, seo, metadata } = merged;
  const { html, wordCount, excerpt: generatedExcerpt } = copy.rendering ?? keptOf(live);
  const own = { title, subtitle, excerpt, bodyFormat, coverImage, language, wordCount, generatedExcerpt };
  return {
    row: { ...live.row, ...own },
    content: { ...live.content, body, page: encodePage({ html, seo, metadata }) },
    ...(await listNamed(store, merged)),
  };
};

const presentCopy = async (store: Store, live: StoredArticle, copy: OpenCopy, now: Date): Promise<WorkingCopy> => {
  const was = writingOf(live, now);
  const { version, updatedAt, fields } = copy;
  const changedFields = changedContent(was, mergedWith(was, fields, (await readSite(store)).language));
  return { article: await mergeCopy(store, live, copy, now), version, updatedAt, changedFields };
};

/** Reads the working copy of a live article; `not-live`, or `not-found` where there is none. */
export const readCopy = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<WorkingCopy> => {
  const now = clock();
  const article = await findToWrite(store, caller, { id, expected: 'any' }, now);
  demandLive(article.row, now);
  const copy = await findCopy(store, id);
  if (!isOpen(copy)) throw noCopy(id);
  return presentCopy(store, article, copy, now);
};

type Edit = { id: number; expected: Expectation; input: ArticleInput };

/** What a copy becomes by a patch; the writer, the version that is expected and the form are judged. */
const planEdit = async (store: Store, caller: Caller, { id, expected, input }: Edit, now: Date) => {
  const article = await findToWrite(store, caller, { id, expected: 'any' }, now);
  const copy = await findCopy(store, id);
  const { language } = await readSite(store);
  const live = writingOf(article, now);
  const shown = isOpen(copy) ? mergedWith(live, copy.fields, language) : live;
  if (input.authorIds !== undefined) demandAuthors(caller, input.authorIds ?? [], shown.authorIds);
  checkExpected(expected, { version: versionOf(copy) });
  demandLive(article.row, now);
  const { tags, ...fields } = input;
  const merged = applyPatch(shown, fields, language);
  checkWriting(merged);
  return { article, copy, live, shown, merged };
};

/** The rendering of the text of a copy, where it has one of its own: that which is kept already, or a new one. */
const renderingFor = (
  { live, shown, merged, copy }: Awaited<ReturnType<typeof planEdit>>,
  rendered: (Text & Kept) | null,
): CopyRow['rendering'] => {
  if (isSameText(live, merged)) return null;
  if (copy?.rendering && isSameText(shown, merged)) return copy.rendering;
  if (!rendered || !isSameText(rendered, merged)) throw new TextMoved();
  const { html, wordCount, excerpt } = rendered;
  return { html, wordCount, excerpt };
};

/** Writes a patch into the copy of an article, within a transaction that runs. */
const writeEdit = async (
  tx: Store,
  origin: Origin,
  edit: Edit,
  rendered: (Text & Kept) | null,
  now: Date,
): Promise<WorkingCopy> => {
  const plan = await planEdit(tx, origin.caller, edit, now);
  const { article, copy, live, merged } = plan;
  const { input } = edit;
  const [, tagIds] = await checkTogether(
    () => checkAuthors(tx, input.authorIds ?? []),
    () => (input.tags === undefined ? merged.tagIds : resolveTags(tx, origin, now, input.tags ?? [])),
    () => decideMove(live.status, merged, {}, now),
  );
  const kept = keptIn(live, { ...merged, tagIds }, article.row.version, isOpen(copy) ? copy : undefined);
  if (isOpen(copy) && isDeepStrictEqual(kept.fields, copy.fields)) return presentCopy(tx, article, copy, now);
  const next: OpenCopy = {
    articleId: edit.id,
    version: (copy?.version ?? 0) + 1,
    ...kept,
    rendering: renderingFor(plan, rendered),
    createdAt: isOpen(copy) ? copy.createdAt : now,
    updatedAt: now,
  };
  if (!(await keepCopy(tx, copy, next))) throw new Error(`The copy of ${edit.id} changed within a transaction`);
  return presentCopy(tx, article, next, now);
};

/**
 * Changes the working copy of a live article by a merge patch over what it shows, and makes it where there is none. The
 * text is rendered before the transaction, and anew where another writer changed it in between.
 */
export const editCopy = async (
  { store, clock, renderer }: ArticleParts,
  origin: Origin,
  id: number,
  expected: Expectation,
  input: ArticleInput,
): Promise<WorkingCopy> => {
  const edit = { id, expected, input };
  for (;;) {
    const { live, shown, merged, copy } = await planEdit(store, origin.caller, edit, clock());
    const { body, bodyFormat } = merged;
    const isReady = isSameText(live, merged) || (copy?.rendering != null && isSameText(shown, merged));
    const rendered = isReady ? null : { body, bodyFormat, ...(await renderer.renderBody(body, bodyFormat)) };
    try {
      return await store.transaction((tx) => writeEdit(tx, origin, edit, rendered, clock()));
    } catch (error) {
      if (!(error instanceof TextMoved)) throw error;
    }
  }
};

/** Takes the fields out of the row of a copy: the version goes on, so that no tag of this one fits the next. */
export const closeCopy = async (tx: Store, copy: OpenCopy, now: Date): Promise<void> => {
  const empty = { fields: null, bases: {}, rendering: null };
  const next = { ...copy, ...empty, version: copy.version + 1, updatedAt: now };
  if (!(await keepCopy(tx, copy, next))) throw new Error(`The copy of ${copy.articleId} changed within a transaction`);
};

/** Drops the working copy of an article, live or no longer; `not-found` where there is none. */
export const deleteCopy = ({ store, clock }: Parts, origin: Origin, id: number, expected: Expectation): Promise<void> =>
  store.transaction(async (tx) => {
    const now = clock();
    const { row } = await findToWrite(tx, origin.caller, { id, expected: 'any' }, now);
    const copy = await findCopy(tx, id);
    if (!isOpen(copy)) throw noCopy(id);
    checkExpected(expected, copy);
    demandUntrashed(row);
    await closeCopy(tx, copy, now);
  });
