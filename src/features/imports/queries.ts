/** What an import looks up, for many records at once. */
import { and, asc, eq, inArray, isNull, ne, or } from 'drizzle-orm';
import type { Store } from '../../store/store.ts';
import type { Source } from '../articles/writing.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { TagRow } from '../tags/queries.ts';

/** Of an article that came from a source already: what a record could differ in. */
export type Imported = { id: number; title: string; excerpt: string | null; body: string };

/** One text for a source, to find it by in a map. */
export const sourceKey = ({ system, id }: Pick<Source, 'system' | 'id'>): string => `${system}\n${id}`;

/** The articles that came from some sources, by `sourceKey`. */
export const mapImported = async (
  { db, tables: { articles, contents } }: Store,
  sources: readonly Source[],
): Promise<Map<string, Imported>> => {
  const found = new Map<string, Imported>();
  for (const system of new Set(sources.map((source) => source.system))) {
    const ids = sources.filter((source) => source.system === system).map(({ id }) => id);
    const rows = await db
      .select({
        system: articles.sourceSystem,
        sourceId: articles.sourceId,
        id: articles.id,
        title: articles.title,
        excerpt: articles.excerpt,
        body: contents.body,
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
