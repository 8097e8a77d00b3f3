/** What one transaction of an import knows of the store: looked up once for all its records, kept current as it writes. */
import { fold } from '../../core/folding.ts';
import type { PastMoments } from '../../core/moment.ts';
import { freeSlug } from '../../core/slug.ts';
import type { Origin } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { findIdBySlug } from '../articles/queries.ts';
import { type AuthorInput, addAuthor } from '../authors/actions.ts';
import type { AuthorRow } from '../authors/queries.ts';
import { addTag, type TagInput } from '../tags/actions.ts';
import type { TagRow } from '../tags/queries.ts';
import { openThreads, type Threads } from './comment-desk.ts';
import { type Imported, listAuthorsBySlugs, listTagsCalled, mapImported, mapSlugs } from './queries.ts';
import type { Entry } from './reading.ts';
import { authorNameOf, keySlugOf, tagNameOf } from './rules.ts';

/**
 * Who imports: the operator at the machine, who may do everything. Without a key: events note none.
 * (`Actor` is typed for callers with one, and nothing but the note reads its `keyId`.)
 */
export const OPERATOR: Origin = {
  caller: { keyId: null as never, keyName: 'import', role: 'admin', authorId: null },
  requestId: null,
};

export type Desk = {
  readonly tx: Store;
  readonly now: Date;
  /** By slug. */
  readonly authors: Map<string, AuthorRow>;
  readonly tags: { bySlug: Map<string, TagRow>; byName: Map<string, TagRow> };
  /** By `sourceKey`. */
  readonly imported: Map<string, Imported>;
  /** The ids of the articles that have a slug some record wishes for. */
  readonly slugs: Map<string, number>;
  readonly threads: Threads;
  /** What was made because an article names it. */
  readonly made: { authors: number; tags: number };
};

const articlesOf = (entries: readonly Entry[]) => entries.flatMap((entry) => ('article' in entry ? entry.article : []));
const present = (slugs: (string | null)[]) => [...new Set(slugs)].filter((slug) => slug !== null);

/** Looks up all that some records name. */
export const openDesk = async (tx: Store, now: Date, entries: readonly Entry[]): Promise<Desk> => {
  const articles = articlesOf(entries);
  const authorKeys = entries.flatMap((entry) => ('author' in entry ? entry.author.key : []));
  const tagKeys = entries.flatMap((entry) => ('tag' in entry ? [entry.tag.key, tagNameIn(entry.tag)] : []));
  const comments = entries.flatMap((entry) => ('comment' in entry ? entry.comment : []));
  const allTagKeys = [...tagKeys, ...articles.flatMap(({ sent, copy }) => [...sent.tags, ...(copy?.tags ?? [])])];
  const tags = await listTagsCalled(tx, {
    slugs: present(allTagKeys.map(keySlugOf)),
    foldedNames: present(allTagKeys.flatMap((key) => [fold(key), fold(tagNameOf(key))])),
  });
  const bylines = articles.flatMap(({ authors, copy }) => [...authors, ...(copy?.authors ?? [])]);
  const staff = comments.flatMap(({ author }) => author ?? []);
  const slugs = present([...authorKeys, ...bylines, ...staff].map(keySlugOf));
  return {
    tx,
    now,
    authors: new Map((await listAuthorsBySlugs(tx, slugs)).map((author) => [author.slug, author])),
    tags: {
      bySlug: new Map(tags.map((tag) => [tag.slug, tag])),
      byName: new Map(tags.map((tag) => [tag.nameFolded, tag])),
    },
    imported: await mapImported(
      tx,
      articles.map(({ identity }) => identity),
    ),
    slugs: await mapSlugs(tx, present(articles.map(({ sent }) => sent.slug))),
    threads: await openThreads(tx, comments),
    made: { authors: 0, tags: 0 },
  };
};

/** The name a tag's record gives it. */
export const tagNameIn = ({ key, name }: { key: string; name?: string | null }): string => name ?? tagNameOf(key);

/** The tag that a key and a name stand for: by slug, then by folded name. */
export const findTag = ({ tags }: Desk, key: string, name: string): TagRow | undefined =>
  tags.bySlug.get(keySlugOf(key) ?? '') ?? tags.byName.get(fold(name));

/** Makes a tag. */
export const makeTag = async (
  { tx, now, tags }: Desk,
  key: string,
  fields: TagInput,
  past?: PastMoments,
): Promise<TagRow> => {
  const tag = await addTag(tx, OPERATOR, now, { ...fields, slug: keySlugOf(key) }, past);
  tags.bySlug.set(tag.slug, tag);
  tags.byName.set(tag.nameFolded, tag);
  return tag;
};

/** The tag an article names; made where it is new. */
export const useTag = async (desk: Desk, key: string, kind: 'topic' | 'section'): Promise<TagRow> => {
  const name = tagNameOf(key);
  const known = findTag(desk, key, name);
  if (known) return known;
  desk.made.tags += 1;
  return makeTag(desk, key, { name, kind });
};

/** The author a key stands for. */
export const findAuthor = ({ authors }: Desk, key: string): AuthorRow | undefined => authors.get(keySlugOf(key) ?? '');

/** Makes an author. */
export const makeAuthor = async (
  { tx, now, authors }: Desk,
  key: string,
  fields: AuthorInput,
  past?: PastMoments,
): Promise<AuthorRow> => {
  const author = await addAuthor(tx, OPERATOR, now, { ...fields, slug: keySlugOf(key) }, past);
  authors.set(author.slug, author);
  return author;
};

/** The author an article names, and whether the key had to do for a name. */
export const useAuthor = async (desk: Desk, key: string): Promise<{ author: AuthorRow; isNew: boolean }> => {
  const known = findAuthor(desk, key);
  if (known) return { author: known, isNew: false };
  desk.made.authors += 1;
  return { author: await makeAuthor(desk, key, { name: authorNameOf(key) }), isNew: true };
};

/** The slug an article gets: the wished one, or a free one beside it; `holder` is the article that has the wished one. */
export const chooseFreeSlug = async (
  { tx, slugs }: Desk,
  wished: string,
): Promise<{ slug: string; holder: number | undefined }> => {
  const holder = slugs.get(wished);
  if (holder === undefined) return { slug: wished, holder };
  return { slug: await freeSlug(wished, async (slug) => (await findIdBySlug(tx, slug)) !== undefined), holder };
};
