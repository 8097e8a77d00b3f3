/** How the past of an article is stored: what it takes, that it comes back byte for byte, and that it is true exactly when its change is. */
import { statSync } from 'node:fs';
import { and, asc, eq } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { changeArticle, createArticle, editArticle } from '../../src/features/articles/actions.ts';
import { readVersion } from '../../src/features/revisions/actions.ts';
import { ensureSite } from '../../src/features/site/actions.ts';
import type { Renderer } from '../../src/rendering/renderer.ts';
import type { StoreAddress } from '../../src/store/address.ts';
import type { Origin } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { newDatabase, openTestStore } from '../support/database.ts';
import { writerOf } from '../support/prose.ts';

/** A renderer that makes nothing of a text: what is stored of it is not what is looked at here. */
const renderer: Renderer = {
  renderBody: async () => ({ html: '', wordCount: 0, excerpt: '', text: '', searched: '' }),
  renderComment: async () => ({ html: '', text: '' }),
  readSearched: async () => '',
  readSnippet: async () => '',
  waiting: 0,
  close: async () => {},
};
const editor: Origin = { caller: { keyId: 1, keyName: 'Desk', role: 'editor', authorId: null }, requestId: null };
const { caller } = editor;

const partsOf = (store: Store) => {
  let now = Date.parse('2026-11-22T07:00:00.000Z');
  return { store, renderer, clock: () => new Date(now++) };
};

const openDesk = async (t: Test) => {
  const parts = partsOf(await openTestStore(t));
  await ensureSite(parts);
  const make = async (body: string, more: object = {}): Promise<number> =>
    (await createArticle(parts, editor, { title: 'T', body, ...more })).row.id;
  const edit = (id: number, input: object) => editArticle(parts, editor, id, 'any', input);
  const bodyOf = async (id: number, version: number) => (await readVersion(parts, caller, id, version)).body;
  return { ...parts, parts, make, edit, bodyOf };
};

/** What is stored of the past of an article, the oldest first. */
const rowsOf = async ({ db, tables: { revisions } }: Store, id: number) =>
  db.select().from(revisions).where(eq(revisions.articleId, id)).orderBy(asc(revisions.version));

const bytesOf = (rows: Awaited<ReturnType<typeof rowsOf>>): number =>
  rows.reduce((sum, { snapshot, text, changedFields }) => {
    const kept = (snapshot?.length ?? 0) + (text?.length ?? 0);
    return sum + kept + JSON.stringify(changedFields).length;
  }, 0);

/** The bytes of a database that nobody has open; undefined where it is no file. */
const sizeOf = (address: StoreAddress): number | undefined =>
  address.engine === 'sqlite' ? statSync(address.file).size : undefined;

const MEBIBYTE = 1024 * 1024;

test('a hundred edits of an article of 100 KB take less than 3 MB, and every version reads back byte for byte', async (t) => {
  const address = await newDatabase(t);
  const withStore = async <T>(work: (parts: ReturnType<typeof partsOf>) => Promise<T>): Promise<T> => {
    const store = await openStore(address);
    try {
      return await work(partsOf(store));
    } finally {
      await store.close();
    }
  };
  const writer = writerOf(11);
  const bodies = [writer.article(100_000)];
  while (bodies.length <= 100) bodies.push(writer.edited(bodies.at(-1) as string));
  const id = await withStore(async (parts) => {
    await ensureSite(parts);
    return (await createArticle(parts, editor, { title: 'T', body: bodies[0] as string })).row.id;
  });
  const before = sizeOf(address);
  await withStore(async (parts) => {
    for (const body of bodies.slice(1)) await editArticle(parts, editor, id, 'any', { body });
  });
  const after = sizeOf(address);
  await withStore(async (parts) => {
    const rows = await rowsOf(parts.store, id);
    t.equal(rows.length, 101);
    t.ok(bytesOf(rows) < 3 * MEBIBYTE, `${bytesOf(rows)} bytes in the table`);
    if (before !== undefined && after !== undefined)
      t.ok(after - before < 3 * MEBIBYTE, `the file grew by ${after - before} bytes`);
    t.ok(rows.filter(({ textSteps }) => textSteps === 0).length >= 2, 'now and then a text is kept whole');
    t.match(rows.at(-1), { version: 101, snapshot: null, text: null, textSteps: null }, 'the newest is stored once');
    for (const [i, body] of bodies.entries()) {
      if ((await readVersion(parts, caller, id, i + 1)).body !== body) t.fail(`version ${i + 1} reads otherwise`);
    }
  });
});

