/** The posts of a WXR file, and its pages, as records of articles. */
import { SLUG_MAX, slugOf } from '../../core/slug.ts';
import type { Status } from '../../core/statuses.ts';
import type { CoverImage } from '../../store/tables.ts';
import type { Source } from '../articles/writing.ts';
import { isFilled, webAddressOf } from './field-schemas.ts';
import type { Alteration, Found } from './found.ts';
import { cutTo, percentDecoded, plainOf, textOfHtml } from './html-text.ts';
import type { NamedAuthor } from './wxr-authors.ts';
import { bodyOf } from './wxr-body.ts';
import { digestOf } from './wxr-comments.ts';
import { type CustomFields, customFieldsOf, metadataOf, seoOf } from './wxr-custom-fields.ts';
import { momentOf } from './wxr-dates.ts';
import { childrenOf, type Element, textOf } from './wxr-elements.ts';
import { findLogin, type Survey, termKey } from './wxr-survey.ts';
import type { NamedTag } from './wxr-terms.ts';

const LONGEST_TITLE = 300;
const MOST_TAGS = 50;
const MOST_OLD_SLUGS = 1000;
/** So that metadata, 16 KiB, has room for it even in letters of three bytes. */
const LONGEST_TAXONOMIES = 2000;

/** What all articles of a file are read with. */
export type Names = { survey: Survey; tags: ReadonlyMap<string, NamedTag>; authors: ReadonlyMap<string, NamedAuthor> };

type Note = (field: string | null, code: string, reason: string) => void;

export const sourceOf = (item: Element, { system }: Survey): Source => {
  const url = webAddressOf(textOf(item, 'link'));
  return { system, id: textOf(item, 'wp:post_id'), ...(url !== null && { url }) };
};

const titleOf = (item: Element, note: Note): string => {
  const { text, hasMarkup } = textOfHtml(textOf(item, 'title'));
  if (!isFilled(text)) {
    note('/title', 'title-made', 'is empty: called “(no title)”, as WordPress does');
    return '(no title)';
  }
  const title = cutTo(text, LONGEST_TITLE);
  if (hasMarkup) note('/title', 'markup-lost', 'is plain text here: its markup is left out');
  if (title !== text) note('/title', 'too-long', `is cut to ${LONGEST_TITLE} characters`);
  return title;
};

const STATUSES: Record<string, Status> = {
  publish: 'published',
  future: 'scheduled',
  draft: 'draft',
  pending: 'review',
  private: 'draft',
  archive: 'archived',
  archived: 'archived',
};

const statusOf = (written: string, password: string, note: Note): Status => {
  const status = STATUSES[written];
  if (password !== '') {
    note('/status', 'password', 'is protected by a password: stored as a draft, so that nobody reads it without');
    return status === 'review' ? 'review' : 'draft';
  }
  if (written === 'private') note('/status', 'private', 'is private: stored as a draft');
  if (status === undefined)
    note('/status', 'unknown-status', `“${cutTo(written, 50)}” is no status of WordPress’ own: stored as a draft`);
  return status ?? 'draft';
};

/** The last part of an address, without what stands for a file: `/2018/11/02/block-quote/` → `block-quote`. */
const lastSegment = (link: string): string => {
  if (!URL.canParse(link)) return '';
  return percentDecoded(new URL(link).pathname.split('/').filter(Boolean).at(-1) ?? '').replace(
    /\.(?:html?|php)$/i,
    '',
  );
};

/** The slugs that led to a post: the ones it had, and that of its address, where this is another than its own. */
const oldSlugsOf = (item: Element, slug: string, fields: CustomFields): string[] => {
  const own = slugOf(slug, '');
  if (own === '') return [];
  const known = [...(fields.get('_wp_old_slug') ?? []).map(percentDecoded), lastSegment(textOf(item, 'link'))];
  return [...new Set(known.map((each) => slugOf(each, '')))]
    .filter((each) => each !== '' && each !== own)
    .slice(0, MOST_OLD_SLUGS);
};

const coverOf = (fields: CustomFields, { attachments }: Survey, note: Note): CoverImage | null => {
  const id = fields.get('_thumbnail_id')?.[0]?.trim() ?? '';
  if (!/^[1-9]/.test(id)) return null;
  const image = attachments.get(id);
  const url = image && webAddressOf(image.url);
  if (!image || !url) {
    const reason = image ? 'has no address' : 'is not in the file';
    note('/coverImage', 'image-lost', `its image, attachment ${cutTo(id, 20)}, ${reason}: left out`);
    return null;
  }
  const [alt, caption] = [plainOf(image.alt), plainOf(image.caption)];
  const cover = { url, alt: cutTo(alt, 500), caption: cutTo(caption, 1000) || null };
  if (cover.alt !== alt || (cover.caption ?? '') !== caption)
    note('/coverImage', 'too-long', 'what is said of it is cut');
  return cover;
};

