/** The life of an article: what is stored, what is answered, and what is live at a moment. */

export const STATUSES = ['draft', 'review', 'scheduled', 'published', 'archived'] as const;
/** The status an editor sends and reads. */
export type Status = (typeof STATUSES)[number];

/** The status a row has: `scheduled` is stored as `published` with a moment to come, so a schedule cannot be missed. */
export type StoredStatus = Exclude<Status, 'scheduled'>;

export const SHELVES = ['draft', 'review', 'published', 'archived', 'trashed'] as const;
/** Where a row is filed in the indexes: its stored status, or `trashed`. */
export type Shelf = (typeof SHELVES)[number];

/** The fields of an article that decide what the public may see of it. */
export type Standing = {
  status: StoredStatus;
  publishedAt: Date | null;
  unpublishAt: Date | null;
  deletedAt: Date | null;
};

/** Whether an article can be read by everyone at `now`: decided at the read, never by a job. */
export const isLive = (article: Standing, now: Date): boolean =>
  article.deletedAt === null &&
  article.status === 'published' &&
  article.publishedAt !== null &&
  article.publishedAt <= now &&
  (article.unpublishAt === null || article.unpublishAt > now);

/** The status that is answered at `now`: `scheduled` before its moment, `archived` once `unpublishAt` has come. */
export const statusAt = (article: Standing, now: Date): Status => {
  if (article.status !== 'published') return article.status;
  if (article.unpublishAt !== null && article.unpublishAt <= now) return 'archived';
  return article.publishedAt !== null && article.publishedAt > now ? 'scheduled' : 'published';
};

/** The moves an editor can make; staying is always possible. */
export const NEXT_STATUSES: Record<Status, readonly Status[]> = {
  draft: ['draft', 'review', 'scheduled', 'published'],
  review: ['review', 'draft', 'scheduled', 'published'],
  scheduled: ['scheduled', 'draft', 'published'],
  published: ['published', 'archived', 'draft'],
  archived: ['archived', 'draft', 'published'],
};

/** The shelf of a row. */
export const shelfOf = (article: Pick<Standing, 'status' | 'deletedAt'>): Shelf =>
  article.deletedAt === null ? article.status : 'trashed';

export const COMMENT_STATUSES = ['pending', 'approved', 'spam', 'trash'] as const;
export type CommentStatus = (typeof COMMENT_STATUSES)[number];
/** `deleted`: nothing is left of the comment but its place, for as long as replies stand below it. */
export type StoredCommentStatus = CommentStatus | 'deleted';

export const MODERATIONS = ['all', 'first-time', 'none'] as const;
/** Whose comments wait for an editor: those of all guests, of guests who are new, or of none. */
export type Moderation = (typeof MODERATIONS)[number];

export const COMMENT_POLICIES = ['open', 'closed', 'hidden'] as const;
export type CommentPolicy = (typeof COMMENT_POLICIES)[number];
