/** What commits touched, for other processes on the same file: rows in the order of their commits, as units take turns. */
import { asc, gt, lt, sql } from 'drizzle-orm';
import type { Group } from '../core/groups.ts';
import { insertion, prepared } from './prepared.ts';
import type { Store } from './store.ts';
import type { Touched } from './touches.ts';

/**
 * How long the table keeps what was touched, in ms: a process that looked away longer forgets all it had kept, and a cache
 * outside that could not be told for longer is purged as a whole.
 */
const KEPT_FOR = 10 * 60_000;
/** How many writes go by between two cleanings of the table. */
const CLEAN_EVERY = 500;

const insertTouch = insertion(
  ({ touches }) => touches,
  (query, touches) => query.returning({ id: touches.id }),
);

const touchesAfter = prepared(({ db, tables: { touches } }) =>
  db
    .select({ id: touches.id, groups: touches.groups })
    .from(touches)
    .where(gt(touches.id, sql.placeholder('after')))
    .orderBy(asc(touches.id)),
);

/** Writes what a unit touched, within it; returns the id of the row. Cleans the table now and then. */
export const writeTouch = async (tx: Store, groups: ReadonlySet<Group>): Promise<number> => {
  const at = new Date(); // the machine's time, not the app's: it is about how long others may look away
  const [written] = await insertTouch(tx, { at, groups: [...groups] });
  const { id } = written as { id: number };
  const { touches } = tx.tables;
  if (id % CLEAN_EVERY === 0) await tx.db.delete(touches).where(lt(touches.at, new Date(at.getTime() - KEPT_FOR)));
  return id;
};

/** What was touched after a touch, in all; `'all'` where rows in between are gone already. */
export const listTouchedAfter = async (store: Store, after: number): Promise<{ last: number; touched: Touched }> => {
  const rows = await touchesAfter(store, { after });
  const last = rows.at(-1)?.id ?? after;
  const isWhole = rows.length === last - after;
  return { last, touched: isWhole ? new Set(rows.flatMap(({ groups }) => groups)) : 'all' };
};
