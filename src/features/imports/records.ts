/** What may stand in a file of records, told apart by `kind`; other formats are read into the same. */
import type { CommentPolicy, CommentStatus, Moderation, Status } from '../../core/statuses.ts';
import type { BodyFormat, CoverImage, Link, Seo, TagKind } from '../../store/tables.ts';
import type { Source } from '../articles/writing.ts';

/** In the order in which they can be written: each names only what stands before it, or may. */
export const KINDS = ['site', 'author', 'tag', 'article', 'comment'] as const;
export type Kind = (typeof KINDS)[number];

/** What the store notes by itself: told by an export, so that it is the same elsewhere. Moments as the API has them. */
export type Stored = {
  createdAt?: string | null;
  updatedAt?: string | null;
  /** Of an article. */
  firstPublishedAt?: string | null;
  /** Of an article that is in the trash. */
  deletedAt?: string | null;
};
/** The slugs it had before, which still lead to it. */
type Moved = { oldSlugs?: string[] | null; stored?: Stored | null };

/** Names the site as long as nobody has. */
export type SiteRecord = {
  kind: 'site';
  title?: string;
  description?: string | null;
  url?: string | null;
  language?: string;
  timeZone?: string;
  articleUrlPattern?: string;
  commentPolicy?: CommentPolicy;
  moderation?: Moderation;
  moderationWords?: string[];
  commentsCloseAfterDays?: number | null;
};
/** `key` is the slug. */
export type AuthorRecord = Moved & {
  kind: 'author';
  key: string;
  name?: string | null;
  bio?: string | null;
  avatarUrl?: string | null;
  websiteUrl?: string | null;
  links?: Link[] | null;
  email?: string | null;
};
/** `key` is the slug. */
export type TagRecord = Moved & {
  kind: 'tag';
  key: string;
  name?: string | null;
  description?: string | null;
  tagKind?: TagKind | null;
};
/**
 * `source` tells it from others: `system:id`, an address, or { system, id, url }; where there is none its `key` does, which
 * is the slug it has wherever it is. `summary` is the excerpt; `updatedAt` what readers see as such; `authors` and `tags`
 * are keys, `category` that of a tag of kind `section`. Without a `status` it is published as soon as nothing is lacking.
 */
export type ArticleRecord = Moved & {
  kind: 'article';
  key?: string | null;
  subtitle?: string | null;
  bodyFormat?: BodyFormat | null;
  status?: Status | null;
  unpublishAt?: string | null;
  language?: string | null;
  translationKey?: string | null;
  featured?: boolean | null;
  commentPolicy?: CommentPolicy | null;
  coverImage?: CoverImage | null;
  seo?: Seo | null;
  metadata?: Record<string, unknown> | null;
  /** The fields of a working copy: changes to a live article that wait. */
  workingCopy?: Record<string, unknown> | null;
  title: string;
  summary?: string | null;
  slug?: string | null;
  publishedAt?: string | null;
  updatedAt?: string | null;
  authors?: string[] | null;
  tags?: string[] | null;
  category?: string | null;
  body?: string | null;
  source?: string | Source | null;
};
/**
 * `key` tells it from all other comments; `article` is the source or key of its article, `parent` the key of the comment it
 * answers, which stands before it. `author` is the key of the author who wrote it as staff.
 */
export type CommentRecord = {
  kind: 'comment';
  key: string;
  article: string | Source;
  parent?: string | null;
  author?: string | null;
  isStaff?: boolean | null;
  authorName: string;
  authorEmail?: string | null;
  authorUrl?: string | null;
  body: string;
  status?: CommentStatus | null;
  createdAt?: string | null;
  updatedAt?: string | null;
};

export type ImportRecord = SiteRecord | AuthorRecord | TagRecord | ArticleRecord | CommentRecord;