/** Keys of its categories, then of its tags; other taxonomies by their names. */
const filedUnder = (item: Element, { tags }: Names, note: Note) => {
  const keys: Record<'section' | 'topic' | 'internal', string[]> = { section: [], topic: [], internal: [] };
  const others = new Map<string, string[]>();
  let postFormat: string | undefined;
  for (const { attributes, text } of childrenOf(item, 'category')) {
    const { domain = '', nicename = '' } = attributes;
    if (nicename === '') continue; // WXR 1.0 names each term twice, the first time for RSS
    const tag = tags.get(termKey(domain === 'tag' ? 'post_tag' : domain, nicename));
    if (tag) keys[tag.kind].push(tag.key);
    else if (domain === 'post_format') postFormat = nicename.replace(/^post-format-/, '');
    else if (domain !== '') others.set(domain, [...(others.get(domain) ?? []), plainOf(text)]);
  }
  const all = [...new Set([...keys.section, ...keys.topic])];
  if (all.length > MOST_TAGS)
    note('/tags', 'too-many', `has ${all.length} categories and tags: the first ${MOST_TAGS} are kept`);
  const taxonomies = Object.fromEntries(others);
  const isTooLong = JSON.stringify(taxonomies).length > LONGEST_TAXONOMIES;
  if (isTooLong) note('/metadata/taxonomies', 'too-long', `have more than ${LONGEST_TAXONOMIES} characters: left out`);
  return { tags: all.slice(0, MOST_TAGS), taxonomies: isTooLong || others.size === 0 ? null : taxonomies, postFormat };
};

const datesOf = (item: Element, status: Status, { offset }: Survey, note: Note) => {
  const local = textOf(item, 'wp:post_date');
  const gmt = textOf(item, 'wp:post_date_gmt');
  const moment = momentOf(gmt, local, offset, textOf(item, 'pubDate'));
  const updated = momentOf(textOf(item, 'wp:post_modified_gmt'), textOf(item, 'wp:post_modified'), offset);
  // what was never to be published at a moment has the one at which it was begun, and none in GMT
  const isOpen = moment?.isDerived === true && (status === 'draft' || status === 'review');
  if (moment?.isDerived && !isOpen)
    note('/publishedAt', 'date-derived', 'has no moment in GMT: told by the clock of the site');
  return { publishedAt: isOpen ? null : (moment?.at ?? null), createdAt: moment?.at, updatedAt: updated?.at };
};

const trashedAt = (fields: CustomFields, updatedAt: string | undefined): string | undefined => {
  const seconds = Number(fields.get('_wp_trash_meta_time')?.[0]);
  return seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : updatedAt;
};

/** Reads a post, or a page as an article, into a record. */
export const readArticle = (item: Element, source: Source, names: Names): Found => {
  const altered: Alteration[] = [];
  const note: Note = (field, code, reason) => altered.push({ field, code, reason });
  const { survey, authors } = names;
  const fields = customFieldsOf(item);
  const written = textOf(item, 'wp:status');
  const isTrashed = written === 'trash';
  const before = isTrashed ? (fields.get('_wp_trash_meta_status')?.[0] ?? 'draft') : written;
  const status = statusOf(before, textOf(item, 'wp:post_password'), note);
  const { publishedAt, createdAt, updatedAt } = datesOf(item, status, survey, note);
  const slug = percentDecoded(
    (isTrashed && fields.get('_wp_desired_post_slug')?.[0]) || textOf(item, 'wp:post_name').replace(/__trashed$/, ''),
  ).slice(0, SLUG_MAX);
  const filed = filedUnder(item, names, note);
  const author = authors.get(findLogin(survey.logins, textOf(item, 'dc:creator'))?.login ?? '');
  const excerpt = textOfHtml(textOf(item, 'excerpt:encoded'));
  if (excerpt.hasMarkup) note('/summary', 'markup-lost', 'is plain text here: its markup is left out');
  const isPage = textOf(item, 'wp:post_type') === 'page';
  const template = fields.get('_wp_page_template')?.[0] ?? 'default';
  const parent = textOf(item, 'wp:post_parent');
  const said = {
    ...(isPage && { type: 'page' }),
    ...(template !== 'default' && template !== '' && { pageTemplate: template.slice(0, 200) }),
    ...(isPage && /^[1-9]/.test(parent) && { parent }),
    ...(filed.postFormat !== undefined && { postFormat: filed.postFormat.slice(0, 200) }),
    ...(filed.taxonomies !== null && { taxonomies: filed.taxonomies }),
  };
  const deletedAt = isTrashed ? trashedAt(fields, updatedAt ?? createdAt) : undefined;
  const value = {
    kind: 'article',
    source,
    title: titleOf(item, note),
    slug: slug === '' ? null : slug,
    summary: excerpt.text || null,
    body: bodyOf(childrenOf(item, 'content:encoded')[0]?.text ?? '', altered),
    bodyFormat: 'html',
    status,
    publishedAt,
    authors: author ? [author.key] : [],
    tags: filed.tags,
    featured: textOf(item, 'wp:is_sticky') === '1',
    ...(textOf(item, 'wp:comment_status') === 'closed' && { commentPolicy: 'closed' }),
    coverImage: coverOf(fields, survey, note),
    seo: seoOf(fields, altered),
    metadata: metadataOf(fields, said, altered),
    oldSlugs: oldSlugsOf(item, slug, fields),
    stored: {
      ...(createdAt !== undefined && { createdAt }),
      ...(updatedAt !== undefined && { updatedAt }),
      ...(status === 'published' && publishedAt !== null && { firstPublishedAt: publishedAt }),
      ...(deletedAt !== undefined && { deletedAt }),
    },
  };
  return { line: item.line, bytes: item.size, value, digest: () => digestOf(value), altered };
};
