/** What passes through the doors of keys. */
import { Type } from 'typebox';
import { ROLES } from '../../core/access.ts';
import { answer, door, IfNoneMatch, LIST_ETAG, linkOf, locationOf, noContent, patch } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { ById, closed, component, FilledText, Id, Moment, nullable, oneOf } from '../../http/schema.ts';

const fields = {
  name: FilledText(100, { description: 'Whose it is, or what it is for' }),
  role: oneOf(ROLES, { description: 'What it allows' }),
  authorId: nullable(Id({ description: 'The author whose articles are its own; required for contributor and author' })),
  expiresAt: nullable(Moment({ description: 'When it ceases to work' })),
};

const example = { name: 'Newsroom', role: 'editor', authorId: null, expiresAt: null };
const answered = {
  id: Id(),
  ...fields,
  prefix: Type.String({ description: 'Its first eight characters' }),
  createdAt: Moment(),
  lastUsedAt: nullable(Moment({ description: 'When it was last used, to some five minutes' })),
  revokedAt: nullable(Moment({ description: 'When it was revoked; it then works no more' })),
};
const answeredExample = {
  id: 2,
  ...example,
  prefix: 'glk_3fGh',
  createdAt: '2026-11-22T07:00:00.000Z',
  lastUsedAt: null,
  revokedAt: null,
};

const Key = component(
  'Key',
  Type.Object(answered, { description: 'A key, without its secret', examples: [answeredExample] }),
);
const CreatedKey = component(
  'CreatedKey',
  Type.Object(
    {
      ...answered,
      secret: nullable(
        Type.String({ description: 'The key itself: shown this once, and null where the request is repeated' }),
      ),
    },
    {
      description: 'A new key with its secret',
      examples: [{ ...answeredExample, secret: 'glk_3fGhX0r8yQmZbT1vN5sKcW7dPjLuE2aR' }],
    },
  ),
);
const KeyList = listOf('KeyList', Key, 'Keys by id, revoked ones too');

const readOnly = { 'x-read-only': ['id', 'prefix', 'createdAt', 'lastUsedAt', 'revokedAt', 'secret'] };
const { name, role, authorId, expiresAt } = fields;
const NewKey = component(
  'NewKey',
  closed(
    { name, role, authorId: Type.Optional(authorId), expiresAt: Type.Optional(expiresAt) },
    { ...readOnly, description: 'A key to be made', examples: [{ name: 'Newsroom', role: 'editor' }] },
  ),
);
const KeyPatch = component(
  'KeyPatch',
  Type.Partial(closed(fields), {
    ...readOnly,
    additionalProperties: false,
    description: 'A merge patch of a key',
    examples: [{ role: 'viewer' }],
  }),
);

const Me = component(
  'Me',
  Type.Object(
    {
      role: oneOf(ROLES, { description: 'What the key allows' }),
      keyId: Id({ description: 'The id of the key' }),
      author: nullable(
        component(
          'KeyAuthor',
          Type.Object(
            { id: Id(), slug: Type.String(), name: Type.String() },
            { description: 'The author of a key', examples: [{ id: 1, slug: 'ada-lovelace', name: 'Ada Lovelace' }] },
          ),
        ),
      ),
    },
    { description: 'Who calls', examples: [{ role: 'editor', keyId: 2, author: null }] },
  ),
);

const shared = { tag: 'Keys', access: 'manage keys' } as const;

export const listKeysDoor = door({
  ...shared,
  operationId: 'listKeys',
  summary: 'List keys',
  description: 'Revoked and expired keys too, the oldest first; secrets are never shown again.',
  querystring: closed(pageQuery),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Keys', KeyList, { ...LIST_ETAG, ...linkOf('/v1/keys') }) },
});

export const createKeyDoor = door({
  ...shared,
  operationId: 'createKey',
  summary: 'Make a key; its secret is shown this once',
  description: 'Keys of role contributor and author are bound to an author, whose articles they may edit.',
  body: NewKey,
  refusals: ['unknown-reference'],
  answers: { 201: answer('The new key', CreatedKey, locationOf('/v1/keys/2')) },
});

export const readKeyDoor = door({
  ...shared,
  operationId: 'readKey',
  summary: 'Read one key',
  description: 'Also one that is revoked or has expired; its secret is never shown again.',
  params: ById,
  headers: IfNoneMatch,
  answers: { 200: answer('The key', Key, LIST_ETAG) },
});

export const editKeyDoor = door({
  ...shared,
  operationId: 'editKey',
  summary: 'Change a key',
  description: 'A merge patch of name, role, author and expiry. The last active admin key cannot be lowered.',
  params: ById,
  body: patch(KeyPatch),
  refusals: ['unknown-reference', 'last-admin'],
  answers: { 200: answer('The key', Key) },
});

export const revokeKeyDoor = door({
  ...shared,
  operationId: 'revokeKey',
  summary: 'Revoke a key for good',
  description: 'It opens nothing from now on, and cannot be revived. The last active admin key cannot be revoked.',
  params: ById,
  refusals: ['last-admin'],
  answers: { 204: noContent('It no longer works') },
});

export const readMeDoor = door({
  operationId: 'readMe',
  summary: 'Who am I?',
  description: 'The role of the key that is sent, and the author it is bound to.',
  tag: 'Keys',
  access: 'use a key',
  headers: IfNoneMatch,
  answers: { 200: answer('The role, key and author of the caller', Me, LIST_ETAG) },
});
