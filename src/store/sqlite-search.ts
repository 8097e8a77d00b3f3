/** Full text on SQLite: FTS5, over the text that the application has made ready. */
import type Database from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Phrase, SearchQuery } from '../core/search-query.ts';
import { createThreadPool, LimitPassed, type ThreadPool } from '../core/thread-pool.ts';
import { threadScript } from '../core/thread-script.ts';
import { findingBy, givenUp, type Row, searchGate, TIME_LIMIT } from './finding.ts';
import { joined, MOST_HITS, MOST_LOOKED_AT, type Search, type Wanted } from './search.ts';
import type { Tables } from './tables.ts';

/** A statement that a thread can run. */
export type Statement = { source: string; values: unknown[] };

/** Up to so many articles every search is done at once, at most some ten milliseconds; in more, by a thread. */
const DONE_AT_ONCE = 20_000;
const MEMORY_LIMIT = 128;

/**
 * Every word of a title stands a second time with a mark, and so do those of title, subtitle and names: each has a list
 * of its own then, where a filter of columns would read the whole list of the word. Both are characters of private use,
 * which no searched text holds.
 */
const MARKS = { title: '\ue000', heading: '\ue001' };

const marked = (mark: string, text: string): string => (text === '' ? '' : text.replaceAll(/(?<=^| )/g, mark));

/** FTS5's syntax for a phrase. Tokens hold letters, digits and pictures alone, so that quotes enclose them. */
const phraseText = ({ tokens, isPrefix }: Phrase): string => `"${tokens.join(' ')}"${isPrefix ? ' *' : ''}`;
const allOf = (phrases: Phrase[]): string => phrases.map(phraseText).join(' AND ');
const anyOf = (phrases: Phrase[]): string => phrases.map(phraseText).join(' OR ');

const expressionOf = ({ all, none }: SearchQuery): string =>
  none.length === 0 ? allOf(all) : `(${allOf(all)}) NOT (${anyOf(none)})`;
const markedExpression = ({ all }: SearchQuery, mark: string): string =>
  allOf(all.map(({ tokens, isPrefix }) => ({ tokens: tokens.map((token) => mark + token), isPrefix })));

/**
 * The newest articles that match and are wanted. The join begins at the words (`cross join`): the planner's own order
 * may begin at all articles. The words are walked from the greatest id down, which costs FTS5 no more than up.
 */
const hitsOf = ({ articles }: Tables, query: SearchQuery, { ids, where, order }: Wanted): SQL => sql`
  select walked.id as id, ${order.column} as value
  from (
    select rowid as id from article_search where article_search match ${expressionOf(query)}
    ${ids ? sql`and rowid in ${[...ids]}` : sql``} order by rowid desc limit ${MOST_LOOKED_AT}
  ) as walked cross join ${articles} on ${articles.id} = walked.id
  where ${where ?? sql`true`} limit ${MOST_HITS}`;

/** The ids that have every word in the places of a mark. */
const markedIds = (query: SearchQuery, mark: string): SQL => sql`
  select rowid from article_search where article_search match ${markedExpression(query, mark)}
  and rowid >= (select min(id) from hits)`;

const rankOf = (query: SearchQuery): SQL => sql`case
  when id in (${markedIds(query, MARKS.title)}) then 0
  when id in (${markedIds(query, MARKS.heading)}) then 1 else 2 end`;

const dialect = new SQLiteSyncDialect();
const statementOf = (query: SQL): Statement => {
  const { sql: source, params } = dialect.sqlToQuery(query);
  return { source, values: params };
};

const runOn = (connection: Database.Database, { source, values }: Statement): Row[] =>
  connection.prepare<unknown[], Row>(source).all(...values);

/** Runs the statement of a search: at once where the store is small, else in a thread. */
export type Runner = { run(statement: Statement): Promise<Row[]>; close(): Promise<void> };

/** Runs searches on a connection, and those of great stores on one that a thread has of its own. */
export const searchRunner = (connection: Database.Database, file: string): Runner => {
  let pool: ThreadPool<Statement, Row[]> | undefined;
  const inTurn = searchGate();
  const inThread = async (statement: Statement): Promise<Row[]> => {
    pool ??= createThreadPool({
      script: threadScript('sqlite-search-thread', import.meta.url),
      workerData: { file },
      threads: 1,
      timeLimit: TIME_LIMIT,
      memoryLimit: MEMORY_LIMIT,
    });
    const { run } = pool;
    try {
      return await inTurn(() => run(statement));
    } catch (error) {
      if (error instanceof LimitPassed) throw givenUp(error.message);
      throw error;
    }
  };
  const greatest: Statement = { source: 'select max(id) as id from articles', values: [] };
  return {
    run: async (statement) => {
      const [newest] = runOn(connection, greatest);
      return Number(newest?.id ?? 0) > DONE_AT_ONCE ? inThread(statement) : runOn(connection, statement);
    },
    close: async () => pool?.close(),
  };
};

/** Full text by way of one connection; what is written is written in the unit that runs there. */
export const sqliteSearch = (connection: Database.Database, tables: Tables, { run }: Runner): Search => {
  const write = (source: string, ...values: unknown[]) => {
    connection.prepare(source).run(...values);
  };
  return {
    write: async (id, { title, subtitle, names, text }) =>
      write(
        'insert or replace into article_search (rowid, title, heading, words) values (?, ?, ?, ?)',
        id,
        marked(MARKS.title, title),
        marked(MARKS.heading, joined([title, subtitle, names])),
        joined([title, subtitle, names, text]),
      ),
    remove: async (id) => write('delete from article_search where rowid = ?', id),
    find: findingBy({
      hits: (query, wanted) => hitsOf(tables, query, wanted),
      rank: rankOf,
      run: (statement) => run(statementOf(statement)),
    }),
  };
};
