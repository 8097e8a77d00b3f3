/** What a record means, and what of it must be altered: pure functions. */
import { basename } from 'node:path';
import { SLUG_MAX, SLUG_PATTERN, slugOf } from '../../core/slug.ts';
import type { Source } from '../articles/writing.ts';
import { type Alteration, altered } from './found.ts';
import type { ArticleRecord, ImportRecord } from './records.ts';
import { FIELDS } from './schemas.ts';

const wordsOf = (key: string) =>
  key
    .trim()
    .replaceAll(/[-_\s]+/g, ' ')
    .trim();
const capital = (word: string) => word.replace(/^\p{L}/u, (letter) => letter.toUpperCase());

/** `plain-language` → `Plain language` */
export const tagNameOf = (key: string): string => capital(wordsOf(key)) || key;
/** `ada-lovelace` → `Ada Lovelace` */
export const authorNameOf = (key: string): string => wordsOf(key).split(' ').map(capital).join(' ') || key;

const SLUG = new RegExp(SLUG_PATTERN);
const isSlug = (text: string) => text.length <= SLUG_MAX && SLUG.test(text);

/** The slug a key stands for; null where it cannot be written in Latin letters. */
export const keySlugOf = (key: string): string | null => (isSlug(key) ? key : slugOf(key, '') || null);

/** Says that a key is not the slug under which its author or tag is stored. */
export const keyAlterations = (key: string, slug: string): Alteration[] =>
  key === slug ? [] : [altered('/key', 'key-changed', `“${key}” stands as ${slug}`)];

/** Says which fields of a record nothing is made of. */
export const leftOut = (record: ImportRecord): Alteration[] =>
  Object.keys(record)
    .filter((field) => !FIELDS[record.kind].includes(field))
    .map((field) => altered(`/${field}`, 'unknown-field', 'is not known here and left out'));

const LONGEST_SYSTEM = 100;

/** The name of a file without its endings: `export.ndjson.gz` → `export`. */
const systemOf = (path: string): string =>
  basename(path)
    .replace(/(?:\.(?:gz|ndjson|jsonl|json))+$/i, '')
    .slice(0, LONGEST_SYSTEM) || 'records';

/**
 * Where an article came from: `system:id` as it says so, an address by its host, any other text within the file; and
 * without a source its content, by a digest, so that a record that is the same is the same article.
 */
export const sourceOf = (source: string | Source | null | undefined, path: string, digest: () => string): Source => {
  if (typeof source === 'object' && source !== null) return source;
  if (source == null) return { system: 'records', id: `sha256-${digest()}` };
  if (/^https?:\/\//i.test(source) && URL.canParse(source))
    return { system: new URL(source).host.slice(0, LONGEST_SYSTEM), id: source, url: source };
  const [, system, id] = /^([^:]{1,100}):(.+)$/s.exec(source) ?? [];
  return system?.trim() && id?.trim() ? { system, id } : { system: systemOf(path), id: source };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a per cent sign that means itself
  }
};

/** `/resources/how-to/` → `resources-how-to`; null where nothing can be made of it. */
const cleanSlug = (slug: string): string | null =>
  isSlug(slug) ? slug : slugOf(decoded(slug).replace(/\.(?:md|html?)$/i, ''), '') || null;

const LONGEST_EXCERPT = 1000;

const cutExcerpt = (summary: string | null): string | null => {
  if (summary === null || summary.length <= LONGEST_EXCERPT) return summary;
  const points = Array.from(summary);
  return points.length <= LONGEST_EXCERPT ? summary : `${points.slice(0, LONGEST_EXCERPT - 1).join('')}…`;
};

/** An article as it is to be stored, but for its authors and tags, which are still names. */
export type PlannedArticle = {
  source: Source;
  /** The body of a `POST /v1/articles` that would make it. */
  sent: {
    title: string;
    slug: string | null;
    excerpt: string | null;
    body: string;
    status: 'published' | 'draft';
    publishedAt: string | null;
    contentUpdatedAt: string | null;
    source: Source;
    tags: string[];
  };
  authors: string[];
  tags: string[];
  /** The key of the tag of kind `section` it is filed under. */
  section: string | null;
  alterations: Alteration[];
};

export type PlanOptions = {
  path: string;
  /** The byline of articles that name no author. */
  defaultAuthor: string | null;
  digest: () => string;
};

const distinctBy = (keys: string[], identity: (key: string) => string | null): string[] =>
  [...new Map([...keys].reverse().map((key) => [identity(key) ?? key, key])).values()].reverse();

