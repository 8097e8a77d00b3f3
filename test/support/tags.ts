/** Rows that the tests of the store write. */
import { asc } from 'drizzle-orm';
import type { Store } from '../../src/store/store.ts';

const NOW = new Date('2026-11-22T07:00:00.000Z');

export const tagCalled = (name: string) => ({
  version: 1,
  slug: name,
  name,
  nameFolded: name,
  description: null,
  kind: 'topic' as const,
  articleCount: 0,
  createdAt: NOW,
  updatedAt: NOW,
});
export const addTag = (tx: Store, name: string) => tx.db.insert(tx.tables.tags).values(tagCalled(name));
/** The names of all tags, in the order in which they were made. */
export const namesOf = async (store: Store) =>
  (
    await store.db.select({ name: store.tables.tags.name }).from(store.tables.tags).orderBy(asc(store.tables.tags.id))
  ).map(({ name }) => name);
