import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tap, { type Test, test } from 'tap';
import { keyOfComment } from '../../src/features/comments/key-rules.ts';
import { exportContent } from '../../src/features/exports/actions.ts';
import { importRecords } from '../../src/features/imports/actions.ts';
import { emptyReport } from '../../src/features/imports/report.ts';
import { ensureSite } from '../../src/features/site/actions.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Galley, startGalley } from '../support/app.ts';
import { makeWholeContent } from '../support/whole-content.ts';

const renderer = createRenderer({ threads: 1, embedHosts: ['www.youtube-nocookie.com'], timeLimit: 30_000 });
tap.teardown(() => renderer.close());

const newDirectory = (t: Test): string => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-round-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
};

type Place = Pick<Galley, 'store' | 'clock'>;

const exported = async ({ store, clock }: Place, path: string) => {
  const done = await exportContent({ store, clock: () => clock.now }, { format: 'ndjson', to: path });
  return { ...done, text: readFileSync(path, 'utf8') };
};

const imported = async ({ store, clock }: Place, path: string) => {
  const report = emptyReport();
  await importRecords(
    { store, clock: () => clock.now, renderer },
    { format: 'records', path, defaultAuthor: null, pages: false, report },
  );
  return report;
};

/**
 * What differs between two stores of the same content: ids and what holds them, versions, and what belongs to one store:
 * when its site was changed, where a comment came from and by which token its guest may change it, what it was imported
 * as. Cards hold a version, and are compared without; off the shelf of what is published nobody reads them.
 */
const LEFT_OUT: Record<string, readonly string[]> = {
  site: ['updatedAt'],
  articles: ['version'],
  authors: ['version'],
  tags: ['version'],
  comments: ['version', 'addressHash', 'editTokenHash', 'editableUntil', 'importedAs'],
  workingCopies: ['version', 'bases'],
};
const TABLES = [
  ...(['site', 'authors', 'tags', 'authorWords', 'tagWords', 'articles', 'contents', 'articleAuthors'] as const),
  ...(['articleTags', 'dueMoments', 'comments', 'workingCopies', 'slugHistory'] as const),
];

/** Every row of the tables of content, with names in the place of ids. */
const rowsOf = async ({ db, tables }: Store) => {
  const names = async (table: 'authors' | 'tags' | 'articles') =>
    new Map(
      (await db.select({ id: tables[table].id, slug: tables[table].slug }).from(tables[table])).map((row) => [
        row.id,
        row.slug,
      ]),
    );
  const [authors, tags, articles] = [await names('authors'), await names('tags'), await names('articles')];
  const comments = new Map((await db.select().from(tables.comments)).map((row) => [row.id, keyOfComment(row)]));
  const named: Record<string, (value: never, row: never) => unknown> = {
    authorId: (id: number) => authors.get(id),
    tagId: (id: number) => tags.get(id),
    articleId: (id: number) => articles.get(id),
    parentId: (id: number) => comments.get(id),
    entityId: (id: number, { kind }: { kind: string }) =>
      (kind.endsWith('tag') ? tags : kind.endsWith('author') ? authors : articles).get(id),
    card: (card: Buffer, { shelf }: { shelf: string }) =>
      shelf === 'published' && { ...JSON.parse(card.toString()), version: 0 },
    cardNames: (card: { authorIds: number[]; tagIds: number[] }, { shelf }: { shelf: string }) =>
      shelf === 'published' && [card.authorIds.map((id) => authors.get(id)), card.tagIds.map((id) => tags.get(id))],
    page: (page: Buffer) => page.toString(),
    fields: (fields: Record<string, unknown> & { authorIds?: number[]; tags?: number[] }) => ({
      ...fields,
      authorIds: fields.authorIds?.map((id) => authors.get(id)),
      tags: fields.tags?.map((id) => tags.get(id)),
    }),
  };
  const found: Record<string, unknown[]> = {};
  for (const name of TABLES) {
    const rows = (await db.select().from(tables[name])) as Record<string, unknown>[];
    const shown = rows
      .filter((row) => name !== 'workingCopies' || row.fields !== null)
      .map((row) =>
        Object.fromEntries(
          Object.entries(row)
            .filter(([column]) => !['id', ...(LEFT_OUT[name] ?? [])].includes(column))
            .map(([column, value]) => [
              column,
              value === null && !column.startsWith('card')
                ? null
                : (named[column]?.(value as never, row as never) ?? value),
            ]),
        ),
      );
    found[name] = shown.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  return found;
};

const OF_A_STORE = [
  'id',
  'version',
  'articleId',
  'parentId',
  'articleVersion',
  'nextReplies',
  'next',
  'previous',
  'prev',
  'requestId',
];

/** An answer without what only one store has. */
const shown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !OF_A_STORE.includes(name));
  return Object.fromEntries(members.map(([name, member]) => [name, shown(member)]));
};

