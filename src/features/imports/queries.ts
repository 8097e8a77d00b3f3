/** What an import looks up, for many records at once. */
import { and, asc, eq, inArray, isNull, ne, or } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { TagRow } from '../tags/queries.ts';
import type { Identity } from './rules.ts';

/** Of an article that came from a source already: what a record could differ in. */
export type Imported = { id: number; title: string; excerpt: string | null; body: string };

/** One text for an identity, to find it by in a map. */
export const sourceKey = (identity: Identity): string =>
  'slug' in identity ? identity.slug : `${identity.system}\n${identity.id}`;

/** The articles that some identities stand for, by `sourceKey`. */
export const mapImported = async (
  { db, tables: { articles, contents } }: Store,
  identities: readonly Identity[],
): Promise<Map<string, Imported>> => {
  const found = new Map<string, Imported>();
  const slugs = identities.flatMap((identity) => ('slug' in identity ? identity.slug : []));
  const { id, slug, title, excerpt } = articles;
  if (slugs.length > 0) {
    const rows = await db
      .select({ slug, id, title, excerpt, body: contents.body })
      .from(articles)
      .innerJoin(contents, eq(contents.articleId, articles.id))
      .where(inArray(articles.slug, slugs));
    for (const { slug: own, ...row } of rows) found.set(sourceKey({ slug: own }), row);
  }
  const sources = identities.flatMap((identity) => ('slug' in identity ? [] : identity));
  for (const system of new Set(sources.map((source) => source.system))) {
    const ids = sources.filter((source) => source.system === system).map(({ id }) => id);
    const rows = await db
      .select({
        system: articles.sourceSystem,
        sourceId: articles.sourceId,
        ...{ id, title, excerpt, body: contents.body },
      })
      .from(articles)
      .innerJoin(contents, eq(contents.articleId, articles.id))
      .where(and(eq(articles.sourceSystem, system), inArray(articles.sourceId, ids)));
    for (const { sourceId, system: _, ...row } of rows) found.set(sourceKey({ system, id: sourceId as string }), row);
  }
  return found;
};

/** The authors who have one of the slugs. */
export const listAuthorsBySlugs = async ({ db, tables: { authors } }: Store, slugs: string[]): Promise<AuthorRow[]> =>
  slugs.length === 0 ? [] : db.select().from(authors).where(inArray(authors.slug, slugs));

/** The tags that have one of the slugs or folded names. */
export const listTagsCalled = async (
  { db, tables: { tags } }: Store,
  { slugs, foldedNames }: { slugs: string[]; foldedNames: string[] },
): Promise<TagRow[]> =>
  foldedNames.length === 0
    ? []
    : db
        .select()
        .from(tags)
        .where(or(inArray(tags.slug, slugs), inArray(tags.nameFolded, foldedNames)));

/** The articles that have one of the slugs, trashed ones too: slug and id. */
export const mapSlugs = async ({ db, tables: { articles } }: Store, slugs: string[]): Promise<Map<string, number>> => {
  if (slugs.length === 0) return new Map();
  const rows = await db
    .select({ slug: articles.slug, id: articles.id })
    .from(articles)
    .where(inArray(articles.slug, slugs));
  return new Map(rows.map(({ slug, id }) => [slug, id]));
};

/** Whether there is an article that did not come from a system. */
export const hasArticlesFromElsewhere = async (
  { db, tables: { articles } }: Store,
  system: string,
): Promise<boolean> => {
  const elsewhere = or(isNull(articles.sourceSystem), ne(articles.sourceSystem, system));
  const query = db.select({ id: articles.id }).from(articles).where(elsewhere);
  return (await query.orderBy(asc(articles.id)).limit(1)).length > 0;
};
