/** The tables of what happened. */
import type { Group } from '../core/groups.ts';
import type { Columns } from './columns.ts';

export const defineEventTables = (c: Columns) => {
  const { table, index, serial, text, integer, boolean, moment, json } = c;

  const events = table(
    'events',
    {
      id: serial('id'),
      type: text('type').notNull(),
      at: moment('at').notNull(),
      kind: text('kind').notNull(),
      entityId: integer('entity_id').notNull(),
      version: integer('version'),
      slug: text('slug'),
      live: boolean('live'),
      changedFields: json<string[]>('changed_fields').notNull(),
      /** Of a comment: the article it was posted to. */
      articleId: integer('article_id'),
      /** Of what became of another thing, as a tag that was merged: that one, and the articles that went over. */
      intoId: integer('into_id'),
      articleIds: json<number[]>('article_ids'),
      keyId: integer('key_id'),
      requestId: text('request_id'),
    },
    (t) => [
      index('events_of_entity').on(t.kind, t.entityId, t.id),
      index('events_of_type').on(t.type, t.id),
      index('events_of_key').on(t.keyId, t.id),
    ],
  );

  /** Which cache groups each commit touched, for the other processes that serve the same store; old rows are dropped. */
  const touches = table('touches', {
    id: serial('id'),
    at: moment('at').notNull(),
    groups: json<Group[]>('groups').notNull(),
  });

  /** Up to which event the record was thinned out: one row, once it was. What stands below it is kept for its own sake, and tells no whole story. */
  const eventHorizon = table('event_horizon', {
    id: integer('id').primaryKey(),
    prunedTo: integer('pruned_to').notNull(),
  });

  return { events, touches, eventHorizon };
};
