/** The table of files that were sent to be imported: each a piece of work that one process does. */
import type { Columns } from './columns.ts';

export type ImportStatus = 'queued' | 'running' | 'done' | 'failed';

export const defineImportTables = ({ table, index, serial, text, integer, size, moment, json }: Columns) => {
  const imports = table(
    'imports',
    {
      id: serial('id'),
      status: text('status').$type<ImportStatus>().notNull(),
      format: text('format').notNull(),
      /** What was asked for beside the format. */
      options: json<Record<string, unknown>>('options').notNull(),
      /** Where the process that took the file keeps it until it is done. */
      path: text('path'),
      bytes: size('bytes').notNull(),
      /** As the report has them, from the first record on. */
      counts: json<Record<string, unknown>>('counts'),
      /** The first of them; `problemCount` counts all. */
      problems: json<Record<string, unknown>[]>('problems').notNull(),
      problemCount: integer('problem_count').notNull(),
      /** Why it failed. */
      fault: text('fault'),
      keyId: integer('key_id'),
      createdAt: moment('created_at').notNull(),
      startedAt: moment('started_at'),
      finishedAt: moment('finished_at'),
      /** What does it, another each time that it is begun. */
      holder: text('holder'),
      /** Until when whoever has the file, or does it, is known to live. */
      heldUntil: moment('held_until'),
    },
    (t) => [index('imports_by_status').on(t.status, t.id)],
  );
  return { imports };
};
