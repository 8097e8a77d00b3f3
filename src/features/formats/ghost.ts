/** Reads an export of Ghost (versions 1 to 6): a JSON file of its tables. */
import { createHash } from 'node:crypto';
import { type Alteration, altered, type Found, halved, type Reader } from './found.ts';
import { articleOf, authorOf, type GhostRow, isPage, siteOf, tagOf } from './ghost-rules.ts';
import { type JsonRow, readJsonRows } from './json-rows.ts';
import { UnreadableFile } from './lines.ts';
import type { ImportRecord } from './records.ts';

/** Tables stand in `db`, a list of one, or at the top. */
const pathsOf = (table: string): string[] => [`$.db.*.data.${table}.*`, `$.data.${table}.*`];

const TABLES = ['settings', 'users', 'tags', 'posts_tags', 'posts_authors', 'posts_meta'] as const;

/** What is read before the posts: all but their texts. */
type Gathered = Record<(typeof TABLES)[number], { row: GhostRow; line: number }[]> & {
  posts: number;
  comments: number;
};

const isRow = (value: unknown): value is GhostRow => typeof value === 'object' && value !== null;
const tableOf = ({ path }: JsonRow): string => String(path.at(-2));

/** Reads the file once: that it is whole, and what posts name. */
const gather = async (path: string, onRead: (bytes: number) => void): Promise<Gathered> => {
  const gathered: Gathered = {
    ...(Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as Record<(typeof TABLES)[number], []>),
    posts: 0,
    comments: 0,
  };
  // Of posts and comments nothing but an id is kept: to be counted.
  const paths = [...TABLES.flatMap(pathsOf), ...['posts', 'comments'].flatMap(pathsOf).map((each) => `${each}.id`)];
  for await (const found of readJsonRows(path, paths, onRead)) {
    const [, counted] = [...found.path].reverse().slice(1);
    if (counted === 'posts' || counted === 'comments') gathered[counted] += 1;
    else if (isRow(found.value)) {
      gathered[tableOf(found) as (typeof TABLES)[number]].push({ row: found.value, line: found.line });
    }
  }
  if (gathered.users.length + gathered.posts + gathered.tags.length === 0) {
    throw new UnreadableFile(`cannot read ${path}: it is no export of Ghost: it has neither posts nor users nor tags`);
  }
  return gathered;
};

const digestOf = (record: ImportRecord) => () =>
  createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 32);

const sizeOf = (record: ImportRecord): number => (record.kind === 'article' ? (record.body?.length ?? 0) : 200);

const foundAs = (record: ImportRecord, line: number, told: readonly Alteration[] = []): Found => ({
  line,
  bytes: sizeOf(record),
  value: record,
  digest: digestOf(record),
  altered: told,
});

type Named = { of: string; name: string; order: number };

/** The names that each post has, in order, by its id. */
const namesOf = (rows: Gathered['posts_tags'], column: string, names: ReadonlyMap<string, string>) => {
  const named = rows.flatMap(({ row }): Named[] => {
    const name = names.get(String(row[column]));
    return name === undefined ? [] : [{ of: String(row.post_id), name, order: Number(row.sort_order ?? 0) }];
  });
  const byPost = new Map<string, string[]>();
  for (const { of, name } of named.sort((one, other) => one.order - other.order)) {
    const known = byPost.get(of) ?? [];
    byPost.set(of, known.includes(name) ? known : [...known, name]);
  }
  return byPost;
};

/**
 * The site, its users as authors, tags, then posts. Pages are told, or taken with `pages`. The file is read twice: it may
 * name a post's tags behind the post.
 */
export const readGhost: Reader = async function* ({ path, pages, siteUrl = null }, onRead) {
  const gathered = await gather(path, halved(onRead));
  const settings = new Map(gathered.settings.map(({ row }) => [String(row.key), String(row.value ?? '')]));
  const site = siteOf(settings, siteUrl);
  if (site) yield foundAs(site, gathered.settings[0]?.line ?? 1);
  const authorKeys = new Map<string, string>();
  for (const { row, line } of gathered.users) {
    const record = authorOf(row, siteUrl);
    authorKeys.set(String(row.id), record.key);
    yield foundAs(record, line);
  }
  const tagKeys = new Map<string, string>();
  for (const { row, line } of gathered.tags) {
    const record = tagOf(row);
    tagKeys.set(String(row.id), record.key);
    yield foundAs(record, line);
  }
  const authors = namesOf(gathered.posts_authors, 'author_id', authorKeys);
  const tags = namesOf(gathered.posts_tags, 'tag_id', tagKeys);
  const metas = new Map(gathered.posts_meta.map(({ row }) => [String(row.post_id), row]));

  for await (const { value, line } of readJsonRows(path, pathsOf('posts'), halved(onRead))) {
    if (!isRow(value)) continue;
    const id = String(value.id);
    const own = authorKeys.get(String(value.author_id));
    const { record, told } = articleOf(
      value,
      {
        authors: authors.get(id) ?? (own === undefined ? [] : [own]),
        tags: tags.get(id) ?? [],
        meta: metas.get(id),
      },
      siteUrl,
    );
    if (pages || !isPage(value)) {
      yield foundAs(record, line, told);
      continue;
    }
    const refused = [altered(null, 'page', 'is a page, not an article: taken with --pages')];
    yield { line, bytes: 0, kind: 'article', record: record.slug ?? record.title, refused };
  }
  if (gathered.comments > 0) {
    const refused = [
      altered(null, 'not-taken', `${gathered.comments} comments stay behind: the file does not tell who wrote them`),
    ];
    yield { line: 1, bytes: 0, kind: 'comment', record: null, refused };
  }
};
