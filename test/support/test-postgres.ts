/**
 * `npm run test:postgres`: the tests of `npm test` that an engine has a part in, and those of PostgreSQL alone, on
 * PostgreSQL; with `-- --whole`, as `npm run test:full` has it, all that have a store. What else follows `--` goes to tap.
 * The server is that of TEST_POSTGRES_URL, whose user may create databases, or one that is thrown away.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/open.ts';
import { clientOf } from './engines/postgres.ts';
import { startServer, withDatabase } from './postgres-server.ts';
import { TEMPLATE } from './template.ts';

const given = process.env.TEST_POSTGRES_URL;

/** Makes the database that each test gets a copy of; Galley itself fills it. */
const makeTemplate = async (url: string): Promise<{ template: string; remove(): Promise<void> }> => {
  const name = `galley_test_${process.pid}_${Date.now()}`;
  const client = clientOf(url);
  await client.query(`create database ${name} template template0`);
  const template = withDatabase(url, name);
  await (await openStore({ engine: 'postgres', url: template })).close();
  return {
    template,
    remove: async () => {
      // A test that was killed leaves its own behind.
      const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [name]);
      for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
      await client.end();
    },
  };
};

/** What has no store, or one of another engine: `npm test` has it. */
const OF_NO_STORE = [
  ...['test/architecture.test.ts', 'test/bench/**', 'test/core/**', 'test/rendering/**', 'test/store/sqlite*.test.ts'],
  ...['test/operation/compose.test.ts', 'test/operation/settings.test.ts'],
  ...['test/outgoing/**', 'test/purges/presets.test.ts', 'test/imports/read-ghost-and-markdown.test.ts'],
];

const WHOLE = '--whole';
const RUN_TAP = fileURLToPath(new URL('run-tap.ts', import.meta.url));

/** What has a store, though all it says is about requests: whatever the engine, the same lines of ours answer. */
const OF_HTTP = [
  ...['bad-input', 'connections', 'docs', 'framing', 'limits-and-caching', 'problems', 'wrong-keys'],
  ...['repeated-doors', 'response-cache', 'version-mismatch'],
  ...['metrics', 'overload'],
].map((name) => `test/http/${name}.test.ts`);
/** With what is about roles, rules and answers: random requests to both engines, which run always, would tell a difference. */
const OF_ANY_STORE = [
  ...OF_HTTP,
  ...[
    'test/permissions.test.ts',
    'test/openapi.test.ts',
    'test/compatible.test.ts',
    ...['moves-by-role', 'create-article', 'includes', 'slug-history', 'clock', 'status', 'editors'].map(
      (name) => `test/articles/${name}.test.ts`,
    ),
    ...['payloads', 'moderation-rules', 'moderation', 'comments'].map((name) => `test/comments/${name}.test.ts`),
    ...['command', 'door', 'export-wxr', 'import-records', 'import-wxr'].map((name) => `test/imports/${name}.test.ts`),
    ...['test/commands/commands.test.ts', 'test/operation/readme.test.ts', 'test/operation/workers.test.ts'],
    ...['test/privacy.test.ts', 'test/keys/keys.test.ts', 'test/authors/authors.test.ts'],
    ...['test/feeds/feeds.test.ts', 'test/webhooks/webhooks.test.ts', 'test/http/generated.test.ts'],
    ...['test/operation/start.test.ts', 'test/previews/preview-links.test.ts'],
    ...['test/working-copies/working-copy.test.ts', 'test/revisions/revisions.test.ts'],
  ],
];

/** How long tests that are told to end may take to do so, in milliseconds. */
const END_WITHIN = 5000;

/** Runs tap, and ends it and all that it started where a signal is to end this; returns its exit code. */
const runTap = async (template: string): Promise<number> => {
  // .taprc leaves out what is of PostgreSQL alone.
  const asked = process.argv.slice(2);
  const others = asked.includes(WHOLE) ? [] : OF_ANY_STORE;
  const left = ['**/node_modules/**', ...OF_NO_STORE, ...others].map((pattern) => `--exclude=${pattern}`);
  const args = ['--import=tsx', RUN_TAP, ...left, ...asked.filter((each) => each !== WHOLE)];
  const environment = { ...process.env, [TEMPLATE]: template };
  const tap = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment,
    detached: true,
  });
  const killAll = (signal: NodeJS.Signals) => tap.pid !== undefined && process.kill(-tap.pid, signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      killAll(signal);
      setTimeout(() => killAll('SIGKILL'), END_WITHIN).unref();
    });
  }
  const [code] = await once(tap, 'exit');
  return code ?? 1;
};

try {
  const server = given ? { url: given, stop: async () => {} } : await startServer();
  try {
    const { template, remove } = await makeTemplate(server.url);
    try {
      process.exitCode = await runTap(template);
    } finally {
      if (given) await remove();
    }
  } finally {
    await server.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
