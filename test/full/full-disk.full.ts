/** A disk that is full, and one that fails to sync, under every write route of the document, in a real process. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { type Test, test } from 'tap';
import { ROLES, type Role } from '../../src/core/access.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Answer, Asked as AskedOf } from '../support/app.ts';
import { CHANGES_AND_DELETIONS } from '../support/changes-and-deletions.ts';
import { compileFailingDisk, switchesIn } from '../support/failing-disk.ts';
import { type Asked, type Door, POSTS } from '../support/posts.ts';
import { type Process, readKey, startProcess, temporaryDirectory } from '../support/process.ts';

/** How a disk is broken and mended, and the statuses of a write meanwhile. */
type Fault = {
  refusals: number[];
  environment?: Record<string, string>;
  fail: () => void;
  mend: () => void;
};

/** All that is stored, as text, but what the work beside requests writes when it likes. */
const OF_THE_WORK = /^(?:sqlite_|touches|purge_targets|outcomes|.*_(?:words|text|search|index)|.*fts)/;
const describeStore = (file: string): string => {
  const database = new Database(file);
  try {
    const names = database
      .prepare("select name from sqlite_master where type = 'table' and sql not like '%virtual%' order by name")
      .pluck()
      .all() as string[];
    const tables = names
      .filter((name) => !OF_THE_WORK.test(name))
      .map((name) => {
        const rows = database.prepare(`select * from "${name}"`).all() as Record<string, unknown>[];
        return rows.map((row) => `${name} ${JSON.stringify({ ...row, last_used_at: undefined })}`).sort();
      });
    return tables.flat().join('\n');
  } finally {
    database.close();
  }
};

/** What a process that starts now would find: a copy is recovered from its log as the store itself would be. */
const found = (directory: string, file: string): string => {
  const copy = join(directory, 'found.db');
  for (const end of ['', '-wal', '-shm']) rmSync(copy + end, { force: true });
  for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end);
  return describeStore(copy);
};

const differing = (before: string, after: string): string[] => {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  return [...[...old].filter((row) => !now.has(row)), ...[...now].filter((row) => !old.has(row))];
};

type Prepared = {
  name: string;
  method: string;
  url: string;
  role: Role | null;
  body?: object | string;
  headers: object;
};

