/** The tables of the editor's desk: what was, what is not public yet, and what was asked for already. */
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Columns } from './columns.ts';

/** What has old slugs; those that a tag had while it was internal are for holders of keys. */
export type SlugKind = 'article' | 'author' | 'hidden-author' | 'tag' | 'hidden-tag';

export const defineDeskTables = (c: Columns, { articles }: { articles: { id: AnySQLiteColumn } }) => {
  const { table, index, primaryKey, serial, text, integer, moment, json, bytes } = c;
  const articleId = () =>
    integer('article_id')
      .notNull()
      .references(() => articles.id, { onDelete: 'cascade' });

  /**
   * Every stored version of an article. What it was is written when the next one takes its place: the newest stands in
   * the article itself, so that nothing is stored twice.
   */
  const revisions = table(
    'revisions',
    {
      articleId: articleId(),
      version: integer('version').notNull(),
      at: moment('at').notNull(),
      keyId: integer('key_id'),
      changedFields: json<string[]>('changed_fields').notNull(),
      /** All that was written but the body, as compressed JSON; null of the newest. */
      snapshot: bytes('snapshot'),
      /** The body, where the next version has another; `textSteps` tells how it is to be read. */
      text: bytes('text'),
      /** 0: the text is whole, compressed; else a delta from the body of the next version, so many steps from a whole one. */
      textSteps: integer('text_steps'),
    },
    (t) => [primaryKey({ columns: [t.articleId, t.version] })],
  );

  /** Changes to a live article that are not live yet. A row stays when they are published or dropped, so that no version comes twice. */
  const workingCopies = table('working_copies', {
    articleId: articleId().primaryKey(),
    version: integer('version').notNull(),
    /** The fields that differ from the live article, whole; null: there is no copy. */
    fields: json<Record<string, unknown>>('fields'),
    /** The version of the article each field was changed from. */
    bases: json<Record<string, number>>('bases').notNull(),
    /** What is kept of the rendering, where the body differs. */
    rendering: json<{ html: string; wordCount: number; excerpt: string }>('rendering'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  });

  const previewLinks = table(
    'preview_links',
    {
      id: serial('id'),
      articleId: articleId(),
      keyId: integer('key_id'),
      createdAt: moment('created_at').notNull(),
      expiresAt: moment('expires_at').notNull(),
    },
    (t) => [index('preview_links_of_article').on(t.articleId, t.id)],
  );

  /** The slugs that things had before, and what each leads to; the kind tells for whom. */
  const slugHistory = table(
    'slug_history',
    {
      kind: text('kind').$type<SlugKind>().notNull(),
      slug: text('slug').notNull(),
      entityId: integer('entity_id').notNull(),
      at: moment('at').notNull(),
    },
    (t) => [primaryKey({ columns: [t.kind, t.slug] }), index('slug_history_of_entity').on(t.kind, t.entityId)],
  );

  /** What came of requests that may be repeated, written in the transaction of their effect. */
  const outcomes = table(
    'outcomes',
    {
      /** The key of the caller; 0: none. */
      keyId: integer('key_id').notNull(),
      path: text('path').notNull(),
      idempotencyKey: text('idempotency_key').notNull(),
      /** SHA-256 of the body, in hex. */
      fingerprint: text('fingerprint').notNull(),
      status: integer('status').notNull(),
      kind: text('kind').notNull(),
      entityId: integer('entity_id').notNull(),
      at: moment('at').notNull(),
    },
    (t) => [primaryKey({ columns: [t.keyId, t.path, t.idempotencyKey] }), index('outcomes_by_moment').on(t.at)],
  );

  /** What Galley must know and nobody else: made once, shared by all processes of a store. */
  const secrets = table('secrets', { name: text('name').primaryKey(), value: text('value').notNull() });

  return { revisions, workingCopies, previewLinks, slugHistory, outcomes, secrets };
};
