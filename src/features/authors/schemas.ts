/** What passes through the doors of authors. */
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
  Email,
  FilledText,
  Id,
  Moment,
  nullable,
  oneOf,
  Slug,
  Text,
  Url,
} from '../../http/schema.ts';

const link = { label: FilledText(100, { description: 'What it says' }), url: Url() };
const linkExamples = [{ label: 'Mastodon', url: 'https://social.example/@ada' }];
const LinkSchema = component(
  'Link',
  Type.Object(link, { description: 'A link with its label', examples: linkExamples }),
);
const LinkInput = component(
  'LinkInput',
  closed(link, { description: 'A link with its label, as it is sent', examples: linkExamples }),
);

const shown = {
  bio: nullable(Text(5000, { description: 'A few words about the author' })),
  avatarUrl: nullable(Url()),
  websiteUrl: nullable(Url()),
  links: Type.Array(LinkSchema, { description: 'In this order' }),
};
const AuthorSlug = Slug({ examples: ['ada-lovelace'] });
const name = FilledText(120, { description: 'As it stands under an article' });
const email = nullable(Email({ description: 'Answered to editors alone' }));

const refExample = {
  id: 1,
  slug: 'ada-lovelace',
  name: 'Ada Lovelace',
  bio: 'Writes about engines',
  avatarUrl: 'https://harbour.example/ada.jpg',
  websiteUrl: 'https://ada.example',
  links: linkExamples,
};

/** An author as an article embeds it: without counts, so that one publication does not change every article. */
export const AuthorRef = component(
  'AuthorRef',
  Type.Object(
    { id: Id(), slug: Type.String(), name: Type.String(), ...shown },
    { description: 'An author, as an article embeds it', examples: [refExample] },
  ),
);

const Author = component(
  'Author',
  Type.Object(
    {
      id: Id(),
      version: Type.Integer({ description: 'From 1, one more with every stored change' }),
      slug: AuthorSlug,
      name,
      ...shown,
      email: Type.Optional(email),
      articleCount: Type.Integer({ description: 'How many live articles name the author' }),
      createdAt: Moment(),
      updatedAt: Moment(),
    },
    {
      description: 'A byline: who articles are by. Not a login',
      examples: [
        {
          ...refExample,
          version: 1,
          articleCount: 12,
          createdAt: '2026-11-22T07:00:00.000Z',
          updatedAt: '2026-11-22T07:00:00.000Z',
        },
      ],
    },
  ),
);
const AuthorList = listOf('AuthorList', Author, 'Authors');

const readOnly = { 'x-read-only': ['id', 'version', 'articleCount', 'createdAt', 'updatedAt'] };
const written = {
  slug: Type.Optional(nullable(AuthorSlug)),
  bio: Type.Optional(shown.bio),
  avatarUrl: Type.Optional(shown.avatarUrl),
  websiteUrl: Type.Optional(shown.websiteUrl),
  links: Type.Optional(nullable(Type.Array(LinkInput, { maxItems: 10, description: 'In this order' }))),
  email: Type.Optional(email),
};
const NewAuthor = component(
  'NewAuthor',
  closed(
    { name, ...written },
    {
      ...readOnly,
      description: 'An author to be made',
      examples: [{ name: 'Ada Lovelace', email: 'ada@harbour.example' }],
    },
  ),
);
const AuthorPatch = component(
  'AuthorPatch',
  closed(
    { name: Type.Optional(name), ...written },
    { ...readOnly, description: 'A merge patch of an author', examples: [{ bio: 'Writes about engines' }] },
  ),
);

const editors = { tag: 'Authors', access: 'manage authors' } as const;
const everyone = { tag: 'Authors', access: 'read live', headers: IfNoneMatch } as const;

export const listAuthorsDoor = door({
  ...everyone,
  operationId: 'listAuthors',
  summary: 'List authors',
  description: 'Without a key: those whom a live article names.',
  querystring: closed({
    ...pageQuery,
    q: Type.Optional(
      FilledText(200, {
        description: 'The beginning of a word of the name, regardless of case and accents; of several words, all',
        examples: ['love'],
      }),
    ),
    sort: Type.Optional(
      oneOf(['name', '-articleCount'], {
        default: 'name',
        description: '`name` regardless of case, or the most live articles first',
      }),
    ),
  }),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Authors', AuthorList, { ...LIST_ETAG, ...linkOf('/v1/authors') }) },
});

export const createAuthorDoor = door({
  ...editors,
  operationId: 'createAuthor',
  summary: 'Make an author',
  description:
    'A slug is made from the name where none is sent. The author is shown to everyone once a live article names it.',
  body: NewAuthor,
  refusals: ['slug-taken'],
  answers: { 201: answer('The new author', Author, { ...ETAG, ...locationOf('/v1/authors/1') }) },
});

export const readAuthorDoor = door({
  ...everyone,
  operationId: 'readAuthor',
  summary: 'Read one author',
  description: 'To the anonymous an author exists only while a live article names it.',
  params: ById,
  answers: { 200: answer('The author', Author, ETAG) },
});

export const readAuthorBySlugDoor = door({
  ...everyone,
  operationId: 'readAuthorBySlug',
  summary: 'Read one author by slug',
  description: 'A slug that an author had once leads to the one it has now.',
  params: BySlug('ada-lovelace'),
  answers: { 200: answer('The author', Author, ETAG), 308: moved('/v1/authors/by-slug/ada-king') },
});

export const editAuthorDoor = door({
  ...editors,
  operationId: 'editAuthor',
  summary: 'Change an author',
  description:
    'A merge patch: what is absent stays as it is. Articles show the new name at once; an old slug leads to the new one.',
  params: ById,
  headers: IfMatch,
  body: patch(AuthorPatch),
  refusals: ['slug-taken'],
  answers: { 200: answer('The author', Author, ETAG) },
});

export const deleteAuthorDoor = door({
  ...editors,
  operationId: 'deleteAuthor',
  summary: 'Delete an author',
  description: 'Refused while articles, trashed ones too, name the author; `reassignTo` gives them to another.',
  params: ById,
  headers: IfMatch,
  querystring: closed({ reassignTo: Type.Optional(Id({ description: 'The author who takes over the bylines' })) }),
  refusals: ['author-in-use', 'unknown-reference'],
  answers: { 204: noContent('It is gone') },
});