/** What publishing needs and the record lacks. */
const lacksOf = (authors: string[], body: string, publishedAt: string | null): Alteration[] => {
  const lack = (field: string, is: boolean, what: string) =>
    is ? [altered(field, 'not-publishable', `${what}, which publishing needs: stored as a draft`)] : [];
  return [
    ...lack('/authors', authors.length === 0, 'names no author'),
    ...lack('/body', body.trim() === '', 'is empty'),
    ...lack('/publishedAt', publishedAt === null, 'has no date'),
  ];
};

/** Plans an article from a record whose form is right. What is not published yet (a date to come) will be scheduled. */
export const planArticle = (record: ArticleRecord, options: PlanOptions): PlannedArticle => {
  const { title, body, publishedAt = null, updatedAt = null } = record;
  const text = body ?? '';
  const source = sourceOf(record.source, options.path, options.digest);
  const named = distinctBy(record.authors ?? [], keySlugOf);
  const authors = named.length === 0 && options.defaultAuthor !== null ? [options.defaultAuthor] : named;
  const tags = distinctBy(record.tags ?? [], keySlugOf);
  const section = /[\p{L}\p{N}]/u.test(record.category ?? '') ? (record.category as string) : null;
  const lacks = lacksOf(authors, text, publishedAt);
  const slug = record.slug?.trim() ? cleanSlug(record.slug) : null;
  const excerpt = cutExcerpt(record.summary ?? null);

  const alterations = leftOut(record);
  const note = (is: boolean, ...what: [string, string, string]) => is && alterations.push(altered(...what));
  note(
    record.source == null,
    '/source',
    'source-made',
    'is absent: told by its content, so a changed record is a new one',
  );
  note(
    Boolean(record.slug?.trim()) && slug !== record.slug,
    ...(['/slug', 'slug-changed', `“${record.slug}” is no slug: ${slug ?? 'made from the title'}`] as const),
  );
  note(excerpt !== (record.summary ?? null), '/summary', 'too-long', `is cut to ${LONGEST_EXCERPT} characters`);
  note(authors !== named, '/authors', 'author-given', `names no author: given ${options.defaultAuthor}`);
  const status = lacks.length === 0 ? 'published' : 'draft';
  return {
    source,
    sent: {
      title,
      slug,
      excerpt,
      body: text,
      status,
      publishedAt,
      contentUpdatedAt: updatedAt,
      source,
      tags: [...tags, ...(section === null ? [] : [section])],
    },
    authors,
    tags,
    section,
    alterations: [...alterations, ...lacks],
  };
};

/** Elements with a life of their own, which a sanitised page does not get. */
const LIVELY = /(?:<|&lt;)(script|iframe|object|embed|form|style|button|input|svg|audio|video)\b/gi;

const livelyElements = (text: string): string[] =>
  [...text.matchAll(LIVELY)].map(([, name]) => String(name).toLowerCase());

/** Says which elements of a body its sanitised `html` does not have. */
export const sanitisedAway = (body: string, html: string): Alteration[] => {
  const missing = livelyElements(body);
  if (missing.length === 0) return [];
  for (const name of livelyElements(html)) if (missing.includes(name)) missing.splice(missing.indexOf(name), 1);
  if (missing.length === 0) return [];
  const names = [...new Set(missing)].map((name) => `<${name}>`).join(', ');
  return [altered('/body', 'sanitised', `keeps ${names} as written; html, made for pages, does not`)];
};

/** Says in what a record differs from what is stored already and stays: in a name, a text, or both. */
const kept = (field: string, what: string): Alteration =>
  altered(field, 'differs', `differs from ${what}, which is there already and stays`);

type Told = { title: string; excerpt: string | null; body: string };

/** Says in what a record differs from the article that came from its source already. */
export const articleDifferences = (sent: Told, stored: Told & { id: number }): Alteration[] => {
  const excerpt = sent.excerpt?.trim() ? sent.excerpt : null;
  const pairs = [
    ['/title', sent.title === stored.title],
    ['/summary', excerpt === stored.excerpt],
    ['/body', sent.body === stored.body],
  ] as const;
  return pairs.filter(([, isSame]) => !isSame).map(([field]) => kept(field, `that of article ${stored.id}`));
};

/** Says in what a record differs from the author or tag it stands for. `about` is its bio or description. */
export const namedDifferences = (
  record: { name: string; about: string | null | undefined },
  stored: { slug: string; name: string; about: string | null },
  aboutField: string,
): Alteration[] => [
  ...(record.name === stored.name ? [] : [kept('/name', `${stored.slug}, “${stored.name}”`)]),
  ...((record.about ?? null) === stored.about ? [] : [kept(aboutField, `that of ${stored.slug}`)]),
];
