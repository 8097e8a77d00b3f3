import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { exportContent } from '../../src/features/exports/actions.ts';
import { importRecords } from '../../src/features/imports/actions.ts';
import { emptyReport } from '../../src/features/imports/report.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { startGalley } from '../support/app.ts';

/** 500,000 characters, of which JSON escapes those of one byte with six. */
const longest = (letter: string) => `${letter.repeat(99)}\n`.repeat(5000);

test('the longest texts, live and in a working copy, go out and come in', { timeout: 600_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-longest-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const renderer = createRenderer({ threads: 1, embedHosts: [], timeLimit: 60_000 });
  t.teardown(() => renderer.close());
  const [first, second] = [await startGalley(t), await startGalley(t)];
  const { ask, keys, authorId } = first;
  for (const [n, letter] of ['🛟', '\u0001', '"', '語'].entries()) {
    const sent = { title: `Long ${n}`, authorIds: [authorId], body: longest(letter), status: 'published' };
    const made = await ask('POST', '/v1/articles', { key: keys.editor, body: sent });
    t.equal(made.status, 201, letter);
    const copy = { body: `${longest(letter).slice(0, -1)}.` };
    const url = `/v1/articles/${made.body.id}/working-copy`;
    t.equal((await ask('PATCH', url, { key: keys.editor, body: copy })).status, 200, letter);
  }
  const path = join(directory, 'long.ndjson.gz');
  const again = join(directory, 'again.ndjson.gz');
  await exportContent({ store: first.store, clock: () => first.clock.now }, { format: 'ndjson', to: path });
  const parts = { store: second.store, clock: () => first.clock.now, renderer };
  const report = emptyReport();
  await importRecords(parts, { format: 'records', path, defaultAuthor: null, pages: false, report });
  t.same(report.problems, []);
  t.match(report.counts.article, { created: 4 });
  await exportContent(parts, { format: 'ndjson', to: again });
  t.ok(readFileSync(path).equals(readFileSync(again)), 'byte for byte');
});
