/** Where a command speaks, and how it ends. */
import type { Writable } from 'node:stream';

/** Results go to `out`, all else to `err`. */
export type Terminal = { out: Writable; err: Writable & { isTTY?: boolean } };

/** Exit codes besides 0: what was asked for failed, the command was not understood, Ctrl-C ended it. */
export const EXIT = { failed: 1, misused: 2, interrupted: 130 } as const;