const asker =
  (address: string): Asked['ask'] =>
  async (method, path, { key, body, headers = {} }: AskedOf = {}) => {
    const answer = await fetch(address + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...(key && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      text,
      headers: Object.fromEntries(answer.headers),
      body: answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined,
    } as Answer;
  };

/** Starts a process and makes keys and an author, as `startGalley` does. */
const settle = async (t: Test, directory: string, file: string, address: string): Promise<Asked> => {
  const ask = asker(address);
  const admin = readKey(directory);
  const author = await ask('POST', '/v1/authors', { key: admin, body: { name: 'Ada Lovelace' } });
  const keys = { admin } as Asked['keys'];
  for (const role of ROLES.filter((each) => each !== 'admin'))
    keys[role] = (await ask('POST', '/v1/keys', { key: admin, body: { name: role, role } })).body.secret;
  const store = openSqlite(file);
  t.teardown(() => store.close());
  return { ask, keys, authorId: author.body.id, store };
};

/** A good request for every write of the document. */
const prepareAll = async (asked: Asked): Promise<Prepared[]> => {
  const document = (await asked.ask('GET', '/openapi.json')).body;
  const writes = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((item) =>
    Object.entries(item).filter(([method]) => method !== 'get'),
  );
  writes.sort(([one], [other]) => other.localeCompare(one)); // POSTs first: some count on the first ids
  const prepared: Prepared[] = [];
  for (const [method, { operationId: name }] of writes) {
    const post: Door | undefined = POSTS[name];
    const door = post ?? CHANGES_AND_DELETIONS[name];
    if (door === undefined) throw new Error(`There is no good request of ${name}`);
    const body = post ? post.bodies?.[0] : CHANGES_AND_DELETIONS[name]?.body;
    const url = await door.prepare(asked);
    const { role = 'editor' } = door;
    prepared.push({
      name,
      method: method.toUpperCase(),
      url,
      role,
      ...(body && { body }),
      headers: post?.headers ?? {},
    });
  }
  return prepared;
};

const READS = [
  '/v1/articles',
  '/v1/articles?q=boats',
  '/v1/tags',
  '/v1/authors',
  '/v1/search?q=boats',
  '/v1/site',
  '/feeds/articles.rss',
  '/sitemap.xml',
  '/v1/articles/1',
];

/** Whatever is done besides requests is done after so long without a change, in milliseconds. */
const QUIET = 2500;

/** Holds a process on a disk with a fault to the truth: what was answered with 2xx is stored, and nothing else. */
const holdToTruth = async (
  t: Test,
  directory: string,
  { refusals, environment = {}, fail, mend }: Fault,
): Promise<void> => {
  const elsewhere = temporaryDirectory(t);
  const file = join(directory, 'data/galley.db');
  const settings = { RATE_LIMIT_WRITE: 'off', RATE_LIMIT_READ: 'off', RATE_LIMIT_COMMENT: 'off', CACHE_BYTES: '0' };
  const start = (more: Record<string, string> = {}): Promise<Process> =>
    startProcess(t, directory, { environment: { ...settings, ...more } });
  const process = await start(environment);
  const asked = await settle(t, directory, file, await process.ready);
  const { ask, keys } = asked;
  const requests = await prepareAll(asked);
  const send = ({ method, url, role, body, headers }: Prepared) =>
    ask(method, url, { key: role && keys[role], ...(body && { body }), headers: headers as Record<string, string> });
  let before = found(elsewhere, file);
  for (let quiet = false; !quiet; ) {
    await sleep(QUIET);
    const now = found(elsewhere, file);
    quiet = now === before;
    before = now;
  }

  fail();
  const done = new Set<string>();
  for (const request of requests) {
    const { status, headers } = await send(request);
    const now = found(elsewhere, file);
    const changed = differing(before, now);
    if (status >= 200 && status < 300) {
      done.add(request.name);
      t.ok(changed.length > 0, `${request.name} was answered with ${status}, and is stored`);
    } else {
      t.ok(refusals.includes(status), `${request.name}: ${status}`);
      if (status === 503) t.ok(Number(headers['retry-after']) > 0, `${request.name}: when to try again`);
      t.same(changed, [], `${request.name} was refused, and nothing of it is stored`);
    }
    before = now;
  }
  t.ok(done.size < requests.length / 2, `${done.size} of ${requests.length} writes found room`);
  for (const path of READS) t.equal((await ask('GET', path, { key: keys.viewer })).status, 200, `${path} meanwhile`);
  t.not((await ask('GET', '/health/ready')).status, 200, 'it says that it cannot be written to');

  mend();
  for (const request of requests.filter(({ name }) => !done.has(name))) {
    const { status, text } = await send(request);
    t.ok(status >= 200 && status < 300, `${request.name} afterwards: ${status} ${status < 300 ? '' : text}`);
  }
  t.equal((await ask('GET', '/health/ready')).status, 200);
  // A file that was taken is imported after its answer.
  const imports = async () => (await ask('GET', '/v1/imports', { key: keys.admin })).body.data as { status: string }[];
  while ((await imports()).some(({ status }) => status === 'queued' || status === 'running')) await sleep(100);
  const { id } = (await ask('POST', '/v1/tags', { key: keys.editor, body: { name: 'The last' } })).body;

  fail();
  const refused = await ask('POST', '/v1/tags', { key: keys.editor, body: { name: 'One more' } });
  const last = describeStore(file);
  process.child.kill('SIGKILL');
  await once(process.child, 'close');
  mend();
  const next = await start();
  const again = asker(await next.ready);
  t.equal((await again('GET', `/v1/tags/${id}`, { key: keys.editor })).status, 200);
  const { data } = (await again('GET', '/v1/tags?q=more', { key: keys.editor })).body;
  t.equal(
    data.length,
    refused.status === 201 ? 1 : 0,
    `what was refused with ${refused.status} is not there after a restart`,
  );
  t.equal((await next.stop()).code, 0);
  // Work beside the requests may have gone on: counts of tags are among it.
  const rows = (text: string) => text.split('\n').filter((row) => /^(?:tags|authors|comments|keys) /.test(row));
  t.same(rows(describeStore(file)), rows(last));
  const database = new Database(file);
  t.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  database.close();
  t.comment(`${requests.length} writes, ${done.size} of them found room meanwhile`);
};

for (const [name, refusals] of [
  ['fsync', [503]],
  ['full', [507]],
] as const) {
  const title = name === 'fsync' ? 'a failing sync acknowledges nothing' : 'writes that find no room are refused';
  test(title, { timeout: 300_000 }, async (t) => {
    const tools = temporaryDirectory(t);
    const library = compileFailingDisk(tools);
    if (library === undefined) {
      t.comment('there is no C compiler: nothing was tried');
      return;
    }
    const { base, on, off } = switchesIn(tools);
    const environment = { LD_PRELOAD: library, FAILING_DISK: base };
    await holdToTruth(t, temporaryDirectory(t), {
      refusals: [...refusals],
      environment,
      fail: () => on(name),
      mend: () => off(name),
    });
  });
}

/** Mounts a disk of a few megabytes; false where that is not allowed. */
const mount = (directory: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test('a full disk', { timeout: 300_000 }, async (t) => {
  const directory = temporaryDirectory(t);
  const data = join(directory, 'data');
  mkdirSync(data);
  if (!mount(data)) {
    t.comment('this user cannot mount a disk: nothing was tried');
    return;
  }
  const ballast = join(data, 'ballast');
  const fail = () => {
    const { bavail, bsize } = statfsSync(data);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  };
  try {
    await holdToTruth(t, directory, { refusals: [507], fail, mend: () => rmSync(ballast) });
  } finally {
    execFileSync('umount', ['--lazy', data]);
  }
});
