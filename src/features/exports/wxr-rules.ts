/** What goes out, as the elements of WXR 1.2: as WordPress' own export has them, and its importer takes them. */

import { statusAt } from '../../core/statuses.ts';
import { heldOf } from '../../core/xml.ts';
import { addressOf } from '../articles/addresses.ts';
import { decodePage } from '../articles/cards.ts';
import type { AuthorRow } from '../authors/queries.ts';
import type { SiteRow } from '../site/queries.ts';
import type { TagRow } from '../tags/queries.ts';
import type { ArticleOut, CommentOut } from './queries.ts';
import { NO_MOMENT, type WordPressDates, wordPressGmt } from './wxr-date-rules.ts';

/** Text as it is; the one thing that cannot stand in it is its end. */
const cdata = (text: string): string => `<![CDATA[${heldOf(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

const element = (name: string, text: string | number | null): string =>
  `<${name}>${cdata(String(text ?? ''))}</${name}>`;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Plain text as HTML, which WordPress takes titles, names of tags and what is said of images for. */
const asHtml = (text: string | null): string =>
  (text ?? '').replaceAll(/[&<>]/g, (letter) => ESCAPES[letter] as string);

const lines = (...parts: (string | string[])[]): string => `${parts.flat().join('\n')}\n`;

const NAMESPACES = [
  'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"',
  'xmlns:content="http://purl.org/rss/1.0/modules/content/"',
  'xmlns:wfw="http://wellformedweb.org/CommentAPI/"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  'xmlns:wp="http://wordpress.org/export/1.2/"',
].join(' ');

const rfc822 = (at: Date): string => at.toUTCString().replace('GMT', '+0000');

/** The beginning of the document, up to its first author. */
export const wxrHead = (site: SiteRow, now: Date): string =>
  lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<rss version="2.0" ${NAMESPACES}>`,
    '<channel>',
    element('title', asHtml(site.title)),
    element('link', site.url),
    element('description', asHtml(site.description)),
    `<pubDate>${rfc822(now)}</pubDate>`,
    element('language', site.language),
    '<wp:wxr_version>1.2</wp:wxr_version>',
    element('wp:base_site_url', site.url),
    element('wp:base_blog_url', site.url),
  );

export const WXR_FOOT = '</channel>\n</rss>\n';

export const wxrAuthor = ({ id, slug, name, email }: AuthorRow): string =>
  lines(
    '<wp:author>',
    element('wp:author_id', id),
    element('wp:author_login', slug),
    element('wp:author_email', email),
    element('wp:author_display_name', name),
    element('wp:author_first_name', ''),
    element('wp:author_last_name', ''),
    '</wp:author>',
  );

/** A tag: sections are categories; '' of one that is internal. */
export const wxrTag = ({ id, slug, name, description, kind }: TagRow): string => {
  if (kind === 'internal') return '';
  const isSection = kind === 'section';
  const [outer, own] = isSection ? ['wp:category', 'wp:category'] : ['wp:tag', 'wp:tag'];
  return lines(
    `<${outer}>`,
    element('wp:term_id', id),
    element(isSection ? 'wp:category_nicename' : 'wp:tag_slug', slug),
    isSection ? element('wp:category_parent', '') : [],
    element(isSection ? 'wp:cat_name' : 'wp:tag_name', asHtml(name)),
    element(`${own}_description`, asHtml(description)),
    `</${outer}>`,
  );
};

const meta = (key: string, value: string): string[] => [
  '<wp:postmeta>',
  element('wp:meta_key', key),
  element('wp:meta_value', value),
  '</wp:postmeta>',
];

/** WordPress' own custom fields, which say something to it. */
const isWordPress = (key: string): boolean => key.startsWith('_wp_') || key === '_thumbnail_id' || key === '';

const customFields = (metadata: Record<string, unknown>): string[] =>
  Object.entries(metadata)
    .filter(([key, value]) => !isWordPress(key) && (typeof value === 'string' || typeof value === 'number'))
    .flatMap(([key, value]) => meta(key, String(value)));

/** What is archived is kept from readers: in WordPress that is private. */
const STATUSES = { draft: 'draft', review: 'pending', scheduled: 'future', published: 'publish', archived: 'private' };

/** What items are written with; `firstFreeId`: from it on no article has an id. */
export type Setting = { site: SiteRow; now: Date; dates: WordPressDates; firstFreeId: number };

type Item = { id: number; title: string; slug: string; creator: string; content: string; excerpt: string };
type Standing = { type: string; status: string; parent: number; isSticky: boolean; isOpen: boolean };

