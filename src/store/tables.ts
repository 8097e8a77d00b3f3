/** One picture of the data, written once for both engines. */
import { sql } from 'drizzle-orm';
import type { Role } from '../core/access.ts';
import type { CommentPolicy, Moderation, Shelf, StoredStatus } from '../core/statuses.ts';
import type { Columns } from './columns.ts';
import { defineCommentTables } from './comment-tables.ts';
import { defineDeliveryTables } from './delivery-tables.ts';
import { defineDeskTables } from './desk-tables.ts';
import { defineEventTables } from './event-tables.ts';
import { defineImportTables } from './import-tables.ts';
import { defineWordTables } from './word-tables.ts';

export type Link = { label: string; url: string };
export type CoverImage = {
  url: string;
  alt: string;
  caption?: string | null;
  credit?: string | null;
  width?: number | null;
  height?: number | null;
};
export type Seo = {
  title?: string | null;
  description?: string | null;
  imageUrl?: string | null;
  canonicalUrl?: string | null;
  noindex?: boolean | null;
};
/** Whom and what an article names, in order. */
export type CardNames = { authorIds: number[]; tagIds: number[] };
export type BodyFormat = 'markdown' | 'html';
export type TagKind = 'topic' | 'section' | 'internal';

/**
 * All tables. Three habits: a folded column (`nameFolded`) beside what is sorted or unique without case; `shelf` and
 * `sortAt` beside each other wherever articles are listed, so that every list is one walk of one index; and the
 * long texts of an article in a table of their own, so that a list reads small rows.
 */
