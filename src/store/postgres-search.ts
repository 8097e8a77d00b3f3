/** Full text on PostgreSQL. */
import type { Search } from './search.ts';
import type { Tables } from './tables.ts';

type Row = Record<string, number | string>;
export type Run = (source: string, values: unknown[]) => Promise<Row[]>;
export type Searches = { find: Run; close(): Promise<void> };
export const searchRunner = (_url: string): Searches => ({
  find: async () => [],
  close: async () => {},
});
export const postgresSearch = (_: { run: Run; find: Run; tables: Tables }): Search => ({
  write: async () => {},
  remove: async () => {},
  find: async (_query, { slice }) => ({ rows: [], total: slice.counted ? 0 : undefined }),
});