const itemHead = (
  { id, title, slug, creator, content, excerpt }: Item,
  link: string,
  dates: string[],
  at: Standing,
) => [
  '<item>',
  element('title', asHtml(title)),
  element('link', link),
  element('dc:creator', creator),
  `<guid isPermaLink="false">galley-${id}</guid>`,
  '<description></description>',
  element('content:encoded', content),
  element('excerpt:encoded', asHtml(excerpt)),
  element('wp:post_id', id),
  ...dates,
  element('wp:comment_status', at.isOpen ? 'open' : 'closed'),
  element('wp:ping_status', 'closed'),
  element('wp:post_name', slug),
  element('wp:status', at.status),
  element('wp:post_parent', at.parent),
  element('wp:menu_order', 0),
  element('wp:post_type', at.type),
  element('wp:post_password', ''),
  element('wp:is_sticky', at.isSticky ? 1 : 0),
];

const datesOf = ({ row }: ArticleOut, { dates }: Setting): string[] => [
  ...(row.publishedAt === null ? [] : [`<pubDate>${rfc822(row.publishedAt)}</pubDate>`]),
  element('wp:post_date', dates.local(row.publishedAt ?? row.createdAt)),
  element('wp:post_date_gmt', row.publishedAt === null ? NO_MOMENT : wordPressGmt(row.publishedAt)),
  element('wp:post_modified', dates.local(row.updatedAt)),
  element('wp:post_modified_gmt', wordPressGmt(row.updatedAt)),
];

/** The cover image of an article as an item of its own; '' where it has none. */
export const wxrAttachment = (article: ArticleOut, setting: Setting): string => {
  const { coverImage, id, slug } = article.row;
  if (coverImage === null) return '';
  const item = {
    ...{ id: setting.firstFreeId + id, title: coverImage.alt || slug, slug: `${slug}-cover`.slice(0, 200) },
    ...{ creator: article.authors[0]?.slug ?? '', content: coverImage.credit ?? '', excerpt: coverImage.caption ?? '' },
  };
  const at = { type: 'attachment', status: 'inherit', parent: id, isSticky: false, isOpen: false };
  return lines(
    itemHead(item, coverImage.url, datesOf(article, setting), at),
    element('wp:attachment_url', coverImage.url),
    meta('_wp_attachment_image_alt', asHtml(coverImage.alt)),
    '</item>',
  );
};

const category = ({ slug, name, kind }: TagRow): string =>
  `<category domain="${kind === 'section' ? 'category' : 'post_tag'}" nicename="${slug}">${cdata(asHtml(name))}</category>`;

/** An article as a post, up to its comments. */
export const wxrPost = (article: ArticleOut, setting: Setting): string => {
  const { row, authors, tags, body, oldSlugs } = article;
  const { site, now, firstFreeId } = setting;
  const page = decodePage(article.page);
  const item = {
    ...{ id: row.id, title: row.title, slug: row.slug, creator: authors[0]?.slug ?? '', excerpt: row.excerpt ?? '' },
    content: row.bodyFormat === 'html' ? body : page.html,
  };
  const isOpen = (row.commentPolicy ?? site.commentPolicy) === 'open';
  const at = { type: 'post', status: STATUSES[statusAt(row, now)], parent: 0, isSticky: row.featured, isOpen };
  return lines(
    itemHead(item, addressOf(row, site), datesOf(article, setting), at),
    tags.filter(({ kind }) => kind !== 'internal').map(category),
    oldSlugs.filter(({ slug }) => slug !== row.slug).flatMap(({ slug }) => meta('_wp_old_slug', slug)),
    row.coverImage === null ? [] : meta('_thumbnail_id', String(firstFreeId + row.id)),
    customFields(page.metadata),
  );
};

export const WXR_POST_END = '</item>\n';

const COMMENT_STATUSES = { approved: '1', pending: '0', spam: 'spam', trash: 'trash', deleted: 'trash' };

/** A comment; `parentId`: that of the comment above it which is there. */
export const wxrComment = ({ row }: CommentOut, parentId: number | null, { dates }: Setting): string =>
  lines(
    '<wp:comment>',
    element('wp:comment_id', row.id),
    element('wp:comment_author', asHtml(row.authorName)),
    element('wp:comment_author_email', row.authorEmail),
    element('wp:comment_author_url', row.authorUrl),
    element('wp:comment_author_IP', ''),
    element('wp:comment_date', dates.local(row.createdAt)),
    element('wp:comment_date_gmt', wordPressGmt(row.createdAt)),
    element('wp:comment_content', row.html.trim()),
    element('wp:comment_approved', COMMENT_STATUSES[row.status]),
    element('wp:comment_type', 'comment'),
    element('wp:comment_parent', parentId ?? 0),
    element('wp:comment_user_id', row.authorId ?? 0),
    '</wp:comment>',
  );
