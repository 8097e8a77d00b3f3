/** What passes through the doors of imports. */
import { Type } from 'typebox';
import { answer, door, fileOf, IfNoneMatch, LIST_ETAG, linkOf, locationOf, noContent } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { ById, closed, component, FILE_NAME_PATTERN, Id, Moment, nullable, oneOf } from '../../http/schema.ts';
import { KINDS } from '../formats/records.ts';
import { FORMATS } from './formats.ts';
import { MOST_KEPT } from './progress.ts';
import { type Counts, noCounts } from './report.ts';

/** The media types that a file may be sent as; what it is says its format, gzip is known by its content. */
export const FILE_TYPES = [
  ...['application/x-ndjson', 'application/jsonl', 'application/json', 'application/xml', 'text/xml'],
  ...['text/markdown', 'application/x-tar', 'application/gzip', 'application/octet-stream'],
];

const LINE =
  '{"kind":"article","source":"blog:harbour","title":"The harbour","publishedAt":"2025-04-01T07:00:00Z","authors":["ada-lovelace"],"body":"The *first* boats."}\n';
const ImportFile = component(
  'ImportFile',
  Type.String({ format: 'binary', description: 'The file itself, gzip or not', examples: [LINE] }),
);

const number = (description: string) => Type.Integer({ description });
const Tally = component(
  'ImportTally',
  Type.Object(
    {
      read: number('How many were read: those created, unchanged and skipped together'),
      created: number('How many were stored'),
      unchanged: number('How many were there already, and stay as they were'),
      skipped: number('How many were not taken; the problems say why'),
    },
    { description: 'What became of records', examples: [{ read: 3, created: 1, unchanged: 1, skipped: 1 }] },
  ),
);
const Made = component(
  'ImportMade',
  Type.Object(
    { authors: number('How many authors'), tags: number('How many tags') },
    { description: 'What was made because an article names it', examples: [{ authors: 1, tags: 0 }] },
  ),
);
const of = <T extends readonly string[]>(kinds: T) =>
  Object.fromEntries(kinds.map((kind) => [kind, Tally])) as Record<T[number], typeof Tally>;
const { read, created, unchanged, skipped } = Type.Object({
  read: number('How many records were read so far'),
  created: number('How many were stored'),
  unchanged: number('How many were there already'),
  skipped: number('How many were not taken'),
}).properties;
const CountsOf = component(
  'ImportCounts',
  Type.Object(
    { ...{ read, created, unchanged, skipped }, ...of(KINDS), other: Tally, made: Made },
    { description: 'What became of the records so far, of all and of each kind', examples: [noCounts()] },
  ),
);
const ImportProblem = component(
  'ImportProblem',
  Type.Object(
    {
      line: number('Where the record begins in its file, from 1'),
      kind: nullable(oneOf(KINDS, { description: 'What kind of record it is; null where nobody can tell' })),
      record: nullable(Type.String({ description: 'What the record is called in its file' })),
      outcome: oneOf(['skipped', 'altered', 'kept'], {
        description:
          '`skipped`: nothing of it is stored; `altered`: it is stored otherwise than it was written; `kept`: something ' +
          'else is stored there already, and stays',
      }),
      field: nullable(Type.String({ description: 'A JSON pointer; null: the record as a whole' })),
      code: Type.String({ description: 'What is to be said, in a word' }),
      reason: Type.String({ description: 'The same in a sentence; it may quote the record' }),
    },
    {
      description: 'A record that did not go in as it was',
      examples: [
        {
          ...{ line: 2, kind: 'article', record: 'blog:harbour', outcome: 'altered', field: '/slug' },
          ...{ code: 'slug-taken', reason: 'harbour is the slug of article 7: imported as harbour-2' },
        },
      ],
    },
  ),
);

