/** How authors are found and kept. */
import { and, asc, count, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { authorGroup } from '../../core/groups.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import { authorHadLiveArticle, authorHasLiveArticle } from '../../store/live.ts';
import { remembered } from '../../store/memory.ts';
import { addNameWords, nameHasWords, replaceNameWords } from '../../store/name-words.ts';
import { insertion, prepared, preparedForSome } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';

export type AuthorRow = Store['tables']['authors']['$inferSelect'];
export type NewAuthor = Omit<Store['tables']['authors']['$inferInsert'], 'id'>;

/** Who is asked for: all authors, or only those that a live article names at a moment. */
export type Visible = 'all' | { liveAt: Date };

const visibility = (store: Store, visible: Visible) =>
  visible === 'all' ? undefined : authorHasLiveArticle(store, visible.liveAt);

export const findAuthor = async (
  store: Store,
  id: number,
  visible: Visible = 'all',
): Promise<AuthorRow | undefined> => {
  const { authors } = store.tables;
  return (
    await store.db
      .select()
      .from(authors)
      .where(and(eq(authors.id, id), visibility(store, visible)))
  )[0];
};

/** Whether everyone knows of an author by now, or did once. */
export const wasAuthorPublic = async (store: Store, id: number, now: Date): Promise<boolean> => {
  const { authors } = store.tables;
  const isPublic = and(eq(authors.id, id), authorHadLiveArticle(store, now));
  return (await store.db.select({ id: authors.id }).from(authors).where(isPublic)).length > 0;
};

/** What articles show of an author. */
export type AuthorName = Readonly<
  Pick<AuthorRow, 'id' | 'slug' | 'name' | 'bio' | 'avatarUrl' | 'websiteUrl' | 'links'>
>;

/** An author as articles show it, from memory where it is there. */
export const recallAuthor = remembered(authorGroup, async (store, id: number): Promise<AuthorName | undefined> => {
  const { slug, name, bio, avatarUrl, websiteUrl, links } = store.tables.authors;
  const { authors } = store.tables;
  const shown = { id: authors.id, slug, name, bio, avatarUrl, websiteUrl, links };
  return (await store.db.select(shown).from(authors).where(eq(authors.id, id)))[0];
});

export const findAuthorBySlug = async (
  store: Store,
  slug: string,
  visible: Visible,
): Promise<AuthorRow | undefined> => {
  const { authors } = store.tables;
  return (
    await store.db
      .select()
      .from(authors)
      .where(and(eq(authors.slug, slug), visibility(store, visible)))
  )[0];
};

const knownIds = preparedForSome(({ db, tables: { authors } }, ids) =>
  db.select({ id: authors.id }).from(authors).where(inArray(authors.id, ids)),
);

/** The ids among the given ones that exist. */
export const listKnownAuthorIds = async (store: Store, ids: number[]): Promise<number[]> =>
  ids.length === 0 ? [] : (await knownIds(store, ids)).map(({ id }) => id);

/** The ids of authors by their slugs, in the order of those. */
export const listAuthorIdsBySlugs = async ({ db, tables: { authors } }: Store, slugs: string[]): Promise<number[]> =>
  (
    await db.select({ id: authors.id }).from(authors).where(inArray(authors.slug, slugs)).orderBy(asc(authors.slug))
  ).map(({ id }) => id);

export type AuthorSort = 'name' | '-articleCount';

/** Authors in order; `q`: those of whose names words begin with each of its words. */
export const listAuthors = async (
  store: Store,
  { sort, q }: { sort: AuthorSort; q?: string | undefined },
  visible: Visible,
  slice: Slice,
): Promise<Sliced<AuthorRow>> => {
  const { authors } = store.tables;
  const order: Order =
    sort === 'name'
      ? { column: authors.nameFolded, id: authors.id, kind: 'text', descending: false }
      : { column: authors.articleCount, id: authors.id, kind: 'integer', descending: true };
  const wanted = and(q === undefined ? undefined : nameHasWords(store, 'author', q), visibility(store, visible));
  const rows = await store.db
    .select()
    .from(authors)
    .where(and(behindPlace(order, slice), wanted))
    .orderBy(...sorting(order, slice))
    .limit(slice.limit + 1)
    .offset(slice.offset);
  if (!slice.counted) return { rows, total: undefined };
  const [counted] = await store.db.select({ n: count() }).from(authors).where(wanted);
  return { rows, total: counted?.n };
};

const holders = prepared(({ db, tables: { authors } }) =>
  db
    .select({ id: authors.id })
    .from(authors)
    .where(eq(authors.slug, sql.placeholder('slug'))),
);

/** The id of the author with a slug. */
export const findAuthorId = async (store: Store, slug: string): Promise<number | undefined> =>
  (await holders(store, { slug }))[0]?.id;

/** Whether an author has the slug; `except` is one that does not count. */
export const isAuthorSlugTaken = async (store: Store, slug: string, except?: number): Promise<boolean> =>
  (await holders(store, { slug })).some(({ id }) => id !== except);

const insertRow = insertion(
  ({ authors }) => authors,
  (query, authors) => query.returning({ id: authors.id }),
);

/** Stores a new author and gives it its id. */
export const insertAuthor = async (tx: Store, author: NewAuthor): Promise<AuthorRow> => {
  const [inserted] = await insertRow(tx, author);
  const { id } = inserted as { id: number };
  await addNameWords(tx, 'author', id, author.name);
  return (await findAuthor(tx, id)) as AuthorRow;
};

/** Writes over the version that was read; undefined where another stands there by now. */
export const replaceAuthor = async (
  tx: Store,
  { id, version, name }: AuthorRow,
  change: Partial<NewAuthor>,
): Promise<AuthorRow | undefined> => {
  const { authors } = tx.tables;
  const here = and(eq(authors.id, id), eq(authors.version, version));
  const [written] = await tx.db
    .update(authors)
    .set({ ...change, version: version + 1 })
    .where(here)
    .returning();
  if (written && written.name !== name) await replaceNameWords(tx, 'author', id, written.name);
  return written;
};

export const deleteAuthorRow = async ({ db, tables: { authors } }: Store, id: number): Promise<void> => {
  await db.delete(authors).where(eq(authors.id, id));
};

/** How many articles, trashed ones too, name the author. */
export const countBylines = async ({ db, tables: { articleAuthors } }: Store, authorId: number): Promise<number> =>
  (await db.select({ n: count() }).from(articleAuthors).where(eq(articleAuthors.authorId, authorId)))[0]?.n ?? 0;

/** The ids of the keys bound to the author that are not revoked. */
export const listBoundKeys = async ({ db, tables: { keys } }: Store, authorId: number): Promise<number[]> =>
  (
    await db
      .select({ id: keys.id })
      .from(keys)
      .where(and(eq(keys.authorId, authorId), isNull(keys.revokedAt)))
  ).map(({ id }) => id);

/** Takes the author from keys that are revoked, so that it can go. */
export const releaseRevokedKeys = async ({ db, tables: { keys } }: Store, authorId: number): Promise<void> => {
  await db
    .update(keys)
    .set({ authorId: null })
    .where(and(eq(keys.authorId, authorId), isNotNull(keys.revokedAt)));
};

const addToCounts = preparedForSome(({ db, tables: { authors } }, ids) =>
  db
    .update(authors)
    .set({ articleCount: sql`${authors.articleCount} + ${sql.placeholder('by')}` })
    .where(inArray(authors.id, ids)),
);

/** Adds to the article counts of authors. */
export const addToAuthorCounts = async (tx: Store, ids: number[], by: number): Promise<void> => {
  if (ids.length > 0) await addToCounts(tx, ids, { by });
};

/** Queues every article that names an author for the search: it is to be found by the author's name as it is now. */
export const queueArticlesBy = async (
  { db, tables: { articleAuthors, searchQueue } }: Store,
  authorId: number,
): Promise<void> => {
  const named = db
    .select({ articleId: articleAuthors.articleId })
    .from(articleAuthors)
    .where(eq(articleAuthors.authorId, authorId));
  await db.insert(searchQueue).select(named).onConflictDoNothing();
};
