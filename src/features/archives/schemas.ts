/** What passes through the door of archives. */
import { Type } from 'typebox';
import { answer, door, IfNoneMatch, LIST_ETAG } from '../../http/door.ts';
import { component } from '../../http/schema.ts';

const example = { month: '2026-11', count: 12 };

const ArchiveMonth = component(
  'ArchiveMonth',
  Type.Object(
    {
      month: Type.String({ description: 'Year and month, in the time zone of the site' }),
      count: Type.Integer({ description: 'How many live articles were published in it' }),
    },
    { description: 'A month in which live articles were published', examples: [example] },
  ),
);

const Archives = component(
  'Archives',
  Type.Object(
    { data: Type.Array(ArchiveMonth, { description: 'Newest first; months without articles are left out' }) },
    { description: 'The months of a publication', examples: [{ data: [example] }] },
  ),
);

export const listArchivesDoor = door({
  operationId: 'listArchives',
  summary: 'List the months in which live articles were published',
  description: 'Its articles are those of `GET /v1/articles` between `publishedAfter` and `publishedBefore`.',
  tag: 'Articles',
  access: 'read live',
  headers: IfNoneMatch,
  answers: { 200: answer('The months', Archives, LIST_ETAG) },
});