/** What lists and details answer, to everyone and to editors. */
const answersOf = async ({ ask, keys }: Galley) => {
  const answers: Record<string, unknown> = {};
  for (const key of [null, keys.editor]) {
    const read = async (url: string) => {
      const { status, body, headers } = await ask('GET', url, { key });
      answers[`${key === null ? 'anyone' : 'editor'} ${url}`] = [status, headers.location, shown(body)];
      return body;
    };
    for (const list of ['site', 'authors', 'tags', 'archives', 'comments/summary', 'search?q=main'])
      await read(`/v1/${list}`);
    for (const slug of [
      'authors/by-slug/grace',
      'authors/by-slug/yamada-old',
      'tags/by-slug/nacht',
      'tags/by-slug/desk',
      'articles/by-slug/old-name',
      'articles/by-slug/was',
    ])
      await read(`/v1/${slug}`);
    if (key !== null)
      for (const status of ['pending', 'approved', 'spam', 'trash'])
        await read(`/v1/comments?status=${status}&limit=100`);
    if (key !== null) await read('/v1/articles?status=trashed');
    const { data } = await read('/v1/articles?limit=100');
    for (const { id, slug } of data) {
      const { body, status } = await ask('GET', `/v1/articles/${id}`, { key });
      const comments = await ask('GET', `/v1/articles/${id}/comments?view=tree&limit=100`, { key });
      const copy = key === null ? null : await ask('GET', `/v1/articles/${id}/working-copy`, { key });
      answers[`${key === null ? 'anyone' : 'editor'} ${slug}`] = shown([
        status,
        body,
        comments.body,
        copy?.status === 200 && copy.body,
      ]);
    }
  }
  return answers;
};

test('what is exported and imported elsewhere is the same there, row by row and answer by answer', async (t) => {
  const directory = newDirectory(t);
  const first = await startGalley(t);
  await makeWholeContent(t, first);
  const out = await exported(first, join(directory, 'first.ndjson'));
  t.match(out.counts, { authors: 3, tags: 5, articles: 11, comments: 17 });
  t.equal(Buffer.byteLength(out.text), out.bytes);

  // An empty store, but for the keys that the test asks by, and an author as the first store began with.
  const second = await startGalley(t);
  second.clock.now = first.clock.now;
  const report = await imported(second, join(directory, 'first.ndjson'));
  t.same(
    report.problems.filter(({ code }) => code !== 'sanitised'),
    [],
    'nothing is left out or altered',
  );
  t.match(report.counts, {
    skipped: 0,
    unchanged: 1,
    site: { created: 1 },
    article: { created: 11 },
    comment: { created: 17 },
  });

  const [were, are] = [await rowsOf(first.store), await rowsOf(second.store)];
  for (const name of TABLES) t.same(are[name], were[name], name);
  t.ok(
    TABLES.every((name) => (were[name]?.length ?? 0) > 0),
    'each of them has something to compare',
  );
  t.same(await answersOf(second), await answersOf(first));

  const again = await exported(second, join(directory, 'second.ndjson'));
  t.equal(again.text, out.text, 'byte for byte');
  for (const place of [second, first])
    t.match((await imported(place, join(directory, 'first.ndjson'))).counts, { created: 0, skipped: 0 });
  t.equal((await exported(first, join(directory, 'third.ndjson'))).text, out.text, 'also where it came from');

  // The way to another engine: in a run about PostgreSQL this one is SQLite.
  const store = await openStore({ engine: 'sqlite', file: join(directory, 'other.db') });
  t.teardown(() => store.close());
  const other = { store, clock: first.clock };
  await ensureSite({ store, clock: () => first.clock.now });
  t.match((await imported(other, join(directory, 'second.ndjson'))).counts, { unchanged: 0, skipped: 0 });
  t.equal((await exported(other, join(directory, 'other.ndjson.gz.ndjson'))).text, out.text);
});

test('an export is of one moment, whatever is written meanwhile, and leaves no half file', async (t) => {
  const directory = newDirectory(t);
  const galley = await startGalley(t);
  const { store, clock, ask, keys } = galley;
  const make = (title: string) => ask('POST', '/v1/articles', { key: keys.editor, body: { title } });
  await make('Before');
  const path = join(directory, 'a.ndjson');
  let isWritten = false;
  await store.snapshot(async (at) => {
    await make('Meanwhile');
    isWritten = (await at.db.$count(at.tables.articles)) === 1 && (await store.db.$count(store.tables.articles)) === 2;
    await t.rejects(at.db.delete(at.tables.articles), 'it only reads');
  });
  t.ok(isWritten, 'others write, and it sees nothing of it');
  const ending = new AbortController();
  const parts = { store, clock: () => clock.now };
  const onProgress = () => ending.abort();
  await t.rejects(exportContent(parts, { format: 'ndjson', to: path, signal: ending.signal, onProgress }));
  t.throws(() => readFileSync(path), { code: 'ENOENT' });
  t.throws(() => readFileSync(`${path}.part`), { code: 'ENOENT' });
  await t.rejects(exportContent(parts, { format: 'ndjson', to: join(directory, 'no/where') }), {
    message: /cannot write .*: there is no such directory$/,
  });
  await make('After');
  t.match((await exportContent(parts, { format: 'ndjson', to: path })).counts, { articles: 3 });
});
