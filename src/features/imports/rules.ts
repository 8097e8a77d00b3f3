/** What a record means, and what of it must be altered: pure functions. */
import { basename } from 'node:path';
import { slugOf } from '../../core/slug.ts';
import type { Status } from '../../core/statuses.ts';
import type { ArticlePast, Source } from '../articles/writing.ts';
import { type Alteration, altered } from '../formats/found.ts';
import type { ArticleRecord, CopyRecord, ImportRecord, SiteRecord } from '../formats/records.ts';
import { articlePastOf, type PlannedSlug, planOldSlugs } from './past-rules.ts';
import { FIELDS } from './schemas.ts';
import { cleanSlug, isSlug } from './slug-rules.ts';

const wordsOf = (key: string) =>
  key
    .trim()
    .replaceAll(/[-_\s]+/g, ' ')
    .trim();
const capital = (word: string) => word.replace(/^\p{L}/u, (letter) => letter.toUpperCase());

const cut = (name: string, length: number) => Array.from(name).slice(0, length).join('').trim();

/** `plain-language` → `Plain language` */
export const tagNameOf = (key: string): string => cut(capital(wordsOf(key)) || key, 100);
/** `ada-lovelace` → `Ada Lovelace` */
export const authorNameOf = (key: string): string => cut(wordsOf(key).split(' ').map(capital).join(' ') || key, 120);

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

/** By what an article is found again: where it came from, or else the slug it has wherever it is. */
export type Identity = Pick<Source, 'system' | 'id'> | { slug: string };

const LONGEST_EXCERPT = 1000;

const cutExcerpt = (summary: string | null): string | null => {
  if (summary === null || summary.length <= LONGEST_EXCERPT) return summary;
  const points = Array.from(summary);
  return points.length <= LONGEST_EXCERPT ? summary : `${points.slice(0, LONGEST_EXCERPT - 1).join('')}…`;
};

const DETAILS = [
  ...(['subtitle', 'bodyFormat', 'unpublishAt', 'language', 'translationKey', 'featured'] as const),
  ...(['commentPolicy', 'coverImage', 'seo', 'metadata'] as const),
];
/** What of an article goes in as it is. */
type Details = { [F in (typeof DETAILS)[number]]?: NonNullable<ArticleRecord[F]> };

const detailsOf = (record: ArticleRecord): Details =>
  Object.fromEntries(DETAILS.filter((name) => record[name] != null).map((name) => [name, record[name]]));

/** An article as it is to be stored, but for its authors and tags, which are still names. */
export type PlannedArticle = {
  identity: Identity;
  /** The body of a `POST /v1/articles` that would make it. */
  sent: {
    title: string;
    slug: string | null;
    excerpt: string | null;
    body: string;
    status: Exclude<Status, 'scheduled'>;
    publishedAt: string | null;
    contentUpdatedAt: string | null;
    source: Source | null;
    tags: string[];
  } & Details;
  authors: string[];
  tags: string[];
  /** The key of the tag of kind `section` it is filed under. */
  section: string | null;
  past: ArticlePast;
  oldSlugs: PlannedSlug[];
  copy: CopyRecord | null;
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

/** What tells a record from others: its source, else its key, else a source made of its content. */
const tellApart = ({ source, key }: ArticleRecord, { path, digest }: PlanOptions) => {
  const slug = source == null && key != null ? cleanSlug(key) : null;
  if (slug !== null) return { source: null, identity: { slug } };
  const made = sourceOf(source, path, digest);
  return { source: made, identity: made };
};

/** Plans an article from a record whose form is right. What is not published yet (a date to come) will be scheduled. */
export const planArticle = (record: ArticleRecord, options: PlanOptions): PlannedArticle => {
  const { title, body, publishedAt = null, updatedAt = null } = record;
  const text = body ?? '';
  const { source, identity } = tellApart(record, options);
  const named = distinctBy(record.authors ?? [], keySlugOf);
  const authors = named.length === 0 && options.defaultAuthor !== null ? [options.defaultAuthor] : named;
  const tags = distinctBy(record.tags ?? [], keySlugOf);
  const section = /[\p{L}\p{N}]/u.test(record.category ?? '') ? (record.category as string) : null;
  const asked = record.status ?? 'published';
  const isToBePublic = asked === 'published' || asked === 'scheduled';
  const lacks = isToBePublic ? lacksOf(authors, text, publishedAt) : [];
  const slugField = record.slug?.trim() && source !== null ? 'slug' : 'key';
  const wished = record[slugField] ?? null;
  const slug = wished === null ? null : cleanSlug(wished);
  const { oldSlugs, alterations: slugAlterations } = planOldSlugs(record.oldSlugs);
  const excerpt = cutExcerpt(record.summary ?? null);

  const alterations = leftOut(record);
  const note = (is: boolean, ...what: [string, string, string]) => is && alterations.push(altered(...what));
  note(
    record.source == null && source !== null,
    '/source',
    'source-made',
    'is absent: told by its content, so a changed record is a new one',
  );
  note(
    slug !== wished,
    ...([`/${slugField}`, 'slug-changed', `“${wished}” is no slug: ${slug ?? 'made from the title'}`] as const),
  );
  note(excerpt !== (record.summary ?? null), '/summary', 'too-long', `is cut to ${LONGEST_EXCERPT} characters`);
  note(authors !== named, '/authors', 'author-given', `names no author: given ${options.defaultAuthor}`);
  const standing = asked === 'scheduled' ? 'published' : asked;
  return {
    identity,
    sent: {
      ...detailsOf(record),
      title,
      slug,
      excerpt,
      body: text,
      status: lacks.length === 0 ? standing : 'draft',
      publishedAt,
      contentUpdatedAt: updatedAt,
      source,
      tags: [...tags, ...(section === null ? [] : [section])],
    },
    authors,
    tags,
    section,
    past: articlePastOf(record),
    oldSlugs,
    copy: record.workingCopy ?? null,
    alterations: [...alterations, ...slugAlterations, ...lacks],
  };
};

/** Whether an article that was to be published has ended by `now`. */
export const hasEnded = ({ status, publishedAt, unpublishAt }: PlannedArticle['sent'], now: Date): boolean =>
  status === 'published' &&
  publishedAt !== null &&
  unpublishAt !== undefined &&
  new Date(unpublishAt) <= now &&
  new Date(publishedAt) < new Date(unpublishAt);

/** What a record of the site says of it. */
export const siteFieldsOf = ({ kind, ...record }: SiteRecord): Omit<SiteRecord, 'kind'> =>
  Object.fromEntries(Object.entries(record).filter(([field]) => FIELDS.site.includes(field)));

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