export const defineTables = (c: Columns) => {
  const { table, index, uniqueIndex, primaryKey, serial, text, integer, boolean, moment, json, bytes } = c;

  const site = table('site', {
    id: integer('id').primaryKey(),
    title: text('title').notNull(),
    description: text('description'),
    url: text('url'),
    language: text('language').notNull(),
    timeZone: text('time_zone').notNull(),
    articleUrlPattern: text('article_url_pattern').notNull(),
    commentPolicy: text('comment_policy').$type<CommentPolicy>().notNull(),
    moderation: text('moderation').$type<Moderation>().notNull().default('all'),
    /** A comment with one of them waits; folded when it is compared. */
    moderationWords: json<string[]>('moderation_words').notNull().default([]),
    /** So many days after its publication an article takes no more comments; null: always. */
    commentsCloseAfterDays: integer('comments_close_after_days'),
    updatedAt: moment('updated_at').notNull(),
  });

  const authors = table(
    'authors',
    {
      id: serial('id'),
      version: integer('version').notNull(),
      slug: text('slug').notNull(),
      name: text('name').notNull(),
      nameFolded: text('name_folded').notNull(),
      bio: text('bio'),
      avatarUrl: text('avatar_url'),
      websiteUrl: text('website_url'),
      links: json<Link[]>('links').notNull(),
      email: text('email'),
      articleCount: integer('article_count').notNull(),
      createdAt: moment('created_at').notNull(),
      updatedAt: moment('updated_at').notNull(),
    },
    (t) => [
      uniqueIndex('authors_slug').on(t.slug),
      index('authors_by_name').on(t.nameFolded, t.id),
      index('authors_by_article_count').on(t.articleCount, t.id),
    ],
  );

  const tags = table(
    'tags',
    {
      id: serial('id'),
      version: integer('version').notNull(),
      slug: text('slug').notNull(),
      name: text('name').notNull(),
      nameFolded: text('name_folded').notNull(),
      description: text('description'),
      kind: text('kind').$type<TagKind>().notNull(),
      articleCount: integer('article_count').notNull(),
      createdAt: moment('created_at').notNull(),
      updatedAt: moment('updated_at').notNull(),
    },
    (t) => [
      uniqueIndex('tags_slug').on(t.slug),
      uniqueIndex('tags_name_folded').on(t.nameFolded),
      index('tags_by_article_count').on(t.articleCount, t.id),
    ],
  );

  const keys = table(
    'keys',
    {
      id: serial('id'),
      name: text('name').notNull(),
      role: text('role').$type<Role>().notNull(),
      authorId: integer('author_id').references(() => authors.id),
      prefix: text('prefix').notNull(),
      hash: text('hash').notNull(),
      createdAt: moment('created_at').notNull(),
      lastUsedAt: moment('last_used_at'),
      expiresAt: moment('expires_at'),
      revokedAt: moment('revoked_at'),
    },
    (t) => [uniqueIndex('keys_hash').on(t.hash), index('keys_by_author').on(t.authorId)],
  );

  const articles = table(
    'articles',
    {
      id: serial('id'),
      version: integer('version').notNull(),
      slug: text('slug').notNull(),
      /** Whether everyone could read it under this slug once; then the slug still leads to it when it has another. */
      slugWasPublic: boolean('slug_was_public').notNull().default(false),
      title: text('title').notNull(),
      titleFolded: text('title_folded').notNull(),
      subtitle: text('subtitle'),
      /** What the editor wrote; null: one made from the text stands in `generatedExcerpt`. */
      excerpt: text('excerpt'),
      generatedExcerpt: text('generated_excerpt').notNull(),
      bodyFormat: text('body_format').$type<BodyFormat>().notNull(),
      status: text('status').$type<StoredStatus>().notNull(),
      shelf: text('shelf').$type<Shelf>().notNull(),
      publishedAt: moment('published_at'),
      unpublishAt: moment('unpublish_at'),
      firstPublishedAt: moment('first_published_at'),
      /** `publishedAt`, or `createdAt` where that is null: what lists are sorted by. */
      sortAt: moment('sort_at').notNull(),
      /** Whether counts and events already take it as live; they follow a moment that came due within two seconds. */
      notedLive: boolean('noted_live').notNull(),
      language: text('language').notNull(),
      translationKey: text('translation_key'),
      featured: boolean('featured').notNull(),
      commentPolicy: text('comment_policy').$type<CommentPolicy>(),
      commentCount: integer('comment_count').notNull(),
      contentUpdatedAt: moment('content_updated_at'),
      coverImage: json<CoverImage>('cover_image'),
      sourceSystem: text('source_system'),
      sourceId: text('source_id'),
      sourceUrl: text('source_url'),
      /** Both as in the `seo` of its page, here for the sitemap, which asks them of every article. */
      noindex: boolean('noindex').notNull().default(false),
      canonicalUrl: text('canonical_url'),
      wordCount: integer('word_count').notNull(),
      createdAt: moment('created_at').notNull(),
      updatedAt: moment('updated_at').notNull(),
      deletedAt: moment('deleted_at'),
      /**
       * While it is on the shelf of what is published: the members of its summary that nothing else changes, as JSON in
       * UTF-8, ready to be sent; and whom and what it names. Null: to be made anew.
       */
      card: bytes('card'),
      cardNames: json<CardNames>('card_names'),
    },
    (t) => [
      uniqueIndex('articles_slug').on(t.slug),
      uniqueIndex('articles_source').on(t.sourceSystem, t.sourceId),
      index('articles_by_moment').on(t.shelf, t.sortAt, t.id),
      index('articles_by_update').on(t.shelf, t.updatedAt, t.id),
      index('articles_by_creation').on(t.shelf, t.createdAt, t.id),
      index('articles_by_title').on(t.shelf, t.titleFolded, t.id),
      index('articles_by_translation').on(t.translationKey).where(sql`${t.translationKey} is not null`),
      index('articles_ending').on(t.shelf, t.sortAt, t.id, t.unpublishAt).where(sql`${t.unpublishAt} is not null`),
      index('articles_without_card').on(t.shelf, t.id).where(sql`${t.card} is null`),
    ],
  );

  const contents = table('article_contents', {
    articleId: integer('article_id')
      .primaryKey()
      .references(() => articles.id, { onDelete: 'cascade' }),
    /** As it was sent, byte for byte. */
    body: text('body').notNull(),
    /** `html` (the body, sanitised: the only form meant for a page), `seo` and `metadata`, as JSON in UTF-8, ready to be sent. */
    page: bytes('page').notNull(),
  });

  const articleAuthors = table(
    'article_authors',
    {
      articleId: integer('article_id')
        .notNull()
        .references(() => articles.id, { onDelete: 'cascade' }),
      authorId: integer('author_id')
        .notNull()
        .references(() => authors.id),
      position: integer('position').notNull(),
      shelf: text('shelf').$type<Shelf>().notNull(),
      sortAt: moment('sort_at').notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.articleId, t.authorId] }),
      index('article_authors_by_moment').on(t.authorId, t.shelf, t.sortAt, t.articleId),
    ],
  );

  const articleTags = table(
    'article_tags',
    {
      articleId: integer('article_id')
        .notNull()
        .references(() => articles.id, { onDelete: 'cascade' }),
      tagId: integer('tag_id')
        .notNull()
        .references(() => tags.id, { onDelete: 'cascade' }),
      position: integer('position').notNull(),
      shelf: text('shelf').$type<Shelf>().notNull(),
      sortAt: moment('sort_at').notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.articleId, t.tagId] }),
      index('article_tags_by_moment').on(t.tagId, t.shelf, t.sortAt, t.articleId),
    ],
  );

  /** The moments to come at which an article goes live or ceases to be; few rows, so "what is due?" costs nothing. */
  const dueMoments = table(
    'due_moments',
    {
      articleId: integer('article_id')
        .notNull()
        .references(() => articles.id, { onDelete: 'cascade' }),
      at: moment('at').notNull(),
    },
    (t) => [primaryKey({ columns: [t.articleId, t.at] }), index('due_moments_by_moment').on(t.at)],
  );

  /** The articles whose searched text is to be written anew: whom or what they name is called otherwise by now. */
  const searchQueue = table('search_queue', {
    articleId: integer('article_id')
      .primaryKey()
      .references(() => articles.id, { onDelete: 'cascade' }),
  });

  return {
    site,
    authors,
    tags,
    ...defineWordTables(c, { authors, tags }),
    keys,
    articles,
    contents,
    articleAuthors,
    articleTags,
    dueMoments,
    searchQueue,
    ...defineCommentTables(c, { articles, authors }),
    ...defineDeskTables(c, { articles }),
    ...defineEventTables(c),
    ...defineDeliveryTables(c),
    ...defineImportTables(c),
  };
};

export type Tables = ReturnType<typeof defineTables>;
