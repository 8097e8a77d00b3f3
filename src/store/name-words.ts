/** The words of names, by which authors and tags are looked up: kept beside each name, in the transaction that writes it. */
import { and, asc, desc, eq, exists, gte, inArray, lt, notExists, type SQL, sql } from 'drizzle-orm';
import { wordsOf } from '../core/folding.ts';
import { insertion } from './prepared.ts';
import type { Store } from './store.ts';

/** What has a name that is looked up by its words. */
export type Kind = 'author' | 'tag';

const tablesOf = ({ tables }: Store, kind: Kind) =>
  kind === 'author'
    ? { named: tables.authors, words: tables.authorWords, id: tables.authorWords.authorId }
    : { named: tables.tags, words: tables.tagWords, id: tables.tagWords.tagId };

const insertAuthorWord = insertion(({ authorWords }) => authorWords);
const insertTagWord = insertion(({ tagWords }) => tagWords);

/** Writes the words of a new name. */
export const addNameWords = async (tx: Store, kind: Kind, id: number, name: string): Promise<void> => {
  for (const word of wordsOf(name)) {
    if (kind === 'author') await insertAuthorWord(tx, { authorId: id, word });
    else await insertTagWord(tx, { tagId: id, word });
  }
};

/** Writes the words of a name over those of the one before. */
export const replaceNameWords = async (tx: Store, kind: Kind, id: number, name: string): Promise<void> => {
  const { words, id: named } = tablesOf(tx, kind);
  await tx.db.delete(words).where(eq(named, id));
  await addNameWords(tx, kind, id, name);
};

/** Above all words that begin with another: no word has this code point. */
const LAST = '\u{10ffff}';

/**
 * The condition that each word of a text begins a word of the row's name. It is sought by the longest, which the fewest
 * names are likely to have.
 */
export const nameHasWords = (store: Store, kind: Kind, text: string): SQL | undefined => {
  const { named, words, id } = tablesOf(store, kind);
  const begins = (start: string) => and(gte(words.word, start), lt(words.word, `${start}${LAST}`));
  const [longest, ...others] = wordsOf(text).sort((a, b) => b.length - a.length);
  if (longest === undefined) return sql`1 = 0`; // no name has a word that is none
  return and(
    inArray(named.id, store.db.select({ id }).from(words).where(begins(longest))),
    ...others.map((start) =>
      exists(
        store.db
          .select({ one: sql`1` })
          .from(words)
          .where(and(eq(id, named.id), begins(start))),
      ),
    ),
  );
};

/** How many names one transaction takes. */
const AT_ONCE = 500;

const fillWords = async (store: Store, kind: Kind): Promise<void> => {
  const { named, words, id } = tablesOf(store, kind);
  const hasWords = store.db.select({ one: sql`1` }).from(words).where(eq(id, named.id));
  const first = store.db.select({ id: named.id }).from(named).orderBy(asc(named.id)).limit(1);
  const isFull = async () => (await store.db.select({ id }).from(words).where(inArray(id, first)).limit(1)).length > 0;
  // From the newest to the oldest: what lacks its words is always the oldest, so one look at the first tells.
  while (!(await isFull())) {
    const filled = await store.transaction(async (tx) => {
      const lacking = await tx.db
        .select({ id: named.id, name: named.name })
        .from(named)
        .where(notExists(hasWords))
        .orderBy(desc(named.id))
        .limit(AT_ONCE);
      for (const row of lacking) await addNameWords(tx, kind, row.id, row.name);
      return lacking.length;
    });
    if (filled === 0) return;
  }
};

/** Writes the words of names that were stored before words were kept. Where none lacks them, it is two short looks. */
export const fillNameWords = async (store: Store): Promise<void> => {
  for (const kind of ['author', 'tag'] as const) await fillWords(store, kind);
};
