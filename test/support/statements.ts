/** Watches the statements that SQLite runs, and tells how it runs each. */
import Database from 'better-sqlite3';
import type { Test } from 'tap';

/** A statement as it ran: its text and the values bound to it. */
export type Ran = { source: string; values: unknown[] };
type Step = { detail: string };

/** Watches every query that hands back rows, on any connection of this process, until the test ends. */
export const watchStatements = (t: Test, file: string) => {
  const db = new Database(file, { readonly: true });
  const statements = Object.getPrototypeOf(db.prepare('select 1')) as Database.Statement;
  const { all } = statements;
  const ran: Ran[] = [];
  statements.all = function (this: Database.Statement, ...values: unknown[]) {
    ran.push({ source: this.source, values });
    return all.apply(this, values);
  };
  t.teardown(() => {
    statements.all = all;
    db.close();
  });
  return {
    /** Does a piece of work, and tells what it ran, in order. */
    async during<T>(work: () => Promise<T>): Promise<{ answer: T; ran: Ran[] }> {
      ran.length = 0;
      const answer = await work();
      return { answer, ran: [...ran] };
    },
    /** The steps of SQLite's plan for a statement. */
    planOf: ({ source, values }: Ran): string[] =>
      (all.apply(db.prepare(`explain query plan ${source}`), values) as Step[]).map(({ detail }) => detail),
  };
};
