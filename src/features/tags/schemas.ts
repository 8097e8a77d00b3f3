/** What passes through the doors of tags. */
import { Type } from 'typebox';
import {
  answer,
  door,
  ETAG,
  IfMatch,
  IfNoneMatch,
  LIST_ETAG,
  linkOf,
  locationOf,
  moved,
  noContent,
  patch,
} from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import {
  ById,
  BySlug,
  closed,
  component,
  FilledText,
  Id,
  Moment,
  nullable,
  oneOf,
  QueryList,
  Slug,
  Text,
} from '../../http/schema.ts';

const TAG_KINDS = ['topic', 'section', 'internal'] as const;

const name = FilledText(100, { description: 'Unique without regard to case, width and spacing' });
const TagSlug = Slug({ examples: ['harbour'] });
const description = nullable(Text(500, { description: 'What it is about' }));
const KIND = '`internal`: for holders of keys alone';
const kind = oneOf(TAG_KINDS, { description: KIND });

const refExample = { id: 3, slug: 'harbour', name: 'Harbour', kind: 'topic' };

/** A tag as an article embeds it. */
export const TagRef = component(
  'TagRef',
  Type.Object(
    { id: Id(), slug: Type.String(), name: Type.String(), kind },
    { description: 'A tag, as an article embeds it', examples: [refExample] },
  ),
);

const Tag = component(
  'Tag',
  Type.Object(
    {
      id: Id(),
      version: Type.Integer({ description: 'From 1, one more with every stored change' }),
      slug: TagSlug,
      name,
      description,
      kind,
      articleCount: Type.Integer({ description: 'How many live articles carry it' }),
      createdAt: Moment(),
      updatedAt: Moment(),
    },
    {
      description: 'A topic, a section or an internal label',
      examples: [
        {
          ...refExample,
          version: 1,
          description: null,
          articleCount: 12,
          createdAt: '2026-11-22T07:00:00.000Z',
          updatedAt: '2026-11-22T07:00:00.000Z',
        },
      ],
    },
  ),
);
const TagList = listOf('TagList', Tag, 'Tags');

const readOnly = { 'x-read-only': ['id', 'version', 'articleCount', 'createdAt', 'updatedAt'] };
const written = { slug: Type.Optional(nullable(TagSlug)), description: Type.Optional(description) };
const NewTag = component(
  'NewTag',
  closed(
    { name, ...written, kind: Type.Optional(oneOf(TAG_KINDS, { description: `${KIND}; \`topic\` unless said` })) },
    { ...readOnly, description: 'A tag to be made', examples: [{ name: 'Harbour' }] },
  ),
);
const TagPatch = component(
  'TagPatch',
  closed(
    { name: Type.Optional(name), ...written, kind: Type.Optional(kind) },
    { ...readOnly, description: 'A merge patch of a tag', examples: [{ description: 'All about the quay' }] },
  ),
);

const TagMerge = component(
  'TagMerge',
  closed(
    { into: Id({ description: 'The tag it becomes part of' }) },
    { description: 'Where a tag goes', examples: [{ into: 3 }] },
  ),
);

const editors = { tag: 'Tags', access: 'manage tags' } as const;
const everyone = { tag: 'Tags', access: 'read live', headers: IfNoneMatch } as const;

export const listTagsDoor = door({
  ...everyone,
  operationId: 'listTags',
  summary: 'List tags',
  description: 'Without a key: those that a live article carries, internal ones never.',
  querystring: closed({
    ...pageQuery,
    q: Type.Optional(
      FilledText(200, {
        description: 'The beginning of a word of the name, regardless of case and accents; of several words, all',
        examples: ['harb'],
      }),
    ),
    sort: Type.Optional(
      oneOf(['name', '-articleCount'], {
        default: 'name',
        description: '`name` regardless of case, or the most live articles first',
      }),
    ),
    kind: Type.Optional(
      QueryList(oneOf(TAG_KINDS), { description: 'Any of these kinds', examples: [['topic', 'section']] }),
    ),
  }),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Tags', TagList, { ...LIST_ETAG, ...linkOf('/v1/tags') }) },
});

export const createTagDoor = door({
  ...editors,
  operationId: 'createTag',
  summary: 'Make a tag',
  description:
    'Names are told apart without case and spaces around them. A slug is made from the name where none is sent.',
  body: NewTag,
  refusals: ['slug-taken', 'name-taken'],
  answers: { 201: answer('The new tag', Tag, { ...ETAG, ...locationOf('/v1/tags/3') }) },
});

export const readTagDoor = door({
  ...everyone,
  operationId: 'readTag',
  summary: 'Read one tag',
  description: 'To the anonymous a tag exists only while a live article has it, and an internal one never does.',
  params: ById,
  answers: { 200: answer('The tag', Tag, ETAG) },
});

export const readTagBySlugDoor = door({
  ...everyone,
  operationId: 'readTagBySlug',
  summary: 'Read one tag by slug',
  description: 'A slug that a tag had once, or one that was merged into it, leads to the one it has now.',
  params: BySlug('harbour'),
  answers: { 200: answer('The tag', Tag, ETAG), 308: moved('/v1/tags/by-slug/port') },
});

export const editTagDoor = door({
  ...editors,
  operationId: 'editTag',
  summary: 'Change a tag',
  description:
    'A merge patch: what is absent stays as it is. Articles show the new name at once; an old slug leads to the new one.',
  params: ById,
  headers: IfMatch,
  body: patch(TagPatch),
  refusals: ['slug-taken', 'name-taken'],
  answers: { 200: answer('The tag', Tag, ETAG) },
});

export const deleteTagDoor = door({
  ...editors,
  operationId: 'deleteTag',
  summary: 'Delete a tag and take it from every article',
  description: 'The articles stay as they are otherwise, and keep their versions.',
  params: ById,
  headers: IfMatch,
  answers: { 204: noContent('It is gone') },
});

export const mergeTagDoor = door({
  ...editors,
  operationId: 'mergeTag',
  summary: 'Merge a tag into another',
  description:
    'Every article that carries it, trashed ones too, carries the other in its place, once. The tag is gone then, and its ' +
    'slugs lead to the other. No article changes its version: `tag.merged` names them all.',
  params: ById,
  headers: IfMatch,
  body: TagMerge,
  refusals: ['unknown-reference'],
  answers: { 200: answer('The tag it went into', Tag, ETAG) },
});