const fields = {
  id: Id(),
  status: oneOf(['queued', 'running', 'done', 'failed'], {
    description:
      '`queued`: others are before it; `failed`: the file could not be read to its end, or is gone: `fault` says why',
  }),
  format: oneOf(FORMATS),
  name: Type.String({ description: 'What the file is called' }),
  defaultAuthor: nullable(Type.String()),
  pages: Type.Boolean(),
  bytes: Type.Integer({ maximum: Number.MAX_SAFE_INTEGER, format: 'int64', description: 'How large the file is' }),
  counts: CountsOf,
  problemCount: number('How many problems there are'),
  fault: nullable(Type.String({ description: 'Why it failed; what was stored before stays' })),
  keyId: nullable(Type.Integer({ description: 'The key that sent it' })),
  createdAt: Moment(),
  startedAt: nullable(Moment()),
  finishedAt: nullable(Moment()),
};
const counts: Counts = {
  ...noCounts(),
  ...{ read: 2, created: 2, unchanged: 0, skipped: 0 },
  article: { read: 2, created: 2, unchanged: 0, skipped: 0 },
};
const summaryExample = {
  ...{
    id: 7,
    status: 'done',
    format: 'records',
    name: 'upload',
    defaultAuthor: null,
    pages: false,
    bytes: 318,
    counts,
  },
  ...{ problemCount: 1, fault: null, keyId: 1, createdAt: '2026-11-22T07:00:00.000Z' },
  ...{ startedAt: '2026-11-22T07:00:01.000Z', finishedAt: '2026-11-22T07:00:02.000Z' },
};
const problems = Type.Array(ImportProblem, { description: `The first ${MOST_KEPT} of them` });
const problemExample = {
  ...{ line: 2, kind: 'article', record: 'blog:harbour', outcome: 'altered', field: '/slug', code: 'slug-taken' },
  reason: 'harbour is the slug of article 7: imported as harbour-2',
};
const Import = component(
  'Import',
  Type.Object(
    { ...fields, problems },
    {
      description: 'A file that was sent to be imported, and what became of it',
      examples: [{ ...summaryExample, problems: [problemExample] }],
    },
  ),
);
const ImportSummary = component(
  'ImportSummary',
  Type.Object(fields, { description: 'An import without its problems', examples: [summaryExample] }),
);
const ImportList = listOf('ImportList', ImportSummary, 'Imports, the newest first');

const shared = { tag: 'Imports', access: 'import content' } as const;

export const createImportDoor = door({
  ...shared,
  operationId: 'createImport',
  summary: 'Import a file',
  description:
    'The body is the file itself, as large as `IMPORT_MAX_BYTES` allows. It is stored, and imported one at a time beside ' +
    'all else: the import at `Location` tells how far that is. What is there already stays as it is, so the same file ' +
    'sent again changes nothing. A running import survives a restart of the service.',
  takes: FILE_TYPES,
  querystring: closed({
    format: oneOf(FORMATS, { description: 'What the file is' }),
    name: Type.Optional(
      Type.String({
        ...{ minLength: 1, maxLength: 100, pattern: FILE_NAME_PATTERN, default: 'upload' },
        description:
          'What the file is called. Records that do not say what they come from are told apart by it: send a file under ' +
          'the name it had the first time',
        examples: ['blog.ndjson'],
      }),
    ),
    defaultAuthor: Type.Optional(
      Type.String({
        ...{ minLength: 1, maxLength: 120, pattern: '[\\p{L}\\p{N}]' },
        description: 'The author of articles that name none, by its key; else they become drafts',
        examples: ['ada-lovelace'],
      }),
    ),
    pages: Type.Optional(
      Type.Boolean({ default: false, description: 'Takes pages as articles; else they are told and skipped' }),
    ),
  }),
  body: fileOf(FILE_TYPES, ImportFile),
  answers: { 202: answer('The import, which waits to be done', Import, locationOf('/v1/imports/7')) },
});

export const listImportsDoor = door({
  ...shared,
  operationId: 'listImports',
  summary: 'List imports',
  description: 'The newest first, without their problems.',
  querystring: closed(pageQuery),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Imports', ImportList, { ...LIST_ETAG, ...linkOf('/v1/imports') }) },
});

export const readImportDoor = door({
  ...shared,
  operationId: 'readImport',
  summary: 'Read one import',
  description: 'How far it is, and what is to be said of its records so far.',
  params: ById,
  headers: IfNoneMatch,
  answers: { 200: answer('The import', Import, LIST_ETAG) },
});

export const deleteImportDoor = door({
  ...shared,
  operationId: 'deleteImport',
  summary: 'Delete an import, ending it where it is not done',
  description: 'One that is being done ends between two transactions. What it has stored stays; its report is gone.',
  params: ById,
  answers: { 204: noContent('It is gone') },
});
