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

const oldestRunning = prepared(({ db, tables: { site } }) => db.select({ xid: OLDEST_RUNNING }).from(site).limit(1));

const touchesSince = prepared(({ db, tables: { touches } }) =>
  db
    .select({ id: touches.id, groups: touches.groups, xid: OLDEST_RUNNING })
    .from(touches)
    .where(sql`xid >= ${sql.placeholder('xid')}::xid8`)
    .orderBy(asc(touches.id)),
);

/** Writes what a unit touched, within it; returns the id of the row. Cleans the table now and then. */
export const writeTouch = async (tx: Store, groups: ReadonlySet<Group>): Promise<number> => {
  const [written] = await insertTouch(tx, { groups: JSON.stringify([...groups]) });
  const { id } = written as { id: number };
  if (id % CLEAN_EVERY === 0) await cleanTouches(tx);
  return id;
};

/** Reads, look after look, what other processes have touched from now on. */
export const openTouchReader = async (store: Store) => {
  let since = (await oldestRunning(store))[0]?.xid ?? '0'; // a store without a site is new: so are all its rows
  let lookedAt = performance.now();
  let seen = new Set<number>();
  return {
    /** Says that a touch is this process's own, and told already. */
    skip: (id: number): void => {
      seen.add(id);
    },
    /** What others have touched since the last look; `'all'` where rows may be gone already. */
    look: async (): Promise<Touched> => {
      const startedAt = performance.now();
      const rows = await touchesSince(store, { xid: since });
      const isLate = startedAt - lookedAt > LONGEST_LOOK_AWAY;
      lookedAt = startedAt;
      const unseen = rows.filter(({ id }) => !seen.has(id));
      seen = new Set(rows.map(({ id }) => id));
      since = rows[0]?.xid ?? since;
      return isLate ? 'all' : new Set(unseen.flatMap(({ groups }) => groups));
    },
  };
};
