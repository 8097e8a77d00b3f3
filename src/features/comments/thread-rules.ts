/** How deep threads go, and how much of them is shown at once. */
import type { Entry } from './thread-queries.ts';

/** How deep a comment can stand; a reply to one there stands beside it. */
export const DEEPEST = 5;

/** The place of a comment in its thread: whom it replies to, and how deep that is. */
export type Place = { parentId: number | null; depth: number };

export const ON_TOP: Place = { parentId: null, depth: 0 };

/** The place of a reply: below the comment it answers, or beside that, where it is as deep as any may be. */
export const placeBelow = ({ id, parentId, depth }: Place & { id: number }): Place =>
  depth < DEEPEST ? { parentId: id, depth: depth + 1 } : { parentId, depth: DEEPEST };

/** How a list of comments is seen: one after the other, or with the first replies to each. */
export const VIEWS = ['flat', 'tree'] as const;

/** How many replies a tree shows of each comment, and how many levels of them. */
export const SHOWN_REPLIES = 5;
export const SHOWN_LEVELS = 2;

/** An entry of a tree with its first replies; `hasMore`: there are others behind them. */
export type Branch = { entry: Entry; replies: Branch[]; hasMore: boolean };
