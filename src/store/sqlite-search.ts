/** Full text on SQLite: FTS5, over the text that the application has made ready. */
import type Database from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Phrase, SearchQuery } from '../core/search-query.ts';
import { createThreadPool, LimitPassed, type ThreadPool } from '../core/thread-pool.ts';
import { threadScript } from '../core/thread-script.ts';
import { findingBy, givenUp, type Row, searchGate, TIME_LIMIT } from './finding.ts';
import {
  type Corpus,
  joined,
  MOST_HITS,
  MOST_LOOKED_AT,
  type SearchedFields,
  type Searches,
  searchesBy,
  type Wanted,
} from './search.ts';
import type { Tables } from './tables.ts';

/** Where the words stand, by the ids of what has them. */
export const WORDS: Record<Corpus, string> = { articles: 'article_search', comments: 'comment_search' };

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

/** The columns of what is searched of one, as they are written: title, heading, words. */
export const columnsOf = ({ title, subtitle, names, text }: SearchedFields): [string, string, string] => [
  marked(MARKS.title, title),
  marked(MARKS.heading, joined([title, subtitle, names])),
  joined([title, subtitle, names, text]),
];

const words = (corpus: Corpus): SQL => sql.raw(WORDS[corpus]);

/** FTS5's syntax for a phrase. Tokens hold letters, digits and pictures alone, so that quotes enclose them. */
const phraseText = ({ tokens, isPrefix }: Phrase): string => `"${tokens.join(' ')}"${isPrefix ? ' *' : ''}`;
const allOf = (phrases: Phrase[]): string => phrases.map(phraseText).join(' AND ');
const anyOf = (phrases: Phrase[]): string => phrases.map(phraseText).join(' OR ');

const expressionOf = ({ all, none }: SearchQuery): string =>
  none.length === 0 ? allOf(all) : `(${allOf(all)}) NOT (${anyOf(none)})`;
const markedExpression = ({ all }: SearchQuery, mark: string): string =>
  allOf(all.map(({ tokens, isPrefix }) => ({ tokens: tokens.map((token) => mark + token), isPrefix })));

/**
 * The newest that match and are wanted. The join begins at the words (`cross join`): the planner's own order
 * may begin at all there are. The words are walked from the greatest id down, which costs FTS5 no more than up.
 */
const hitsOf = (corpus: Corpus, { [corpus]: table }: Tables, query: SearchQuery, wanted: Wanted): SQL => sql`
  select walked.id as id, ${wanted.order.column} as value
  from (
    select rowid as id from ${words(corpus)} where ${words(corpus)} match ${expressionOf(query)}
    ${wanted.ids ? sql`and rowid in ${[...wanted.ids]}` : sql``} order by rowid desc limit ${MOST_LOOKED_AT}
  ) as walked cross join ${table} on ${table.id} = walked.id
  where ${wanted.where ?? sql`true`} limit ${MOST_HITS}`;

/** The ids that have every word in the places of a mark. */
const markedIds = (corpus: Corpus, query: SearchQuery, mark: string): SQL => sql`
  select rowid from ${words(corpus)} where ${words(corpus)} match ${markedExpression(query, mark)}
  and rowid >= (select min(id) from hits)`;

const rankOf = (corpus: Corpus, query: SearchQuery): SQL => sql`case
  when id in (${markedIds(corpus, query, MARKS.title)}) then 0
  when id in (${markedIds(corpus, query, MARKS.heading)}) then 1 else 2 end`;

const dialect = new SQLiteSyncDialect();
const statementOf = (query: SQL): Statement => {
  const { sql: source, params } = dialect.sqlToQuery(query);
  return { source, values: params };
};

const runOn = (connection: Database.Database, { source, values }: Statement): Row[] =>
  connection.prepare<unknown[], Row>(source).all(...values);

/** Runs the statement of a search: at once where there is little to search, else in a thread. */
export type Runner = { run(corpus: Corpus, statement: Statement): Promise<Row[]>; close(): Promise<void> };

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
  return {
    run: async (corpus, statement) => {
      const [newest] = runOn(connection, { source: `select max(id) as id from ${corpus}`, values: [] });
      return Number(newest?.id ?? 0) > DONE_AT_ONCE ? inThread(statement) : runOn(connection, statement);
    },
    close: async () => pool?.close(),
  };
};

/** Full text by way of one connection; what is written is written in the unit that runs there. */
export const sqliteSearches = (connection: Database.Database, tables: Tables, runner: Runner): Searches =>
  searchesBy((corpus) => {
    const table = WORDS[corpus];
    const write = (source: string, ...values: unknown[]) => {
      connection.prepare(source).run(...values);
    };
    return {
      write: async (id, fields) =>
        write(
          `insert or replace into ${table} (rowid, title, heading, words) values (?, ?, ?, ?)`,
          id,
          ...columnsOf(fields),
        ),
      remove: async (id) => write(`delete from ${table} where rowid = ?`, id),
      listLacking: async (ids) => {
        const has = connection.prepare(`select 1 from ${table} where rowid = ?`);
        return ids.filter((id) => !has.get(id));
      },
      find: findingBy({
        hits: (query, wanted) => hitsOf(corpus, tables, query, wanted),
        rank: (query) => rankOf(corpus, query),
        run: (statement) => runner.run(corpus, statementOf(statement)),
      }),
    };
  });
