/** Discussions written by hand, approved as they stand: by the doors they would take minutes. */
import type { Store } from '../../src/store/store.ts';
import { START } from './app.ts';
import { insertRows } from './rows.ts';

/** The number of the comment that each of so many replies to, of those before it; null: none. */
export type Shape = (n: number) => number | null;

/** How discussions go. `on top`: nobody replies; `in threads`: one in five begins one; `one thread`: all reply to the first. */
export const SHAPES = {
  'on top': () => null,
  'in threads': (n) => (n % 5 === 0 ? null : n - (n % 5) + (n % 5 > 2 ? (n % 5) - 2 : 0)),
  'one thread': (n) => (n === 0 ? null : 0),
} as const satisfies Record<string, Shape>;

const SAID = 'The harbour at night is another place than by day: one hears it before one sees it. ';

/** Writes so many approved comments under an article, a second apart; returns the id of the first. */
export const addDiscussion = (store: Store, articleId: number, size: number, shape: Shape): Promise<number> =>
  store.transaction(async (tx) => {
    const { comments } = tx.tables;
    const first = articleId * 100_000; // far from the ids that are given
    const parents = Array.from({ length: size }, (_, n) => shape(n));
    const replies = new Map<number, number>();
    const depths: number[] = [];
    for (const [n, parent] of parents.entries()) {
      depths[n] = parent === null ? 0 : (depths[parent] as number) + 1;
      if (parent !== null) replies.set(parent, (replies.get(parent) ?? 0) + 1);
    }
    const rows = parents.map((parent, n) => {
      const at = new Date(Date.parse(START) - (size - n) * 1000);
      const replyCount = replies.get(n) ?? 0;
      return {
        ...{
          id: first + n,
          version: 2,
          articleId,
          depth: depths[n] as number,
          replyCount,
          shownReplyCount: replyCount,
        },
        ...{ parentId: parent === null ? null : first + parent, isShown: true, status: 'approved' as const },
        ...{ authorName: `Reader ${n % 97}`, authorEmail: 'reader@mail.example', isStaff: false },
        ...{ body: SAID, html: `<p>${SAID}</p>\n`, approvedAt: at, createdAt: at, updatedAt: at },
      };
    });
    await insertRows(tx, comments, rows);
    return first;
  });
