/** What a Markdown file means as records, by the habits of Jekyll, Hugo and Astro: pure functions. */
import { type Alteration, altered } from './found.ts';
import type { FrontMatter } from './front-matter.ts';
import type { ArticleRecord } from './records.ts';

type Fields = FrontMatter['fields'];
type ReadFile = { record: ArticleRecord; sections: string[]; told: Alteration[] };

/** The names that each thing has in one house or another, the first that says something counts. */
const NAMES = {
  title: ['title'],
  subtitle: ['subtitle', 'subheading'],
  summary: ['excerpt', 'summary', 'description', 'lead'],
  slug: ['slug', 'permalink', 'url'],
  publishedAt: ['publishedAt', 'publishDate', 'pubDate', 'pubDatetime', 'published', 'date'],
  updatedAt: ['updatedAt', 'lastmod', 'updatedDate', 'modDatetime', 'last_modified_at', 'updated', 'modified'],
  unpublishAt: ['unpublishAt', 'expiryDate'],
  authors: ['authors', 'author'],
  tags: ['tags', 'tag'],
  categories: ['categories', 'category'],
  cover: ['cover', 'coverImage', 'heroImage', 'featured_image', 'feature_image', 'image', 'thumbnail', 'images'],
  coverAlt: ['imageAlt', 'heroImageAlt', 'image_alt', 'coverAlt'],
  language: ['language', 'lang', 'locale'],
  canonical: ['canonical', 'canonicalURL', 'canonicalUrl', 'canonical_url'],
  aliases: ['aliases', 'redirect_from'],
  featured: ['featured', 'pinned', 'sticky'],
  translationKey: ['translationKey', 'ref'],
  metaTitle: ['seo_title', 'meta_title'],
  draft: ['draft'],
  status: ['status'],
  comments: ['comments'],
  noindex: ['noindex'],
  kind: ['layout', 'type'],
} as const;
const KNOWN = new Set<string>(Object.values(NAMES).flat());

/** Yes and no as Jekyll and Hugo take them, in whose YAML more words than true and false are. */
const isYes = (value: unknown): boolean => value === true || /^(?:true|yes|on|y)$/i.test(String(value));
const isNo = (value: unknown): boolean => value === false || /^(?:false|no|off|n)$/i.test(String(value));
/** What a status says of what everyone may read; any other, `private` or `pending`, is not for everyone. */
const PUBLIC = /^(?:publish|published|public|live)$/i;

const isBlank = (value: unknown) => value === undefined || value === null || value === '';
const read = (fields: Fields, what: keyof typeof NAMES): unknown =>
  NAMES[what].map((name) => fields[name]).find((value) => !isBlank(value));

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : typeof value === 'number' ? String(value) : null;

/** A list as one house writes it as a list, another with commas, and Jekyll with blanks between. */
const namesOf = (value: unknown, separator: string | RegExp): string[] => {
  const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(separator) : [value];
  const names = parts.map((part) => {
    const told = typeof part === 'object' && part !== null ? (part as Fields) : {};
    return textOf(part) ?? textOf(told.name) ?? textOf(told.slug);
  });
  return [...new Set(names.filter((name) => name !== null))];
};

