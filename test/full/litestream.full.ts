import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { test } from 'tap';
import { restore } from '../../src/store/backup.ts';
import { faultsOf } from '../support/checked.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const ROUNDS = 3;
const WRITERS = 8;
/** How long writers write, and what of their last writes may be missing, in milliseconds. */
const WRITING = 20_000;
const MAY_MISS = 10_000;

/** The binary that the package of this platform brings. */
const LITESTREAM = (() => {
  const require = createRequire(createRequire(import.meta.url).resolve('@flydotio/litestream'));
  const name = `@flydotio/litestream-${process.platform}-${process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'litestream');
})();

/** The configuration that the README shows, with other paths. */
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const configuration = (database: string, replica: string): string => {
  const [, shown] = /```yaml\n(# litestream\.yml\n[^`]*)```/.exec(README) ?? [];
  if (!shown) throw new Error('The README shows no litestream.yml');
  return shown.replace('/srv/galley/data/galley.db', database).replace('/mnt/backup/galley', replica);
};

type Write = { id: number; asked: number; answered: number };

for (let round = 1; round <= ROUNDS; round++) {
  test(`what Litestream restores after a kill of both is an exact beginning of what was acknowledged, ${round}`, {
    timeout: 300_000,
  }, async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, 'data/galley.db');
    const config = join(directory, 'litestream.yml');
    writeFileSync(config, configuration(file, join(directory, 'replica')));
    const environment = { RATE_LIMIT_WRITE: 'off', LOG_LEVEL: 'info' };
    const galley = await startProcess(t, directory, { environment });
    const address = await galley.ready;
    const litestream = spawn(LITESTREAM, ['replicate', '-config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    t.teardown(() => litestream.kill('SIGKILL'));
    let log = '';
    for (const stream of [litestream.stdout, litestream.stderr]) stream.on('data', (text) => (log += text));

    const acknowledged: Write[] = [];
    const key = readKey(directory);
    const write = async (name: string) => {
      for (let n = 1; ; n++) {
        const asked = performance.now();
        const answer = await fetch(`${address}/v1/articles`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ title: `${name} writes ${n}`, body: 'Boats. '.repeat(200) }),
        });
        const { id } = (await answer.json()) as { id: number };
        if (answer.status !== 201) throw new Error(`A write was answered with ${answer.status}`);
        acknowledged.push({ id, asked, answered: performance.now() });
      }
    };
    const writers = Promise.allSettled(Array.from({ length: WRITERS }, (_, n) => write(`writer ${n}`)));
    await sleep(WRITING + Math.random() * 2000);
    const killedAt = performance.now();
    galley.child.kill('SIGKILL');
    litestream.kill('SIGKILL');
    for (const end of await writers)
      t.ok(end.status === 'rejected' && end.reason instanceof TypeError, 'each writer wrote until nobody answered');
    if (litestream.signalCode === null) await once(litestream, 'close');

    const output = join(directory, 'restored.db');
    const child = spawn(LITESTREAM, ['restore', '-config', config, '-o', output, file], { stdio: 'pipe' });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    const [code] = await once(child, 'close');
    t.equal(code, 0, said);

    const listCreated = (path: string): number[] => {
      const connection = new Database(path);
      const ids = connection.prepare("select entity_id from events where type = 'article.created' order by id");
      const found = ids.pluck().all() as number[];
      connection.close();
      return found;
    };
    const committed = listCreated(file);
    const there = listCreated(output);
    t.same(there, committed.slice(0, there.length), 'a beginning of the order of commits, nothing in between missing');
    const has = new Set(there);
    const missing = acknowledged.filter(({ id }) => !has.has(id));
    const oldest = Math.min(...missing.map(({ answered }) => answered));
    const behind = missing.length === 0 ? 0 : Math.round(killedAt - oldest);
    const generations = log.match(/new generation/g)?.length ?? 0;
    t.comment(
      `${acknowledged.length} acknowledged, ${missing.length} missing, the oldest ${behind} ms before the kill`,
    );
    t.comment(
      `${generations} generations; ${log.split('\n').filter((line) => /ERROR|WARN/.test(line)).length} complaints`,
    );
    t.ok(behind <= MAY_MISS, `${behind} ms`);
    t.ok(there.length > 0);

    const restored = await restore({ engine: 'sqlite', file }, output);
    t.equal(restored.articles, there.length);
    t.same(await faultsOf(t, { engine: 'sqlite', file }), []);
    const again = await startProcess(t, directory, { environment });
    const answer = await fetch(`${await again.ready}/v1/articles/${there.at(-1)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    t.equal(answer.status, 200, 'Galley serves from it');
    t.equal((await again.stop()).code, 0);
  });
}
