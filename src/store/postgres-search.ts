/** Full text on PostgreSQL: GIN over the words that the application has made ready, and their text to tell phrases. */
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Phrase, SearchQuery } from '../core/search-query.ts';
import { findingBy, givenUp, type Row, searchGate, TIME_LIMIT } from './finding.ts';
import { connect } from './postgres-connection.ts';
import { isGivenUp } from './postgres-errors.ts';
import {
  BREAK,
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

/** Where the words stand, and by which id. */
export const WORDS: Record<Corpus, { table: string; id: string }> = {
  articles: { table: 'article_search', id: 'article_id' },
  comments: { table: 'comment_search', id: 'comment_id' },
};
const tableOf = (corpus: Corpus): SQL => sql.raw(WORDS[corpus].table);
const idOf = (corpus: Corpus): SQL => sql.raw(WORDS[corpus].id);

/** Runs a statement with `$1` and so on for its values. */
export type Run = (source: string, values: unknown[]) => Promise<Row[]>;

/**
 * The most bytes of text. A tsvector tells where its words begin in 20 bits, and `array_to_tsvector` does not look
 * whether they suffice. Only texts of ligatures that stand for whole words come near: they lose their end.
 */
const MOST_BYTES = 1_048_575;

const bounded = (words: string): string => {
  const bytes = Buffer.from(words);
  return bytes.length <= MOST_BYTES ? words : bytes.toString('utf8', 0, bytes.lastIndexOf(' ', MOST_BYTES));
};

/** A word of a tsquery. Tokens hold letters, digits and pictures alone, so that quotes enclose them. */
const lexeme = (token: string, isPrefix: boolean): string => `'${token}'${isPrefix ? ':*' : ''}`;
const lexemesOf = ({ tokens, isPrefix }: Phrase): string[] =>
  tokens.map((token, i) => lexeme(token, isPrefix && i === tokens.length - 1));

const isWord = ({ tokens }: Phrase): boolean => tokens.length === 1;

/** What the index decides: those with every word, also those of phrases, and without the single words of `none`. */
const tsqueryOf = ({ all, none }: SearchQuery): string =>
  [...all.flatMap(lexemesOf), ...none.filter(isWord).flatMap((word) => lexemesOf(word).map((text) => `!${text}`))].join(
    ' & ',
  );

/** Where a phrase stands in a text of tokens, from 1; else 0. Positions of a tsvector would end at 16,383. */
const placeIn = (text: SQL, { tokens, isPrefix }: Phrase): SQL =>
  sql`strpos(' ' || ${text} || ' ', ${` ${tokens.join(' ')}${isPrefix ? '' : ' '}`})`;
const allIn = (text: SQL, { all }: SearchQuery): SQL =>
  sql.join(
    all.map((phrase) => sql`${placeIn(text, phrase)} > 0`),
    sql` and `,
  );

/** What only the text decides: its phrases; undefined where there are none. */
const phrasesOf = ({ all, none }: SearchQuery): SQL | undefined => {
  const isPhrase = (phrase: Phrase) => !isWord(phrase);
  const conditions = [
    ...all.filter(isPhrase).map((phrase) => sql`${placeIn(sql`words`, phrase)} > 0`),
    ...none.filter(isPhrase).map((phrase) => sql`${placeIn(sql`words`, phrase)} = 0`),
  ];
  return conditions.length > 0 ? sql.join(conditions, sql` and `) : undefined;
};

/**
 * The newest that have the words. Each `offset 0` is a fence: without, the planner may walk all there are to
 * be spared a sort, or read every text before it sorts, where the newest few that pass would do.
 */
const walkedOf = (corpus: Corpus, query: SearchQuery, { ids }: Wanted): SQL => {
  const withWords = sql`
    select id from (
      select ${idOf(corpus)} as id from ${tableOf(corpus)} where lexemes @@ ${tsqueryOf(query)}::tsquery
      ${ids ? sql`and ${idOf(corpus)} = any(${`{${ids.join()}}`}::int[])` : sql``} offset 0
    ) as found order by id desc`;
  const phrases = phrasesOf(query);
  if (!phrases) return sql`${withWords} limit ${MOST_LOOKED_AT}`;
  return sql`
    select id from (${withWords} offset 0) as sorted
    where (select ${phrases} from ${tableOf(corpus)} where ${idOf(corpus)} = sorted.id) order by id desc limit ${MOST_LOOKED_AT}`;
};

/** What an order goes by, as a number or a text that a driver hands over as it is. */
const orderValue = ({ order }: Wanted): SQL =>
  order.kind === 'moment' ? sql`(extract(epoch from ${order.column}) * 1000)::bigint::float8` : sql`${order.column}`;

/** The newest that match and are wanted: the join begins at the words and ends at the last that is needed. */
const hitsOf = (corpus: Corpus, { [corpus]: table }: Tables, query: SearchQuery, wanted: Wanted): SQL => sql`
  select walked.id, looked_at.value from (${walkedOf(corpus, query, wanted)}) as walked cross join lateral (
    select ${orderValue(wanted)} as value from ${table}
    where ${table.id} = walked.id and (${wanted.where ?? sql`true`}) offset 0
  ) as looked_at order by walked.id desc limit ${MOST_HITS}`;

const rankOf = (corpus: Corpus, query: SearchQuery): SQL => sql`(
  select case when ${allIn(sql`title`, query)} then 0 when ${allIn(sql`heading`, query)} then 1 else 2 end
  from ${tableOf(corpus)} where ${idOf(corpus)} = hits.id)`;

const dialect = new PgDialect();

/** Where searches run when they may take long: beside the connections of everything else. */
type SearchRunner = { run: Run; close(): Promise<void> };

const CONNECTIONS = 2;
/** What a search may hold in memory on the server, in kB. */
const WORK_MEMORY = 32_768;

/**
 * Runs searches on connections of their own: few, so that they leave the server to others, and each for a bounded time,
 * in milliseconds.
 */
export const postgresSearchRunner = (url: string, timeLimit = TIME_LIMIT): SearchRunner => {
  const client = connect(url, CONNECTIONS, {
    statement_timeout: timeLimit,
    // The planner does not know what it costs to read long texts, and takes that for cheaper than the index.
    enable_seqscan: 'off',
    // With less, a bitmap of many articles forgets which rows of a page it means, and all their texts are read.
    work_mem: WORK_MEMORY,
  });
  const inTurn = searchGate();
  return {
    run: async (source, values) => {
      try {
        return (await inTurn(() => client.query<Row>(source, values))).rows;
      } catch (error) {
        if (!isGivenUp(error)) throw error;
        throw givenUp(`it takes longer than ${timeLimit} ms`);
      }
    },
    close: () => client.end(),
  };
};

export const written = ({ title, subtitle, names, text }: SearchedFields): string[] => [
  title,
  joined([title, subtitle, names]),
  bounded(joined([title, subtitle, names, text])),
];

/**
 * Full text on PostgreSQL. `run` writes on the store's own connection, in a transaction on that of its unit; `find`
 * searches: within a transaction it has to be the same, or what the unit wrote is not found.
 */
export const postgresSearches = ({ run, find, tables }: { run: Run; find: Run; tables: Tables }): Searches =>
  searchesBy((corpus) => {
    const { table, id: key } = WORDS[corpus];
    return {
      write: async (id, fields) => {
        await run(
          `insert into ${table} (${key}, title, heading, words, lexemes)
           values ($1, $2, $3, $4, array_to_tsvector(array_remove(string_to_array($4, ' '), '${BREAK}')))
           on conflict (${key}) do update set title = excluded.title, heading = excluded.heading,
           words = excluded.words, lexemes = excluded.lexemes`,
          [id, ...written(fields)],
        );
      },
      remove: async (id) => {
        await run(`delete from ${table} where ${key} = $1`, [id]);
      },
      listLacking: async (ids) => {
        const there = await run(`select ${key} as id from ${table} where ${key} = any($1::int[])`, [`{${ids.join()}}`]);
        const found = new Set(there.map(({ id }) => id));
        return ids.filter((id) => !found.has(id));
      },
      find: findingBy({
        hits: (query, wanted) => hitsOf(corpus, tables, query, wanted),
        rank: (query) => rankOf(corpus, query),
        run: (statement) => {
          const { sql: source, params } = dialect.sqlToQuery(statement);
          return find(source, params);
        },
      }),
    };
  });
