/** Finds authors and tags by the words of their names. */
import { and, asc, type Column, like, ne, or, type SQL, sql } from 'drizzle-orm';
import { fold } from '../../core/folding.ts';
import { authorHasLiveArticle, tagHasLiveArticle } from '../../store/live.ts';
import type { Store } from '../../store/store.ts';
import type { AuthorRow, Visible } from '../authors/queries.ts';
import type { TagRow } from '../tags/queries.ts';

/** Signs that `like` takes for others, and the sign that takes that from them. */
const asText = (word: string): string => word.replaceAll(/[!%_]/g, '!$&');

/** The condition that each word of a text begins a word of a name. */
const hasWords = (nameFolded: Column, text: string): SQL | undefined => {
  const words = fold(text).split(' ').map(asText);
  return and(
    ...words.map((word) =>
      or(sql`${like(nameFolded, `${word}%`)} escape '!'`, sql`${like(nameFolded, `% ${word}%`)} escape '!'`),
    ),
  );
};

/** Authors by their names; among them whom the caller may see. */
export const listAuthorsNamed = async (
  store: Store,
  text: string,
  visible: Visible,
  limit: number,
): Promise<AuthorRow[]> => {
  const { authors } = store.tables;
  const isVisible = visible === 'all' ? undefined : authorHasLiveArticle(store, visible.liveAt);
  return store.db
    .select()
    .from(authors)
    .where(and(hasWords(authors.nameFolded, text), isVisible))
    .orderBy(asc(authors.nameFolded), asc(authors.id))
    .limit(limit);
};

/** Tags by their names; internal ones for those who see all. */
export const listTagsNamedLike = async (
  store: Store,
  text: string,
  visible: Visible,
  limit: number,
): Promise<TagRow[]> => {
  const { tags } = store.tables;
  const isVisible =
    visible === 'all' ? undefined : and(ne(tags.kind, 'internal'), tagHasLiveArticle(store, visible.liveAt));
  return store.db
    .select()
    .from(tags)
    .where(and(hasWords(tags.nameFolded, text), isVisible))
    .orderBy(asc(tags.nameFolded), asc(tags.id))
    .limit(limit);
};
