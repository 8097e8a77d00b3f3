/** What may stand in a file of records, told apart by `kind`; other formats are read into the same. */
import type { CommentPolicy, CommentStatus, Moderation, Status } from '../../core/statuses.ts';
import type { ModerationReason } from '../../store/comment-tables.ts';
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
  /** Of an article: everyone could read it under its slug once. Unless said it is so where it was published. */
  slugWasPublic?: boolean | null;
};
/** A slug that a thing had until `at`; `hidden`: leads to it for holders of keys alone. */
export type OldSlugRecord = { slug: string; at?: string | null; hidden?: boolean | null };
/** The slugs it had before, which still lead to it. */
type Moved = { oldSlugs?: (string | OldSlugRecord)[] | null; stored?: Stored | null };

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
/** The fields of a working copy that differ from the article: changes to a live one that wait. `authors` and `tags` are keys. */
export type CopyRecord = {
  title?: string;
  subtitle?: string | null;
  excerpt?: string | null;
  body?: string | null;
  bodyFormat?: BodyFormat;
  authors?: string[];
  tags?: string[];
  coverImage?: CoverImage | null;
  language?: string | null;
  seo?: Seo | null;
  metadata?: Record<string, unknown> | null;
  stored?: Pick<Stored, 'createdAt' | 'updatedAt'> | null;
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
  workingCopy?: CopyRecord | null;
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
/** How a comment names its article: by its source, or by { key }; a text is a source, or else a key. */
export type ArticleName = string | Source | { key: string };
/**
 * `key` tells it from all other comments; `parent` is the key of the comment it answers, which stands before it. `author`
 * is the key of the author who wrote it as staff. `removed`: nothing is left of it but the place above replies to it.
 */
export type CommentRecord = {
  kind: 'comment';
  key: string;
  article: ArticleName;
  parent?: string | null;
  author?: string | null;
  isStaff?: boolean | null;
  removed?: boolean | null;
  authorName?: string | null;
  authorEmail?: string | null;
  authorUrl?: string | null;
  body?: string | null;
  status?: CommentStatus | null;
  /** Unless said, one that is approved was so from the beginning. */
  approvedAt?: string | null;
  /** What was found in it, for those who moderate. */
  moderation?: { score?: number; reasons?: ModerationReason[] } | null;
  createdAt?: string | null;
  updatedAt?: string | null;
};

export type ImportRecord = SiteRecord | AuthorRecord | TagRecord | ArticleRecord | CommentRecord;
