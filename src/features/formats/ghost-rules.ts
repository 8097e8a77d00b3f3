/** What the rows of a Ghost export mean as records: pure functions. */
import { type Alteration, altered } from './found.ts';
import type { ArticleRecord, AuthorRecord, SiteRecord, TagRecord } from './records.ts';

/** A row of a table of Ghost, as it is exported: versions differ in the columns they have. */
export type GhostRow = Record<string, unknown>;

/** What Ghost writes where its own address stood. */
const PLACEHOLDER = /__GHOST_URL__/g;

const textOf = (row: GhostRow | undefined, ...names: string[]): string | null => {
  for (const name of names) {
    const value = row?.[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return null;
};

const isOn = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true';

/** A moment: ISO 8601, `2021-01-02 03:04:05` in UTC, or milliseconds. Null where it is none. */
const momentOf = (row: GhostRow, name: string): string | null => {
  const value = row[name];
  const date =
    typeof value === 'string'
      ? new Date(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value) ? `${value.replace(' ', 'T')}Z` : value)
      : new Date(typeof value === 'number' ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** A text with the address of the site in its places; without one they lead to the root of whatever site shows it. */
const withUrl = (text: string, siteUrl: string | null): string => text.replace(PLACEHOLDER, siteUrl ?? '');

/** An address; null where it is none of the web, as those without `siteUrl` may be. */
const addressOf = (text: string | null, siteUrl: string | null): string | null => {
  if (text === null) return null;
  const whole = withUrl(text, siteUrl);
  const address = whole.startsWith('/') && siteUrl !== null ? siteUrl + whole : whole;
  return /^https?:\/\//i.test(address) && URL.canParse(address) && address.length <= 2048 ? address : null;
};

const plain = (html: string): string => html.replaceAll(/<[^<>]*>/g, '').trim();

/** Names the site by the settings of Ghost. */
export const siteOf = (settings: ReadonlyMap<string, string>, siteUrl: string | null): SiteRecord | null => {
  const title = settings.get('title')?.trim();
  if (!title) return null;
  const description = settings.get('description')?.trim() || null;
  const language = settings.get('locale') || settings.get('lang') || settings.get('default_locale');
  const timeZone = settings.get('timezone') || settings.get('active_timezone');
  return {
    kind: 'site',
    title: title.slice(0, 200),
    description,
    ...(siteUrl !== null && { url: siteUrl }),
    ...(language && { language }),
    ...(timeZone && { timeZone: timeZone === 'Etc/UTC' ? 'UTC' : timeZone }),
  };
};

const linksOf = (row: GhostRow): { label: string; url: string }[] => {
  const facebook = textOf(row, 'facebook');
  const twitter = textOf(row, 'twitter')?.replace(/^@/, '');
  const links = [
    facebook === null ? null : { label: 'Facebook', url: `https://www.facebook.com/${encodeURI(facebook)}` },
    twitter == null ? null : { label: 'X', url: `https://x.com/${encodeURIComponent(twitter)}` },
  ];
  return links.filter((link) => link !== null);
};

export const authorOf = (row: GhostRow, siteUrl: string | null): AuthorRecord => {
  const [createdAt, updatedAt] = [momentOf(row, 'created_at'), momentOf(row, 'updated_at')];
  return {
    kind: 'author',
    key: textOf(row, 'slug', 'name', 'id') ?? 'author',
    name: textOf(row, 'name'),
    bio: textOf(row, 'bio'),
    avatarUrl: addressOf(textOf(row, 'profile_image', 'image'), siteUrl),
    websiteUrl: addressOf(textOf(row, 'website'), siteUrl),
    links: linksOf(row),
    email: textOf(row, 'email'),
    stored: { createdAt, updatedAt },
  };
};

export const tagOf = (row: GhostRow): TagRecord => {
  const name = textOf(row, 'name');
  const isInternal = row.visibility === 'internal' || name?.startsWith('#') === true;
  return {
    kind: 'tag',
    key: textOf(row, 'slug', 'name') ?? 'tag',
    name,
    description: textOf(row, 'description'),
    tagKind: isInternal ? 'internal' : 'topic',
    stored: { createdAt: momentOf(row, 'created_at'), updatedAt: momentOf(row, 'updated_at') },
  };
};

/** The Markdown of a text that was written as one card of it, as in the first versions of Ghost. */
const markdownOf = (row: GhostRow): string | null => {
  const written = textOf(row, 'mobiledoc');
  if (written === null) return textOf(row, 'markdown');
  try {
    const { cards, sections } = JSON.parse(written) as {
      cards?: [string, { markdown?: unknown }][];
      sections?: unknown[];
    };
    const isAlone = cards?.length === 1 && /markdown$/.test(cards[0]?.[0] ?? '') && (sections?.length ?? 0) <= 2;
    const markdown = isAlone ? cards[0]?.[1].markdown : undefined;
    return typeof markdown === 'string' ? markdown : null;
  } catch {
    return null; // a text that is no mobiledoc: its HTML is there
  }
};

/** Who may read a post that says nothing of it, or these, is everyone. */
const PUBLIC: readonly unknown[] = [undefined, null, '', 'public'];
const STATUSES: Record<string, 'draft' | 'published' | 'scheduled'> = {
  draft: 'draft',
  published: 'published',
  scheduled: 'scheduled',
};

type Status = { status: 'draft' | 'published' | 'scheduled'; told: Alteration[] };

/** The status a post gets: what not everyone could read does not become public by moving. */
const statusOf = (row: GhostRow): Status => {
  const wished = STATUSES[String(row.status)];
  const told = (code: string, reason: string): Status => ({
    status: 'draft',
    told: [altered('/status', code, reason)],
  });
  if (wished === undefined) return told('status-changed', `“${row.status}” is no status here: stored as a draft`);
  if (wished === 'draft' || PUBLIC.includes(row.visibility)) return { status: wished, told: [] };
  return told('not-public', `is for ${row.visibility} alone: stored as a draft`);
};

/** Of the columns of a post, those that have something to say here and no place. */
const LEFT_OUT = ['codeinjection_head', 'codeinjection_foot', 'custom_template', 'frontmatter', 'newsletter_id'];

/** What tells of a post in other tables. */
export type GhostNames = { authors: string[]; tags: string[]; meta: GhostRow | undefined };

/** A post as a record, and what of it is otherwise. */
export const articleOf = (
  row: GhostRow,
  { authors, tags, meta }: GhostNames,
  siteUrl: string | null,
): { record: ArticleRecord; told: Alteration[] } => {
  const both = { ...meta, ...Object.fromEntries(Object.entries(row).filter(([, value]) => value != null)) };
  const { status, told } = statusOf(row);
  const note = (is: boolean, field: string, code: string, reason: string) => {
    if (is) told.push(altered(field, code, reason));
  };
  const [html, markdown] = [textOf(row, 'html'), markdownOf(row)];
  const written = markdown ?? html ?? '';
  note(
    written === '' && (textOf(row, 'lexical') ?? textOf(row, 'mobiledoc')) !== null,
    '/body',
    'not-rendered',
    'has no HTML in the file, only what the editor of Ghost keeps: left empty',
  );
  note(
    siteUrl === null && written.search(PLACEHOLDER) !== -1,
    '/body',
    'without-address',
    'has addresses on the old site, which the file does not tell: they begin with / (--site-url gives it)',
  );
  const cover = textOf(both, 'feature_image', 'image');
  const url = addressOf(cover, siteUrl);
  note(cover !== null && url === null, '/coverImage', 'no-address', `“${cover}” is no address: left out`);
  for (const name of LEFT_OUT)
    note(textOf(both, name) !== null, `/${name}`, 'unknown-field', 'is not known here and left out');
  const seo = {
    title: textOf(both, 'meta_title', 'og_title'),
    description: textOf(both, 'meta_description', 'og_description'),
    imageUrl: addressOf(textOf(both, 'og_image', 'twitter_image'), siteUrl),
    canonicalUrl: addressOf(textOf(both, 'canonical_url'), siteUrl),
  };
  const caption = textOf(both, 'feature_image_caption');
  const isPage = row.type === 'page' || isOn(row.page);
  const record: ArticleRecord = {
    kind: 'article',
    source: { system: 'ghost', id: textOf(row, 'uuid', 'id') ?? '' },
    title: textOf(row, 'title') ?? '(Untitled)',
    slug: textOf(row, 'slug'),
    summary: textOf(both, 'custom_excerpt'),
    body: withUrl(written, siteUrl),
    bodyFormat: markdown === null ? 'html' : 'markdown',
    status,
    publishedAt: momentOf(row, 'published_at'),
    authors,
    tags,
    featured: isOn(row.featured),
    ...(textOf(row, 'locale') !== null && { language: textOf(row, 'locale') }),
    coverImage:
      url === null
        ? null
        : { url, alt: textOf(both, 'feature_image_alt') ?? '', ...(caption !== null && { caption: plain(caption) }) },
    seo: Object.values(seo).some((value) => value !== null) ? seo : null,
    ...(isPage && { metadata: { type: 'page' } }),
    stored: { createdAt: momentOf(row, 'created_at'), updatedAt: momentOf(row, 'updated_at') },
  };
  return { record, told };
};

/** Whether a row of `posts` is a page. */
export const isPage = (row: GhostRow): boolean => row.type === 'page' || isOn(row.page);
