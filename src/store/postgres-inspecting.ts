/** Looks at a PostgreSQL store by one read-only transaction. */
import type { Inspection, WordCheck } from './inspecting.ts';
import { createPostgresStore } from './postgres.ts';
import { connect, NO_LIMITS, type Pool } from './postgres-connection.ts';
import { checkCurrent } from './postgres-migrations.ts';
import { WORDS, written } from './postgres-search.ts';
import { BREAK, type Corpus } from './search.ts';
import { unusable } from './store.ts';

/** Indexes and constraints that the server itself does not hold to. */
const NOT_HELD = `
  select format('the index %s is not valid', indexrelid::regclass) as fault from pg_index where not indisvalid
  union all select format('the constraint %s of %s is not validated', conname, conrelid::regclass)
  from pg_constraint where not convalidated order by fault`;

/** For each foreign key a statement that counts the rows which refer to none. */
const REFERENCES = `
  select format('select %L as child, %L as parent, count(*)::int as n from only %s as c where %s and not exists (select from %s as p where %s)',
    conrelid::regclass, confrelid::regclass, conrelid::regclass,
    string_agg(format('c.%I is not null', a.attname), ' and '), confrelid::regclass,
    string_agg(format('p.%I = c.%I', f.attname, a.attname), ' and ')) as statement
  from pg_constraint
  cross join lateral unnest(conkey, confkey) as keys (here, there)
  join pg_attribute a on a.attrelid = conrelid and a.attnum = here
  join pg_attribute f on f.attrelid = confrelid and f.attnum = there
  where contype = 'f' and connamespace = 'public'::regnamespace
  group by pg_constraint.oid, conrelid, confrelid order by conrelid::regclass::text, confrelid::regclass::text`;

const listFaults = async (pool: Pool): Promise<string[]> => {
  const faults = (await pool.query<{ fault: string }>(NOT_HELD)).rows.map(({ fault }) => fault);
  for (const { statement } of (await pool.query<{ statement: string }>(REFERENCES)).rows) {
    const [found] = (await pool.query<{ child: string; parent: string; n: number }>(statement)).rows;
    if (found && found.n > 0) faults.push(`${found.n} rows of ${found.child} refer to no row of ${found.parent}`);
  }
  return faults;
};

type Words = { id: number; title: string; heading: string; words: string; fits: boolean };

const checkWords = (pool: Pool, corpus: Corpus): WordCheck => {
  const { table, id: key } = WORDS[corpus];
  const fits = `lexemes = array_to_tsvector(array_remove(string_to_array(words, ' '), '${BREAK}'))`;
  const expected = new Set<number>();
  const [lacking, other]: [number[], number[]] = [[], []];
  return {
    expect: async (entries) => {
      const { rows } = await pool.query<Words>(
        `select ${key} as id, title, heading, words, ${fits} as fits from ${table} where ${key} = any($1::int[])`,
        [[...entries.keys()]],
      );
      const found = new Map(rows.map((row) => [row.id, row]));
      for (const [id, fields] of entries) {
        expected.add(id);
        const there = found.get(id);
        if (!fields) continue;
        const [title, heading, words] = written(fields);
        if (!there) lacking.push(id);
        else if (!there.fits || there.title !== title || there.heading !== heading || there.words !== words)
          other.push(id);
      }
    },
    finish: async () => {
      const { rows } = await pool.query<{ id: number }>(`select ${key} as id from ${table} order by ${key}`);
      return { lacking, other, needless: rows.map(({ id }) => id).filter((id) => !expected.has(id)) };
    },
  };
};

/** Opens the store in a database to look at it. */
export const inspectPostgres = async (url: string): Promise<Inspection> => {
  const pool = connect(url, 1, NO_LIMITS, 0); // all that is asked goes by the one connection with the transaction
  try {
    await pool.query('begin isolation level repeatable read read only').catch((error: Error & { code?: string }) => {
      throw unusable('STORE_UNREACHABLE', error.message || `it cannot be reached: ${error.code}`);
    });
    await checkCurrent(pool);
    return {
      store: await createPostgresStore({ readers: pool, writers: pool }),
      listFaults: () => listFaults(pool),
      checkWords: (corpus) => checkWords(pool, corpus),
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
};
