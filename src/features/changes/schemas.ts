/** What passes through the doors of what happened, and what webhooks are sent. */
import { Type } from 'typebox';
import { EVENT_KINDS, EVENT_TYPES } from '../../core/events.ts';
import { answer, door, IfNoneMatch, LIST_ETAG, linkOf } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { closed, component, Id, Moment, nullable, oneOf, QueryList } from '../../http/schema.ts';

const told = {
  cursor: Type.String({ description: 'Where it stands in the order of all: what is asked for `after` it follows it' }),
  type: oneOf(EVENT_TYPES, { description: 'What happened. Later releases may tell of more' }),
  at: Moment({ description: 'When' }),
  kind: oneOf(EVENT_KINDS, { description: 'What it happened to' }),
  id: Id({ description: 'The id of that; it may be gone by now' }),
  articleId: nullable(Id({ description: 'Of a comment: the article it was posted to. Null of all others' })),
  version: nullable(Type.Integer({ minimum: 1, description: 'The version it had then' })),
  slug: nullable(
    Type.String({
      description:
        'The slug it had then. Of an article that was not live: null, to a key that may not read every article',
    }),
  ),
  live: nullable(Type.Boolean({ description: 'Of an article: whether everyone could read it then' })),
  changedFields: Type.Array(Type.String(), {
    description: 'The names of the fields that were changed, where something was; never what they hold',
  }),
};
const example = {
  ...{ cursor: '128.mwrhlr40', type: 'article.updated', at: '2026-11-22T07:00:00.000Z', kind: 'article', id: 7 },
  ...{ articleId: null, version: 3, slug: 'the-harbour-at-night', live: true, changedFields: ['title', 'body'] },
};

export const Change = component(
  'Change',
  Type.Object(told, { description: 'Something that happened, without any content', examples: [example] }),
);

const ChangeList = component(
  'ChangeList',
  Type.Object(
    {
      data: Type.Array(Change),
      pagination: component(
        'ChangePagination',
        Type.Object(
          {
            limit: Type.Integer({ description: 'How many were asked for' }),
            next: Type.String({ description: 'What to ask for `after` next, also where nothing has happened yet' }),
            previous: nullable(Type.String({ description: 'Always null: changes are followed one way' })),
          },
          {
            description: 'Where a follower of changes stands',
            examples: [{ limit: 20, next: '128.mwrhlr40', previous: null }],
          },
        ),
      ),
    },
    {
      description: 'Changes in the order in which they were stored',
      examples: [{ data: [example], pagination: { limit: 20, next: '128.mwrhlr40', previous: null } }],
    },
  ),
);

const AuditEntry = component(
  'AuditEntry',
  Type.Object(
    {
      ...told,
      keyId: nullable(Id({ description: 'The key by which it was done; null: a guest, or Galley by itself' })),
      keyName: nullable(Type.String({ description: 'The name that key has now' })),
      requestId: nullable(Type.String({ description: 'The id under which that request was logged' })),
      intoId: nullable(Id({ description: 'What it became part of, or whom its articles went to' })),
      articleIds: nullable(Type.Array(Id(), { description: 'The articles that went over' })),
    },
    {
      description: 'Something that happened, and who did it',
      examples: [
        {
          ...example,
          ...{ keyId: 2, keyName: 'Newsroom', requestId: '8c1a6f0e', intoId: null, articleIds: null },
        },
      ],
    },
  ),
);
const AuditList = listOf('AuditList', AuditEntry, 'What happened, the newest first');

/** What webhooks are sent. No door takes it: the section of webhooks in the document names it. */
component(
  'WebhookMessage',
  Type.Object(
    {
      type: oneOf(EVENT_TYPES, { description: 'What happened' }),
      timestamp: Moment({ description: 'When it happened' }),
      data: Change,
    },
    {
      description: 'What a webhook is sent of a change, by Standard Webhooks',
      examples: [{ type: 'article.updated', timestamp: '2026-11-22T07:00:00.000Z', data: example }],
    },
  ),
);
component(
  'WebhookTest',
  Type.Object(
    {
      type: oneOf(['webhook.test'], { description: 'Nothing has happened' }),
      timestamp: Moment({ description: 'When the test was asked for' }),
      data: Type.Object(
        { webhookId: Id({ description: 'The webhook that is tried' }) },
        { description: 'What is tried' },
      ),
    },
    {
      description: 'What a webhook is sent to try it',
      examples: [{ type: 'webhook.test', timestamp: '2026-11-22T07:00:00.000Z', data: { webhookId: 1 } }],
    },
  ),
);

const types = QueryList(oneOf(EVENT_TYPES), { description: 'Of these types alone', examples: [['article.published']] });

export const listChangesDoor = door({
  operationId: 'listChanges',
  summary: 'Follow what happens',
  description:
    'Everything that happened after a cursor, each once, in the order in which it was stored: nothing is ever added before ' +
    'what was told. Keep `next`, ask again with it, and you miss nothing; without `after` it begins with the oldest that is ' +
    'told. To begin, take a cursor by `after=now`, then read everything, then follow. What is older than `EVENT_DAYS` is not ' +
    'told any more, and a cursor from before it is 410: begin anew.',
  tag: 'Changes',
  access: 'read changes',
  querystring: closed({
    after: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'A `next`, or the cursor of a change; `now`: nothing yet, only where to go on',
        examples: ['now'],
      }),
    ),
    types: Type.Optional(types),
    limit: pageQuery.limit,
  }),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor', 'cursor-expired'],
  answers: { 200: answer('What happened', ChangeList, LIST_ETAG) },
});

export const listAuditDoor = door({
  operationId: 'listAudit',
  summary: 'Look through what happened and who did it',
  description:
    'The newest first. After `EVENT_DAYS` an event goes, but for those that say what a tag or an author became, which are ' +
    'kept with who did it.',
  tag: 'Changes',
  access: 'read audit',
  querystring: closed({
    types: Type.Optional(types),
    kind: Type.Optional(oneOf(EVENT_KINDS, { description: 'Of things of this kind' })),
    id: Type.Optional(Id({ description: 'Of the one of this id; with `kind`', examples: [7] })),
    key: Type.Optional(Id({ description: 'By the key of this id', examples: [2] })),
    limit: pageQuery.limit,
    cursor: pageQuery.cursor,
  }),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor'],
  answers: { 200: answer('What happened', AuditList, { ...LIST_ETAG, ...linkOf('/v1/audit') }) },
});
