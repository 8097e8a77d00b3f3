/** What passes through the door of the search. */
import { Type } from 'typebox';
import { LONGEST_QUERY } from '../../core/search-query.ts';
import { answer, door, IfNoneMatch, LIST_ETAG } from '../../http/door.ts';
import { closed, component, Id, nullable, oneOf, QueryList } from '../../http/schema.ts';

const example = {
  type: 'article',
  id: 7,
  slug: 'the-harbour-at-night',
  title: 'The harbour at night',
  snippet: 'The first boats are in the <mark>harbour</mark>.',
};

const FoundThing = component(
  'FoundThing',
  Type.Object(
    {
      type: oneOf(['article', 'author', 'tag'], { description: 'What it is' }),
      id: Id(),
      slug: Type.String({ description: 'Its name in addresses' }),
      title: Type.String({ description: 'Its title or name, as plain text' }),
      snippet: nullable(
        Type.String({
          description:
            'Some 200 characters of its text, bio or description, as HTML in which `mark` is the only element',
        }),
      ),
    },
    { description: 'Something that was found', examples: [example] },
  ),
);

const FoundList = component(
  'FoundList',
  Type.Object({ data: Type.Array(FoundThing) }, { description: 'What was found', examples: [{ data: [example] }] }),
);

export const searchDoor = door({
  tag: 'Search',
  access: 'read live',
  headers: IfNoneMatch,
  operationId: 'search',
  summary: 'Search articles, authors and tags, for a search box',
  description:
    'Articles by relevance, as `GET /v1/articles?q=`; then authors, then tags, by the beginnings of the words of ' +
    'their names. Each type has an equal share of the places, and those that others do not need.',
  querystring: closed({
    q: Type.String({
      minLength: 1,
      maxLength: LONGEST_QUERY,
      description: 'What is searched for: words, the last of which may be a beginning, `"phrases"`, `-not`',
      examples: ['harb'],
    }),
    types: Type.Optional(
      QueryList(oneOf(['articles', 'authors', 'tags']), {
        description: 'Any of these; all unless said',
        examples: [['articles', 'tags']],
      }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 20, default: 10, description: 'How many, at most', examples: [10] }),
    ),
  }),
  answers: { 200: answer('What was found', FoundList, LIST_ETAG) },
});
