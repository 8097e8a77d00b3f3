/**
 * Hands all articles of an author or a tag over to another, in slices with a breath between them: of ten thousand none is
 * left behind, and nobody who reads meanwhile waits for more than a slice.
 */
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Kind } from './name-words.ts';
import type { Store } from './store.ts';
import type { CardNames } from './tables.ts';
import { breathe } from './unit.ts';

/** Who or what an article names. */
type Naming = { kind: Kind; from: number; to: number };

/** How many articles a slice takes: some 10 ms of the embedded engine, which works in the thread that also answers. */
const AT_ONCE = 200;

const namesOf = ({ tables: { articleAuthors, articleTags } }: Store, kind: Kind) =>
  kind === 'author'
    ? { names: articleAuthors, named: articleAuthors.authorId }
    : { names: articleTags, named: articleTags.tagId };

/** Some of the articles that name the one who goes: whether each counts, and whom its card names. */
const listNext = async (tx: Store, { kind, from }: Naming) => {
  const { articles } = tx.tables;
  const { names, named } = namesOf(tx, kind);
  return tx.db
    .select({ id: articles.id, isLive: articles.notedLive, cardNames: articles.cardNames })
    .from(names)
    .innerJoin(articles, eq(articles.id, names.articleId))
    .where(eq(named, from))
    .orderBy(asc(names.shelf), asc(names.sortAt), asc(names.articleId))
    .limit(AT_ONCE);
};

/** Those of some articles that name the other already. */
const listDoubles = async (tx: Store, { kind, to }: Naming, ids: number[]): Promise<number[]> => {
  const { names, named } = namesOf(tx, kind);
  const found = await tx.db
    .select({ id: names.articleId })
    .from(names)
    .where(and(eq(named, to), inArray(names.articleId, ids)))
    .orderBy(asc(names.articleId));
  return found.map(({ id }) => id);
};

/** Takes the one who goes from articles that name the other already, at the place that one has. */
const dropNames = async (tx: Store, { kind, from }: Naming, ids: number[]): Promise<void> => {
  const { names, named } = namesOf(tx, kind);
  if (ids.length > 0) await tx.db.delete(names).where(and(eq(named, from), inArray(names.articleId, ids)));
};

/** Puts the other in the place of the one who goes. */
const replaceNames = async (tx: Store, { kind, from, to }: Naming, ids: number[]): Promise<void> => {
  const { articleAuthors, articleTags } = tx.tables;
  const { names, named } = namesOf(tx, kind);
  const here = and(eq(named, from), inArray(names.articleId, ids));
  if (ids.length === 0) return;
  if (kind === 'author') await tx.db.update(articleAuthors).set({ authorId: to }).where(here);
  else await tx.db.update(articleTags).set({ tagId: to }).where(here);
};

const renamed = ({ authorIds, tagIds }: CardNames, { kind, from, to }: Naming): CardNames => {
  const exchange = (ids: number[]) =>
    ids.includes(to) ? ids.filter((id) => id !== from) : ids.map((id) => (id === from ? to : id));
  return kind === 'author' ? { authorIds: exchange(authorIds), tagIds } : { authorIds, tagIds: exchange(tagIds) };
};

/**
 * Writes whom the cards of articles name, and no more of the articles than that: a card itself shows no names. One
 * statement for all, as a server is waited for at each; what else stands in the column gives the values their type.
 */
const renameOnCards = async (
  { db, tables: { articles } }: Store,
  naming: Naming,
  slice: { id: number; cardNames: CardNames | null }[],
): Promise<void> => {
  const { id: articleId, cardNames: column } = articles;
  const carded = slice.flatMap(({ id, cardNames }) => (cardNames ? [{ id, names: renamed(cardNames, naming) }] : []));
  if (carded.length === 0) return;
  const cases = carded.map(({ id, names }) => sql`when ${id} then ${sql.param(names, column)}`);
  await db
    .update(articles)
    .set({ cardNames: sql`case ${articleId} ${sql.join(cases, sql` `)} else ${column} end` })
    .where(
      inArray(
        articleId,
        carded.map(({ id }) => id),
      ),
    );
};

/** Hands a slice over; an article that names both keeps the place of the other. Returns how many more count for that. */
const handSliceOver = async (
  tx: Store,
  naming: Naming,
  slice: Awaited<ReturnType<typeof listNext>>,
): Promise<number> => {
  const { searchQueue } = tx.tables;
  const ids = slice.map(({ id }) => id);
  const doubles = new Set(await listDoubles(tx, naming, ids));
  await dropNames(tx, naming, [...doubles]);
  const others = ids.filter((id) => !doubles.has(id));
  await replaceNames(tx, naming, others);
  await renameOnCards(tx, naming, slice);
  await tx.db
    .insert(searchQueue)
    .values(ids.map((articleId) => ({ articleId })))
    .onConflictDoNothing();
  return slice.filter(({ id, isLive }) => isLive && !doubles.has(id)).length;
};

/**
 * Hands every article, trashed ones too, over within a unit, and queues it for the search. Tells which they are, and how
 * many more count for the other. No article changes its version.
 */
export const handOver = async (tx: Store, naming: Naming): Promise<{ articleIds: number[]; gained: number }> => {
  const articleIds: number[] = [];
  let gained = 0;
  for (;;) {
    const slice = await listNext(tx, naming);
    if (slice.length === 0) return { articleIds: articleIds.sort((a, b) => a - b), gained };
    gained += await handSliceOver(tx, naming, slice);
    for (const { id } of slice) articleIds.push(id);
    await breathe();
  }
};
