/** How the audit is found. */
import { and, asc, type Column, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { EventType } from '../../core/events.ts';
import type { Slice } from '../../core/slice.ts';
import type { Store } from '../../store/store.ts';
import type { AuditRow } from './queries.ts';

/** What is looked for. `types`: none but these. */
export type AuditFilter = {
  types: readonly EventType[] | undefined;
  kind: string | undefined;
  id: number | undefined;
  key: number | undefined;
};

const MAX_ID = 2 ** 31 - 1;

/** The columns an index begins with before the id, and their values. */
type Lead = [column: Column, value: string | number][];
/** The ids that are walked through, from one end or the other. */
type Range = { least: number; greatest: number; isDown: boolean };

/** The ids behind the place of a slice: the newest first, unless it goes back. */
const rangeOf = ({ from }: Slice): Range => {
  const isDown = !from?.before;
  const { id } = from?.place ?? {};
  if (id === undefined) return { least: 0, greatest: MAX_ID, isDown };
  return isDown ? { least: 0, greatest: id - 1, isDown } : { least: id + 1, greatest: MAX_ID, isDown };
};

/**
 * Walks an index that begins with some columns. What they are is said together with the id, as one value: so neither
 * engine has another way than that index, and it gives the order too.
 */
const walk = (store: Store, limit: number, lead: Lead, range: Range, ofTypes?: SQL): Promise<AuditRow[]> => {
  const { events } = store.tables;
  const columns: Column[] = [...lead.map(([column]) => column), events.id];
  const values = (id: number) => sql.join([...lead.map(([, value]) => sql`${value}`), sql`${id}`], sql`, `);
  const placed = sql`(${sql.join(columns, sql`, `)})`;
  const isWithin = sql`${placed} >= (${values(range.least)}) and ${placed} <= (${values(range.greatest)})`;
  return store.db
    .select()
    .from(events)
    .where(and(isWithin, ofTypes))
    .orderBy(...columns.map((column) => (range.isDown ? desc(column) : asc(column))))
    .limit(limit);
};

/** Walks each type by itself, no further than the last event that is shown by then. */
const walkTypes = async (
  store: Store,
  limit: number,
  range: Range,
  types: readonly EventType[],
): Promise<AuditRow[]> => {
  const { isDown } = range;
  const rest = { ...range };
  let found: AuditRow[] = [];
  for (const type of types) {
    found.push(...(await walk(store, limit, [[store.tables.events.type, type]], rest)));
    found = found.sort((a, b) => (isDown ? b.id - a.id : a.id - b.id)).slice(0, limit);
    const last = found.length === limit ? found.at(-1) : undefined;
    if (last) rest[isDown ? 'least' : 'greatest'] = last.id;
  }
  return found;
};

/**
 * Events as they are stored, the newest first, one more than the page shows. Of one thing and of one key there are few
 * enough to look through what happened to it, or what it did; types alone are walked each by itself.
 */
export const listAuditRows = (
  store: Store,
  { types, kind, id, key }: AuditFilter,
  slice: Slice,
): Promise<AuditRow[]> => {
  const { events } = store.tables;
  const [limit, range] = [slice.limit + 1, rangeOf(slice)];
  // Neither is to be found by its own index, which would have to be sorted.
  const ofTypes = types && inArray(sql`coalesce(${events.type}, '')`, [...types]);
  const byKey = key === undefined ? undefined : eq(sql`coalesce(${events.keyId}, 0)`, key);
  if (kind !== undefined && id !== undefined) {
    const lead: Lead = [
      [events.kind, kind],
      [events.entityId, id],
    ];
    return walk(store, limit, lead, range, and(byKey, ofTypes));
  }
  if (key !== undefined) return walk(store, limit, [[events.keyId, key]], range, ofTypes);
  return types ? walkTypes(store, limit, range, types) : walk(store, limit, [], range);
};

/** The names of keys, revoked ones too, by id. */
export const findKeyNames = async (
  { db, tables: { keys } }: Store,
  ids: readonly number[],
): Promise<Map<number, string>> => {
  if (ids.length === 0) return new Map();
  const found = await db
    .select({ id: keys.id, name: keys.name })
    .from(keys)
    .where(inArray(keys.id, [...ids]))
    .orderBy(asc(keys.id));
  return new Map(found.map(({ id, name }) => [id, name]));
};