test('texts of every script and length read back, whatever came between them', async (t) => {
  const { make, edit, bodyOf } = await openDesk(t);
  const emoji = writerOf(2, '🌫🌊⚓️👩‍🔧🚢').article(250_000);
  const texts = [
    'plain',
    writerOf(3, 'قهوةمرفأليل').article(4000),
    writerOf(4, '夜晚的港口漁船燈塔').article(4000),
    writerOf(5, 'портночьтуман').article(4000),
    emoji,
    `${emoji}${emoji.slice(0, 100)}`,
    '🚢'.repeat(500_000),
    `⚓${'🚢'.repeat(499_998)}⚓`,
    '',
    'e\u0301 and é, \r\n and \n, \u2028, \ufeff',
    writerOf(6).article(500_000),
  ];
  const id = await make(texts[0] as string);
  for (const body of texts.slice(1)) await edit(id, { body });
  for (const [i, text] of texts.entries()) t.ok((await bodyOf(id, i + 1)) === text, `version ${i + 1}`);
});

test('a version with the body of the next one stores none, however many there are', async (t) => {
  const { store, make, edit, bodyOf } = await openDesk(t);
  const id = await make('The first.');
  for (let i = 0; i < 5; i++) await edit(id, { title: `Title ${i}` });
  await edit(id, { body: 'The second.' });
  for (let i = 0; i < 5; i++) await edit(id, { metadata: { i } });
  const rows = await rowsOf(store, id);
  t.same(
    rows.filter(({ text }) => text !== null).map(({ version }) => version),
    [6],
    'only where the next one has another',
  );
  t.ok(rows.slice(0, -1).every(({ snapshot }) => snapshot !== null && snapshot.length < 500));
  for (let version = 1; version <= 12; version++)
    t.equal(await bodyOf(id, version), version <= 6 ? 'The first.' : 'The second.', `version ${version}`);
});

test('a text is kept whole after fifty others, and where a delta would save little', async (t) => {
  const { store, make, edit } = await openDesk(t);
  const writer = writerOf(7);
  const bodies = [writer.article(3000)];
  const id = await make(bodies[0] as string);
  for (let i = 0; i < 120; i++) {
    bodies.push(`${bodies.at(-1)} and ${i}`);
    await edit(id, { body: bodies.at(-1) as string });
  }
  await edit(id, { body: writerOf(8).article(3000) });
  await edit(id, { body: 'Nothing of it.' });
  const steps = (await rowsOf(store, id)).map(({ textSteps }) => textSteps);
  t.equal(Math.max(...steps.map((step) => step ?? 0)), 49);
  t.same([steps[49], steps[99]], [0, 0], 'the fiftieth and the hundredth');
  t.same([steps[120], steps[121]], [0, 0], 'and what has nothing of the next');
});

test('a version without a row, as of a store that is older than its rows, is kept all the same', async (t) => {
  const { store, make, edit, parts } = await openDesk(t);
  const { revisions } = store.tables;
  const id = await make('The first.');
  await edit(id, { body: 'The second.' });
  await edit(id, { body: 'The third.' });
  for (const version of [1, 3])
    await store.transaction(async ({ db }) => {
      await db.delete(revisions).where(and(eq(revisions.articleId, id), eq(revisions.version, version)));
    });
  await edit(id, { body: 'The fourth.', title: 'Other' });
  t.match(await readVersion(parts, caller, id, 3), {
    ...{ version: 3, by: null, changedFields: [], body: 'The third.' },
    snapshot: { title: 'T' },
  });
  t.match(await readVersion(parts, caller, id, 2), { body: 'The second.' });
  await t.rejects(readVersion(parts, caller, id, 1), { code: 'not-found' });
});

test('what was is kept in the transaction of its change, or not at all', async (t) => {
  const { store, make, edit, parts } = await openDesk(t);
  const id = await make('The first.');
  await edit(id, { title: 'Second' });
  const before = await rowsOf(store, id);
  const failing = changeArticle(
    {
      ...parts,
      store: {
        ...store,
        transaction: (work) =>
          store.transaction(async (tx) => {
            await work(tx);
            throw new Error('cut off at the end');
          }),
      },
    },
    editor,
    id,
    'any',
    { input: { body: 'Never stored.' } },
  );
  await t.rejects(failing, { message: 'cut off at the end' });
  t.strictSame(await rowsOf(store, id), before);
  await t.rejects(editArticle(parts, editor, id, 'any', { authorIds: [99] }), { code: 'unknown-reference' });
  await t.rejects(editArticle(parts, editor, id, { versions: [1] }, { title: 'Late' }), { code: 'version-mismatch' });
  await t.rejects(createArticle(parts, editor, { title: 'T', authorIds: [99] }), { code: 'unknown-reference' });
  await edit(id, { title: 'Second' });
  t.strictSame(await rowsOf(store, id), before, 'neither does a refused change, nor one that changes nothing');
  const all = await store.db.select({ id: store.tables.revisions.articleId }).from(store.tables.revisions);
  t.same(new Set(all.map((row) => row.id)), new Set([id]));
});
