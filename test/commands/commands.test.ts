import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { test } from 'tap';
import { addKeys } from '../../src/commands/keys.ts';
import { addMigrate } from '../../src/commands/migrate.ts';
import { addOpenapi } from '../../src/commands/openapi.ts';
import type { Shell } from '../../src/commands/shell.ts';
import { readSettings } from '../../src/settings.ts';
import type { StoreAddress } from '../../src/store/address.ts';
import { startGalley } from '../support/app.ts';
import { newDatabase, openTestStore, urlOf } from '../support/database.ts';
import { NODE_ARGS, programOf } from '../support/program.ts';

/** Runs commands on a store, within this process; what they say, or the error that `galley` tells. */
const shellOn = (address: StoreAddress) => {
  const run = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const shell: Shell = {
      settings: () => readSettings({ DATABASE_URL: urlOf(address) }),
      terminal: { out, err },
      ending: () => new AbortController().signal,
    };
    const program = new Command().exitOverride().configureOutput({ outputError: () => {} });
    for (const add of [addKeys, addMigrate, addOpenapi]) add(program, shell);
    await program.parseAsync(args, { from: 'user' });
    return { out: String(out.read() ?? ''), err: String(err.read() ?? '') };
  };
  return { run, json: async (...args: string[]) => JSON.parse((await run(...args, '--json')).out) };
};

test('an operator makes, lists and revokes keys beside a service, which knows them at once', async (t) => {
  const { address, ask, keys, store, authorId } = await startGalley(t);
  const { run, json } = shellOn(address);
  const me = async (key: string) => {
    const { status, body } = await ask('GET', '/v1/me', { key });
    return [status, body.role];
  };
  const desk = await run('keys', 'create', '--name', '編集部', '--role', 'editor');
  const secret = desk.out.trim();
  t.match(desk, { out: /^glk_[\w-]{32}\n$/, err: /^Key \d+, editor, shown this once:\n$/ }, 'the secret alone goes on');
  t.same(await me(secret), [200, 'editor']);

  const flags = ['--role', 'author', '--author', 'ada-lovelace', '--expires', '2100-01-31T12:00:00+01:00'];
  const made = await json('keys', 'create', '--name', 'Ada', ...flags);
  t.match(made, { name: 'Ada', role: 'author', authorId, expiresAt: '2100-01-31T11:00:00.000Z', secret: /^glk_/ });
  t.same(await me(made.secret), [200, 'author']);

  await run('keys', 'revoke', String(made.id));
  t.same((await me(made.secret))[0], 401, 'the service refuses it with the next request');
  const { out } = await run('keys', 'list');
  t.match(out, /^id +name +role +begins +state +created +last used +expires\n/);
  t.match(out, /^\d+ +編集部 +editor +glk_\S{4}… +works +\d{4}-\d\d-\d\d +\S+ +-$/m);
  t.match(out, /Ada +author +\S+ +revoked .* 2100-01-31$/m);
  const listed = await json('keys', 'list');
  t.equal(listed.length, await store.db.$count(store.tables.keys));
  for (const word of [secret, made.secret, 'hash', 'secret']) t.notOk((out + JSON.stringify(listed)).includes(word));

  const isAdmin = (key: { role: string }) => key.role === 'admin';
  const admins = listed.filter(isAdmin);
  t.equal(admins.length, 1);
  const refusals: [string[], object][] = [
    [['revoke', String(admins[0].id)], { code: 'last-admin', message: /^No other admin key works/ }],
    [['revoke', '999'], { code: 'not-found', message: 'There is no key 999' }],
    [['revoke', 'x'], { code: 'commander.invalidArgument' }],
    [['create', '--name', 'X', '--role', 'author'], { message: 'authorId is required for the role author' }],
    [['create', '--name', 'X', '--role', 'author', '--author', 'nobody'], { message: 'There is no author nobody' }],
    [['create', '--name', 'X', '--role', 'viewer', '--expires', '2020-01-01T00:00:00Z'], { message: /in the future/ }],
    [['create', '--name', 'X', '--role', 'viewer', '--expires', 'soon'], { code: 'commander.invalidArgument' }],
    [['create', '--name', 'X', '--role', 'boss'], { code: 'commander.invalidArgument' }],
    [['create', '--name', ' ', '--role', 'viewer'], { code: 'commander.invalidArgument' }],
    [['create', '--role', 'viewer'], { code: 'commander.missingMandatoryOptionValue' }],
  ];
  for (const [args, told] of refusals) {
    const refused = await run('keys', ...args).catch((error: unknown) => error);
    t.match(refused, told, args.join(' '));
  }
  t.same(await me(keys.admin), [200, 'admin']);
  const way = await run('keys', 'create', '--name', 'Found again', '--role', 'admin');
  await run('keys', 'revoke', String(admins[0].id));
  t.same([(await me(keys.admin))[0], await me(way.out.trim())], [401, [200, 'admin']], 'a lost key is replaced');
});

test('a store is made and brought to the newest migration, and it is told from where', async (t) => {
  const address = await newDatabase(t, 'empty');
  const { run, json } = shellOn(address);
  const first = await json('migrate');
  t.match(first, { from: null, to: /^\d{4}_[a-z-]+$/, ran: Array });
  t.equal(first.ran.at(-1), first.to);
  t.same(await json('migrate'), { from: first.to, to: first.to, ran: [] });
  t.match((await run('migrate')).out, new RegExp(`: nothing to do, it is at ${first.to}\n$`));
  const store = await openTestStore(t, address);
  t.equal(await store.db.$count(store.tables.site), 1);
});

test('the document is that of the repository, and a rule is told in one line', async (t) => {
  const committed = readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8');
  const directory = t.testdir();
  const file = join(directory, 'galley.json');
  const { run } = shellOn({ engine: 'sqlite', file: join(directory, 'never.db') });
  await run('openapi', file);
  t.equal(readFileSync(file, 'utf8'), committed);

  const env = { PATH: process.env.PATH, DATABASE_URL: `file:${join(directory, 'galley.db')}` };
  const ended = await promisify(execFile)(
    process.execPath,
    [...NODE_ARGS, programOf('src/main.ts'), 'keys', 'revoke', '7'],
    {
      env,
    },
  ).catch((error) => error);
  t.match(ended, { code: 1, stdout: '', stderr: 'galley: There is no key 7\n' });
});