/** A moment: with an offset as it says, without one in UTC; null where it is none. */
const momentOf = (value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  const [, date, time = '00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d?-\d\d?)(?:[T ]+(\d\d?:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i.exec(value.trim()) ??
    [];
  const moment =
    date === undefined
      ? new Date(/\d{4}/.test(value) ? `${value} UTC` : Number.NaN) // as `Jul 8 2022`, which Astro's own pages have
      : new Date(
          `${date.replaceAll(/-(\d)(?!\d)/g, '-0$1')}T${time.padStart(time.indexOf(':') === 1 ? time.length + 1 : 0, '0')}${
            /^(?:Z|UTC)$/i.test(zone) ? 'Z' : zone.replace(/^([+-]\d\d):?/, '$1:')
          }`,
        );
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
};

/** The last part of an address or path that names something: `/2024/05/harbour/` → `harbour`. */
const lastPart = (path: string): string | null =>
  path
    .replace(/^https?:\/\/[^/]*/i, '')
    .replace(/[?#].*$/, '')
    .replace(/(?:\/index)?\.(?:html?|md)$/i, '')
    .split('/')
    .filter((part) => part !== '' && !/^[:{[]/.test(part))
    .at(-1) ?? null;

const DATED = /^(\d{4}-\d{1,2}-\d{1,2})-(.+)$/;

/** What the path of a file says: a slug, the date in Jekyll's names, whether it is a draft. */
const placeOf = (path: string) => {
  const parts = path.replace(/\.[^./]+$/, '').split('/');
  const own = parts.at(-1) ?? '';
  const name = own === 'index' ? (parts.at(-2) ?? own) : own;
  const [, date = null, rest = name] = DATED.exec(name) ?? [];
  return { slug: rest, date, isDraft: parts.includes('_drafts') };
};

/** The first heading of a text, where it stands before all else. */
const HEADING = /^\s*#[ \t]+(.+)/;
/** What a heading says, without the signs that may close it. */
const saidBy = (heading: string) =>
  heading
    .trimEnd()
    .replace(/(?<=[ \t])#+$/, '')
    .trimEnd();

const capital = (words: string) => words.replace(/^\p{L}/u, (letter) => letter.toUpperCase());

/** Marks that a generator of pages fills in stay as they are written: how they begin, how they end, and a name for them. */
const SHORTCODES = [
  [/\{\{[<%]/, /[>%]\}\}/, '{{< … >}}'],
  [/\{%/, /%\}/, '{% … %}'],
  [/^import\s.+from\s+['"]/m, /(?:)/, 'import … from'],
] as const;
/** Whether a text has the one and, behind it, the other; looked for apart, each is looked for once. */
const hasBoth = (text: string, begin: RegExp, end: RegExp) => {
  const found = begin.exec(text);
  return found !== null && end.test(text.slice(found.index + found[0].length));
};

const addressOf = (text: string | null, siteUrl: string | null): string | null => {
  if (text === null) return null;
  const whole = text.startsWith('/') && !text.startsWith('//') && siteUrl !== null ? siteUrl + text : text;
  return /^https?:\/\//i.test(whole) && URL.canParse(whole) && whole.length <= 2048 ? whole : null;
};

const coverOf = (fields: Fields) => {
  const value = [read(fields, 'cover')].flat()[0];
  if (typeof value !== 'object' || value === null)
    return { path: textOf(value), alt: textOf(read(fields, 'coverAlt')) };
  const { src, url, image, path, alt } = value as Fields;
  return { path: textOf(src ?? url ?? image ?? path), alt: textOf(alt) };
};

/** Whether a file is a page of its own rather than an article. */
export const isPage = (path: string, fields: Fields): boolean =>
  read(fields, 'kind') === 'page' || /(?:^|\/)_index\.[^/]+$/.test(path);

const LARGEST_METADATA = 16 * 1024;

/** Fields that have no place here go to `metadata`, for the frontend. */
const metadataOf = (fields: Fields) => {
  const rest = Object.entries(fields).filter(([name, value]) => !KNOWN.has(name) && !isBlank(value));
  return Object.fromEntries(rest);
};

/** A file as a record, the keys of its sections, and what of it is otherwise. `path` is that within the folder. */
export const articleOf = (path: string, { fields, body }: FrontMatter, siteUrl: string | null): ReadFile => {
  const told: Alteration[] = [];
  const note = (is: boolean, field: string, code: string, reason: string) => {
    if (is) told.push(altered(field, code, reason));
  };
  const place = placeOf(path);
  const heading = HEADING.exec(body);
  const given = textOf(read(fields, 'title'));
  const said = saidBy(heading?.[1] ?? '');
  const title = given ?? (said || capital(place.slug.replaceAll(/[-_]+/g, ' ')));
  const moment = (what: 'publishedAt' | 'updatedAt' | 'unpublishAt') => {
    // `published` is a moment in one house, yes or no in another
    const value = NAMES[what].map((name) => fields[name]).find((each) => !isBlank(each) && !isYes(each) && !isNo(each));
    if (value === undefined) return null;
    const at = momentOf(value);
    note(at === null, `/${what}`, 'no-moment', `“${value}” is no moment: left out`);
    return at;
  };
  const status = read(fields, 'status') ?? 'published';
  const isDraft =
    isYes(read(fields, 'draft')) || isNo(fields.published) || !PUBLIC.test(String(status)) || place.isDraft;
  note(
    !PUBLIC.test(String(status)) && status !== 'draft',
    '/status',
    'status-changed',
    `“${status}” is no status here: stored as a draft`,
  );
  const cover = coverOf(fields);
  const url = addressOf(cover.path, siteUrl);
  note(
    cover.path !== null && url === null,
    '/coverImage',
    'no-address',
    `“${cover.path}” is no address of the web: left out (--site-url makes those whole that begin with /)`,
  );
  for (const [begin, end, shown] of SHORTCODES)
    note(hasBoth(body, begin, end), '/body', 'shortcode', `has ${shown}, which stays as it is written`);
  const sections = namesOf(read(fields, 'categories'), ',');
  const canonicalUrl = addressOf(textOf(read(fields, 'canonical')), siteUrl);
  const seo = {
    title: textOf(read(fields, 'metaTitle')),
    canonicalUrl,
    noindex: isYes(read(fields, 'noindex')),
  };
  const rest = metadataOf(fields);
  const isTooLarge = Buffer.byteLength(JSON.stringify(rest)) > LARGEST_METADATA;
  note(isTooLarge, '/metadata', 'too-long', `takes more than ${LARGEST_METADATA} bytes: left out`);
  const metadata = { ...(!isTooLarge && rest), ...(isPage(path, fields) && { type: 'page' }) };
  const oldSlugs = namesOf(read(fields, 'aliases'), ',')
    .map(lastPart)
    .filter((slug) => slug !== null);
  const record: ArticleRecord = {
    kind: 'article',
    source: { system: 'markdown', id: path },
    title,
    subtitle: textOf(read(fields, 'subtitle')),
    slug: lastPart(textOf(read(fields, 'slug')) ?? '') ?? place.slug,
    summary: textOf(read(fields, 'summary')),
    body:
      given === null && heading
        ? body.slice(heading[0].length).replace(/^\s*\r?\n/, '')
        : body.replace(/^(?:\s*\r?\n)+/, ''),
    publishedAt: moment('publishedAt') ?? momentOf(place.date),
    updatedAt: moment('updatedAt'),
    unpublishAt: moment('unpublishAt'),
    ...(isDraft && { status: 'draft' }),
    authors: namesOf(read(fields, 'authors'), /,|\band\b/),
    tags: [
      ...namesOf(read(fields, 'tags'), typeof fields.tags === 'string' && fields.tags.includes(',') ? ',' : /\s+/),
      ...sections,
    ],
    featured: isYes(read(fields, 'featured')),
    ...(textOf(read(fields, 'language')) !== null && { language: textOf(read(fields, 'language')) }),
    translationKey: textOf(read(fields, 'translationKey')),
    ...(isNo(read(fields, 'comments')) && { commentPolicy: 'closed' }),
    coverImage: url === null ? null : { url, alt: cover.alt ?? '' },
    seo: seo.title === null && canonicalUrl === null && !seo.noindex ? null : seo,
    metadata,
    ...(oldSlugs.length > 0 && { oldSlugs }),
  };
  return { record, sections, told };
};
