/** Finding in full text, as far as the engines do it alike: the statements around an engine's own, and who may wait. */
import { type SQL, sql } from 'drizzle-orm';
import { refuse } from '../core/errors.ts';
import type { SearchQuery } from '../core/search-query.ts';
import { isDescending } from './keyset.ts';
import type { Hit, Search, Wanted } from './search.ts';

export type Row = Record<string, number | string>;

/**
 * What an engine has of its own. `hits`: a select of the newest articles that match and are wanted, as `id` and `value`.
 * `rank`: an expression over a row of `hits`, the smallest first, where the words stand in its title and its heading.
 */
type Finder = {
  hits(query: SearchQuery, wanted: Wanted): SQL;
  rank(query: SearchQuery): SQL;
  run(statement: SQL): Promise<Row[]>;
};

/** How many searches may wait: the clients of more would be gone before they are answered. */
const MOST_WAITING = 64;
/** What a search may take, in milliseconds. */
export const TIME_LIMIT = 5000;

/** The refusal of a search that passed a limit, which `reason` says. */
export const givenUp = (reason: string) =>
  refuse('unavailable', `The search was given up: ${reason}`, { retryAfter: 2 });

/** Lets searches through, and refuses them while too many are under way or wait. */
export const searchGate = (): (<T>(search: () => Promise<T>) => Promise<T>) => {
  let waiting = 0;
  return async (search) => {
    if (waiting >= MOST_WAITING) throw refuse('unavailable', 'Too many search at once; try again', { retryAfter: 1 });
    waiting++;
    try {
      return await search();
    } finally {
      waiting--;
    }
  };
};

const behind = ({ order, slice }: Wanted): SQL => {
  if (!slice.from) return sql`true`;
  const { value, id } = slice.from.place;
  return isDescending(order, slice)
    ? sql`(value < ${value} or value = ${value} and id < ${id})`
    : sql`(value > ${value} or value = ${value} and id > ${id})`;
};

/** A slice of the hits, and with each row how many there are in all, where that is asked for: they are found once. */
const selected = ({ hits, rank }: Finder, query: SearchQuery, wanted: Wanted): SQL => {
  const { order, isRanked, slice } = wanted;
  const way = isDescending(order, slice) ? sql`desc` : sql`asc`;
  return sql`with hits as materialized (${hits(query, wanted)})
    select id, value${slice.counted ? sql`, (select count(*) from hits) as total` : sql``}
    from hits where ${behind(wanted)}
    order by ${isRanked ? sql`${rank(query)}, ` : sql``}value ${way}, id ${way}
    limit ${slice.limit + 1} offset ${slice.offset}`;
};

/** How many hits there are, for a slice that has none of them. */
const counted = ({ hits }: Finder, query: SearchQuery, wanted: Wanted): SQL =>
  sql`select count(*) as total from (${hits(query, wanted)}) as hits`;

/** The `find` of an engine's search. */
export const findingBy =
  (finder: Finder): Search['find'] =>
  async (query, wanted) => {
    const { slice } = wanted;
    if (query.all.length === 0) return { rows: [], total: slice.counted ? 0 : undefined };
    const rows = await finder.run(selected(finder, query, wanted));
    const hits = rows.map(({ id, value }) => ({ id, value }) as Hit);
    if (!slice.counted) return { rows: hits, total: undefined };
    const [first] = rows.length > 0 ? rows : await finder.run(counted(finder, query, wanted));
    return { rows: hits, total: Number(first?.total) };
  };
