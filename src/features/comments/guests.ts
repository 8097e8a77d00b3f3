/** What a guest may do with a comment of theirs, by the token of its 201; and what is kept of where it came from. */

import { createHmac } from 'node:crypto';

/** What is kept beside a new comment of who posted it. */
export type Marks = { addressHash: string | null; editTokenHash: string | null; editableUntil: Date | null };

/** The marks of a new comment, and the token with which it can be changed for a while. */
export const markComment = (
  secret: string,
  address: string,
  _now: Date,
): { marks: Marks; editToken: string | null } => ({
  marks: {
    addressHash: createHmac('sha256', secret).update(`address ${address}`).digest('hex'),
    editTokenHash: null,
    editableUntil: null,
  },
  editToken: null,
});
