/**
 * What commits touched, for other processes on the same database. Ids are given before the commit, so a row may appear
 * below one that was seen already; the transaction that wrote it tells which could still have been unseen.
 */
import { asc, lt, sql } from 'drizzle-orm';
import type { Group } from '../core/groups.ts';
import { prepared } from './prepared.ts';
import type { Store } from './store.ts';
import type { Touched } from './touches.ts';

/** Rows are kept for ten minutes of the server's clock; a process that looked away for five forgets all it had kept. */
const KEPT_FOR = sql`interval '10 minutes'`;
const LONGEST_LOOK_AWAY = 5 * 60_000;
/** How many writes go by between two cleanings of the table. */
const CLEAN_EVERY = 500;

const insertTouch = prepared(({ db, tables: { touches } }) =>
  db
    .insert(touches)
    .values({ at: sql`statement_timestamp()`, groups: sql`${sql.placeholder('groups')}` })
    .returning({ id: touches.id }),
);

const cleanTouches = prepared(({ db, tables: { touches } }) =>
  db.delete(touches).where(lt(touches.at, sql`statement_timestamp() - ${KEPT_FOR}`)),
);

/** Before this transaction all are over: whatever they wrote is seen, or never will be. */
const OLDEST_RUNNING = sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text`;

/** A row for each touch that a look may not have seen yet; one of none where there is no such touch. */
const touchesSince = prepared(({ db, tables: { touches } }) =>
  db
    .select({ id: touches.id, groups: touches.groups, xid: OLDEST_RUNNING })
    .from(sql`(select) as always`)
    .leftJoin(touches, sql`xid >= ${sql.placeholder('xid')}::xid8`)
    .orderBy(asc(touches.id)),
);

/** How many touches of its own a process remembers to skip. */
const MOST_OWN = 10_000;

/** A transaction that there never will be. */
const NEVER = '18446744073709551615';

/** Writes what a unit touched, within it; returns the id of the row. Cleans the table now and then. */
export const writeTouch = async (tx: Store, groups: ReadonlySet<Group>): Promise<number> => {
  const [written] = await insertTouch(tx, { groups: JSON.stringify([...groups]) });
  const { id } = written as { id: number };
  if (id % CLEAN_EVERY === 0) await cleanTouches(tx);
  return id;
};

/** Reads, look after look, what other processes have touched from now on. */
export const openTouchReader = async (store: Store) => {
  const look = async (xid: string) => {
    const rows = await touchesSince(store, { xid });
    return { rows, oldest: rows[0]?.xid };
  };
  let since = (await look(NEVER)).oldest ?? '0';
  let lookedAt = Date.now();
  let seen = new Set<number>();
  const own = new Set<number>();
  return {
    /** Says that a touch is this process's own, and told already. */
    skip: (id: number): void => {
      own.add(id);
      if (own.size > MOST_OWN) own.delete(own.values().next().value as number);
    },
    /** What others have touched since the last look; `'all'` where rows may be gone, or another server has taken over. */
    look: async (): Promise<Touched> => {
      const startedAt = Date.now();
      const { rows, oldest = since } = await look(since);
      const isLate = startedAt - lookedAt > LONGEST_LOOK_AWAY;
      const isOther = BigInt(oldest) < BigInt(since);
      lookedAt = startedAt;
      since = oldest;
      const touched = new Set<Group>();
      const found = new Set<number>();
      for (const { id, groups } of rows) {
        if (id === null || groups === null) continue;
        found.add(id);
        if (!own.delete(id) && !seen.has(id)) for (const group of groups) touched.add(group);
      }
      seen = found;
      return isLate || isOther ? 'all' : touched;
    },
  };
};
