/** Where replies stand, and how threads are read. */
import { bodyFault, refuseAll } from '../../core/errors.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import type { Parts, Store } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { demandShownArticle, noComment } from './finding.ts';
import { findDiscussed } from './queries.ts';
import { areShown } from './rules.ts';
import { type Entry, findEntry, listFirstReplies, listShown } from './thread-queries.ts';
import { type Branch, ON_TOP, type Place, placeBelow, SHOWN_LEVELS, SHOWN_REPLIES } from './thread-rules.ts';

/** The place of a new comment; `invalid-parent` where nobody can reply to the one it names. */
export const placeComment = async (tx: Store, articleId: number, parentId: number | null): Promise<Place> => {
  if (parentId === null) return ON_TOP;
  const parent = await findEntry(tx, parentId);
  if (parent?.articleId !== articleId || parent.status !== 'approved') {
    const detail = `There is no comment ${parentId} here that can be replied to`;
    throw refuseAll('invalid-parent', [bodyFault('/parentId', 'invalid-parent', detail)]);
  }
  return placeBelow(parent);
};

/** What everyone sees of a comment in its thread: itself, or the place that is kept of it; else `not-found`. */
export const demandShownEntry = async (store: Store, id: number, now: Date): Promise<Entry> => {
  const entry = await findEntry(store, id);
  if (!entry?.isShown) throw noComment(id);
  const article = await findDiscussed(store, entry.articleId);
  const site = await readSite(store);
  if (!article || !areShown(article, site.commentPolicy, now)) throw noComment(id);
  return entry;
};

const bare = (entry: Entry): Branch => ({ entry, replies: [], hasMore: false });

/** Reads what stands below some entries, so many levels deep. */
const growBranches = async (store: Store, entries: readonly Entry[], levels: number): Promise<Branch[]> => {
  const replies = levels > 0 ? await listFirstReplies(store, entries, SHOWN_REPLIES) : new Map<number, Entry[]>();
  const below = await (replies.size > 0 ? growBranches(store, [...replies.values()].flat(), levels - 1) : []);
  const branchOf = new Map(below.map((branch) => [branch.entry.id, branch]));
  return entries.map((entry) => {
    const shown = replies.get(entry.id) ?? [];
    const branches = shown.flatMap(({ id }) => branchOf.get(id) ?? []);
    return { entry, replies: branches, hasMore: entry.shownReplyCount > shown.length };
  });
};

/** The comments that everyone sees of an article, one after the other; `not-found` where it is not live or hides them. */
export const listArticleComments = async (
  { store, clock }: Parts,
  articleId: number,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<Entry>> => {
  await demandShownArticle(store, articleId, clock());
  return listShown(store, { articleId, onTop: false }, newestFirst, slice);
};

/** Those on the top of an article, each with its first replies, oldest first, and with those to them. */
export const listArticleThreads = async (
  { store, clock }: Parts,
  articleId: number,
  newestFirst: boolean,
  slice: Slice,
): Promise<Sliced<Branch>> => {
  await demandShownArticle(store, articleId, clock());
  const { rows, total } = await listShown(store, { articleId, onTop: true }, newestFirst, slice);
  const shown = await growBranches(store, rows.slice(0, slice.limit), SHOWN_LEVELS);
  return { rows: [...shown, ...rows.slice(slice.limit).map(bare)], total };
};

/** The replies to a comment that everyone sees, oldest first, and the article they belong to; `not-found` where nobody sees it. */
export const listReplies = async (
  { store, clock }: Parts,
  id: number,
  slice: Slice,
): Promise<Sliced<Entry> & { articleId: number }> => {
  const { articleId } = await demandShownEntry(store, id, clock());
  return { ...(await listShown(store, { parentId: id }, false, slice)), articleId };
};
