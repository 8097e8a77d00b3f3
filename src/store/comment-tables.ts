/** The tables of readers' voices: what they said, why it waits, and what was erased on request. */
import { sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { StoredCommentStatus } from '../core/statuses.ts';
import type { Columns } from './columns.ts';

/** Why a comment waits, or what was found in it: a code of `comments/moderation-rules.ts`, and what it says to an editor. */
export type ModerationReason = { code: string; detail: string };

/** What is done with the comments of somebody who asks for it: they go, or nobody knows any more whose they are. */
export type ErasureMode = 'delete' | 'anonymise';

type Others = Record<'articles' | 'authors', { id: AnySQLiteColumn }>;

export const defineCommentTables = (c: Columns, { articles, authors }: Others) => {
  const { table, index, uniqueIndex, serial, text, integer, boolean, moment, json } = c;

  const comments = table(
    'comments',
    {
      id: serial('id'),
      version: integer('version').notNull(),
      articleId: integer('article_id')
        .notNull()
        .references(() => articles.id, { onDelete: 'cascade' }),
      parentId: integer('parent_id'),
      depth: integer('depth').notNull(),
      /** Approved direct replies. */
      replyCount: integer('reply_count').notNull(),
      /** Direct replies that everyone sees: approved ones, and places kept for what stood there. */
      shownReplyCount: integer('shown_reply_count').notNull().default(0),
      /** Whether everyone sees it in its thread: it is approved, or what is left of it keeps the place of replies. */
      isShown: boolean('is_shown').notNull().default(false),
      authorName: text('author_name').notNull(),
      authorEmail: text('author_email'),
      /** The email as it is compared. */
      emailFolded: text('email_folded'),
      authorUrl: text('author_url'),
      /** The byline of the key that wrote it, for staff. */
      authorId: integer('author_id').references(() => authors.id, { onDelete: 'set null' }),
      isStaff: boolean('is_staff').notNull(),
      /** HMAC-SHA256 of the address it came from, in hex; null once it was kept long enough. */
      addressHash: text('address_hash'),
      /** SHA-256 of the token with which it can be changed until then, in hex. */
      editTokenHash: text('edit_token_hash'),
      editableUntil: moment('editable_until'),
      body: text('body').notNull(),
      html: text('html').notNull(),
      status: text('status').$type<StoredCommentStatus>().notNull(),
      approvedAt: moment('approved_at'),
      moderationScore: integer('moderation_score').notNull().default(0),
      moderationReasons: json<ModerationReason[]>('moderation_reasons').notNull().default([]),
      /** What it was called where it came from, so that an import can be repeated; null: it was written here. */
      importedAs: text('imported_as'),
      createdAt: moment('created_at').notNull(),
      updatedAt: moment('updated_at').notNull(),
    },
    (t) => [
      uniqueIndex('comments_imported_as').on(t.importedAs).where(sql`${t.importedAs} is not null`),
      index('comments_of_article').on(t.articleId, t.status, t.createdAt, t.id),
      index('comments_shown').on(t.articleId, t.isShown, t.createdAt, t.id),
      index('comments_on_top').on(t.articleId, t.isShown, t.createdAt, t.id).where(sql`${t.depth} = 0`),
      index('comments_replying').on(t.parentId, t.isShown, t.createdAt, t.id).where(sql`${t.parentId} is not null`),
      index('comments_by_status').on(t.status, t.createdAt, t.id),
      index('comments_of_author').on(t.authorId),
      index('comments_by_email').on(t.emailFolded, t.createdAt, t.id),
      index('comments_by_address').on(t.addressHash, t.createdAt, t.id),
      index('comments_with_address').on(t.createdAt, t.id).where(sql`${t.addressHash} is not null`),
    ],
  );

  /** What was done for those who asked that their comments go: not who they were. */
  const commentErasures = table('comment_erasures', {
    id: serial('id'),
    mode: text('mode').$type<ErasureMode>().notNull(),
    commentCount: integer('comment_count').notNull(),
    articleIds: json<number[]>('article_ids').notNull(),
    keyId: integer('key_id'),
    at: moment('at').notNull(),
  });

  return { comments, commentErasures };
};
