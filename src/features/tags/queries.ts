/** How tags are found and kept. */
import { and, asc, count, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import { tagGroup } from '../../core/groups.ts';
import type { Slice, Sliced } from '../../core/slice.ts';
import { behindPlace, type Order, sorting } from '../../store/keyset.ts';
import { tagHadLiveArticle, tagHasLiveArticle } from '../../store/live.ts';
import { remembered } from '../../store/memory.ts';
import { addNameWords, nameHasWords, replaceNameWords } from '../../store/name-words.ts';
import { prepared, preparedForSome } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { TagKind } from '../../store/tables.ts';

export type TagRow = Store['tables']['tags']['$inferSelect'];
export type NewTag = Omit<Store['tables']['tags']['$inferInsert'], 'id'>;

/** Which tags are asked for: all, or those the public knows at a moment (a live article carries them, not internal). */
export type Visible = 'all' | { liveAt: Date };

const visibility = (store: Store, visible: Visible): SQL | undefined =>
  visible === 'all' ? undefined : and(ne(store.tables.tags.kind, 'internal'), tagHasLiveArticle(store, visible.liveAt));

export const findTag = async (store: Store, id: number, visible: Visible = 'all'): Promise<TagRow | undefined> => {
  const { tags } = store.tables;
  return (
    await store.db
      .select()
      .from(tags)
      .where(and(eq(tags.id, id), visibility(store, visible)))
  )[0];
};

/** Whether everyone knows of a tag by now, or did once. */
export const wasTagPublic = async (store: Store, id: number, now: Date): Promise<boolean> => {
  const { tags } = store.tables;
  const isPublic = and(eq(tags.id, id), ne(tags.kind, 'internal'), tagHadLiveArticle(store, now));
  return (await store.db.select({ id: tags.id }).from(tags).where(isPublic)).length > 0;
};

/** What articles show of a tag. */
export type TagName = Readonly<Pick<TagRow, 'id' | 'slug' | 'name' | 'kind'>>;

/** A tag as articles show it, from memory where it is there. */
export const recallTag = remembered(tagGroup, async (store, id: number): Promise<TagName | undefined> => {
  const { tags } = store.tables;
  const shown = { id: tags.id, slug: tags.slug, name: tags.name, kind: tags.kind };
  return (await store.db.select(shown).from(tags).where(eq(tags.id, id)))[0];
});

export const findTagBySlug = async (store: Store, slug: string, visible: Visible): Promise<TagRow | undefined> => {
  const { tags } = store.tables;
  return (
    await store.db
      .select()
      .from(tags)
      .where(and(eq(tags.slug, slug), visibility(store, visible)))
  )[0];
};

/** Tags by their slugs, in the order of those; internal ones only where they are asked for. */
export const listTagsBySlugs = async (
  { db, tables: { tags } }: Store,
  slugs: string[],
  internalToo: boolean,
): Promise<{ id: number; articleCount: number }[]> => {
  const wanted = and(inArray(tags.slug, slugs), internalToo ? undefined : ne(tags.kind, 'internal'));
  return db.select({ id: tags.id, articleCount: tags.articleCount }).from(tags).where(wanted).orderBy(asc(tags.slug));
};

/** The ids of tags by their slugs. */
export const listTagIdsBySlugs = async (store: Store, slugs: string[], internalToo: boolean): Promise<number[]> =>
  (await listTagsBySlugs(store, slugs, internalToo)).map(({ id }) => id);

const publicTag = prepared(({ db, tables: { tags } }) =>
  db
    .select({ id: tags.id })
    .from(tags)
    .where(and(eq(tags.slug, sql.placeholder('slug')), ne(tags.kind, 'internal'))),
);

/** The id of the tag with a slug, unless it is internal. */
export const findPublicTagId = async (store: Store, slug: string): Promise<number | undefined> =>
  (await publicTag(store, { slug }))[0]?.id;

type Named = { id: number; slug: string; nameFolded: string };

const namedBy = <V extends number | string>(column: 'id' | 'slug' | 'nameFolded') =>
  preparedForSome<Named[], V>(({ db, tables: { tags } }, values) =>
    db
      .select({ id: tags.id, slug: tags.slug, nameFolded: tags.nameFolded })
      .from(tags)
      .where(inArray(tags[column], values)),
  );
const namedById = namedBy<number>('id');
const namedBySlug = namedBy<string>('slug');
const namedByName = namedBy<string>('nameFolded');

/** The tags that any of the ids, slugs or folded names belong to. */
export const listTagsNamed = async (
  store: Store,
  { ids, slugs, foldedNames }: { ids: number[]; slugs: string[]; foldedNames: string[] },
): Promise<Named[]> => [
  ...(ids.length === 0 ? [] : await namedById(store, ids)),
  ...(slugs.length === 0 ? [] : await namedBySlug(store, slugs)),
  ...(foldedNames.length === 0 ? [] : await namedByName(store, foldedNames)),
];

export type TagSort = 'name' | '-articleCount';

/** Tags in order; `q`: those of whose names words begin with each of its words. */
export const listTags = async (
  store: Store,
  { sort, kinds, q }: { sort: TagSort; kinds?: TagKind[] | undefined; q?: string | undefined },
  visible: Visible,
  slice: Slice,
): Promise<Sliced<TagRow>> => {
  const { tags } = store.tables;
  const order: Order =
    sort === 'name'
      ? { column: tags.nameFolded, id: tags.id, kind: 'text', descending: false }
      : { column: tags.articleCount, id: tags.id, kind: 'integer', descending: true };
  const wanted = and(
    q === undefined ? undefined : nameHasWords(store, 'tag', q),
    kinds && inArray(tags.kind, kinds),
    visibility(store, visible),
  );
  const rows = await store.db
    .select()
    .from(tags)
    .where(and(behindPlace(order, slice), wanted))
    .orderBy(...sorting(order, slice))
    .limit(slice.limit + 1)
    .offset(slice.offset);
  if (!slice.counted) return { rows, total: undefined };
  return { rows, total: (await store.db.select({ n: count() }).from(tags).where(wanted))[0]?.n };
};

/** Whether a tag has the slug; `except` is one that does not count. */
export const isTagSlugTaken = async (
  { db, tables: { tags } }: Store,
  slug: string,
  except?: number,
): Promise<boolean> =>
  (await db.select({ id: tags.id }).from(tags).where(eq(tags.slug, slug))).some(({ id }) => id !== except);

export const findTagByName = async ({ db, tables: { tags } }: Store, nameFolded: string): Promise<TagRow | undefined> =>
  (await db.select().from(tags).where(eq(tags.nameFolded, nameFolded)))[0];

export const insertTag = async (tx: Store, tag: NewTag): Promise<TagRow> => {
  const [inserted] = await tx.db.insert(tx.tables.tags).values(tag).returning();
  const row = inserted as TagRow;
  await addNameWords(tx, 'tag', row.id, row.name);
  return row;
};

/** Writes over the version that was read; undefined where another stands there by now. */
export const replaceTag = async (
  tx: Store,
  { id, version, name }: TagRow,
  change: Partial<NewTag>,
): Promise<TagRow | undefined> => {
  const { tags } = tx.tables;
  const here = and(eq(tags.id, id), eq(tags.version, version));
  const [written] = await tx.db
    .update(tags)
    .set({ ...change, version: version + 1 })
    .where(here)
    .returning();
  if (written && written.name !== name) await replaceNameWords(tx, 'tag', id, written.name);
  return written;
};

/** Deletes a tag; its places on articles go with it. */
export const deleteTagRow = async ({ db, tables: { tags } }: Store, id: number): Promise<void> => {
  await db.delete(tags).where(eq(tags.id, id));
};

const addToCounts = preparedForSome(({ db, tables: { tags } }, ids) =>
  db
    .update(tags)
    .set({ articleCount: sql`${tags.articleCount} + ${sql.placeholder('by')}` })
    .where(inArray(tags.id, ids)),
);

/** Adds to the article counts of tags. */
export const addToTagCounts = async (tx: Store, ids: number[], by: number): Promise<void> => {
  if (ids.length > 0) await addToCounts(tx, ids, { by });
};

/** Queues every article that carries a tag for the search: it is to be found by the tag's name as it is now, or no more. */
export const queueArticlesTagged = async (
  { db, tables: { articleTags, searchQueue } }: Store,
  tagId: number,
): Promise<void> => {
  const tagged = db.select({ articleId: articleTags.articleId }).from(articleTags).where(eq(articleTags.tagId, tagId));
  await db.insert(searchQueue).select(tagged).onConflictDoNothing();
};
