import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { parse } from 'yaml';
import { readSettings } from '../../src/settings.ts';
import { directoryOf, readAddress } from '../../src/store/address.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const DOCKERFILE = read('Dockerfile');
/** What follows a word of the Dockerfile's last stage, line by line. */
const lastStage = (word: string): string[] =>
  [...(DOCKERFILE.split(/^FROM /m).at(-1) ?? '').matchAll(new RegExp(`^${word} (.*)$`, 'gm'))].map(
    ([, rest]) => rest ?? '',
  );

type Service = {
  environment: Record<string, string>;
  ports?: string[];
  volumes: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  stop_grace_period: string;
};
type Compose = { services: Record<'galley' | 'database', Service>; volumes: Record<string, unknown> };

const PASSWORD = 'swordfish';

/** What compose makes of `${NAME-default}`, `${NAME:-default}` and `${NAME:?message}`; nothing is set but the password. */
const filled = (text: string): string =>
  text.replaceAll(/\$\{([A-Z_]+):?([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    if (name === 'POSTGRES_PASSWORD') return PASSWORD;
    return kind === '-' ? rest : `(${name} is missing)`;
  });

const { services, volumes } = parse(filled(read('compose.yaml'))) as Compose;
const { galley, database } = services;

test('Galley in containers has settings it takes, and a database that is there', async (t) => {
  const known = new Set<string>();
  readSettings(new Proxy<Record<string, string>>({}, { get: (_, name) => void known.add(String(name)) }));
  for (const name of Object.keys(galley.environment)) t.ok(known.has(name), `${name} is a setting`);

  const { DATABASE_URL: url = '' } = galley.environment;
  const address = { engine: 'postgres' as const, url };
  t.strictSame(readAddress(url), address);
  t.strictSame(readSettings(galley.environment), { ...readSettings({}), database: address }, 'all else is the default');
  const { hostname, port, username, password, pathname } = new URL(url);
  t.strictSame([hostname, port], ['database', '5432'], 'the other service, where it listens');
  t.strictSame(
    { POSTGRES_USER: username, POSTGRES_PASSWORD: password, POSTGRES_DB: pathname.slice(1) },
    database.environment,
  );
  t.strictSame(galley.depends_on, { database: { condition: 'service_healthy' } });
  t.match(database.healthcheck, { test: ['CMD', 'pg_isready', '--host=127.0.0.1'] });
});

test('a password must be given, and none stands in the file', async (t) => {
  const places = [...read('compose.yaml').matchAll(/\$\{POSTGRES_PASSWORD[^}]*\}/g)].map(([place]) => place);
  t.equal(places.length, 2);
  for (const place of places) t.match(place, /^\$\{POSTGRES_PASSWORD:\?.+\}$/, 'compose stops with a message');
});

test('what is kept outlives the containers, and a stop is waited for', async (t) => {
  for (const { volumes: mounted } of [galley, database]) {
    for (const volume of mounted)
      t.ok((volume.split(':')[0] as string) in volumes, `${volume} is a volume with a name`);
  }
  t.strictSame(
    galley.volumes.map((volume) => volume.split(':')[1]),
    lastStage('VOLUME'),
  );
  const stopWithin = Number(/STOP_WITHIN = (\d+);/.exec(read('src/server.ts'))?.[1]);
  t.ok(Number.parseFloat(galley.stop_grace_period) * 1000 >= stopWithin + 2000, 'with a margin');
  t.match(galley.stop_grace_period, /^\d+s$/);
  const port = / PORT=(\d+) /.exec(lastStage('ENV').join())?.[1];
  t.strictSame(galley.ports, [`127.0.0.1:3000:${port}`], 'it is reached from this machine alone');
});

test('the image has what Galley reads, and a place for what it writes', async (t) => {
  const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
  const sent = read('.dockerignore').split('\n');
  for (const file of copied) {
    t.ok(existsSync(join(ROOT, file)), `${file} is there`);
    t.ok(sent.includes(`!${file}`), `${file} is sent to the builder`);
  }
  const engines = readdirSync(join(ROOT, 'migrations'), { withFileTypes: true }).filter((each) => each.isDirectory());
  t.strictSame(
    lastStage('COPY')
      .filter((line) => line.startsWith('migrations/'))
      .sort(),
    engines.map(({ name }) => `migrations/${name} ./migrations/${name}`).sort(),
    'the migrations of every engine',
  );
  const [, target, link] = /ln -s (\S+) (\S+)/.exec(lastStage('RUN').join('\n')) ?? [];
  t.strictSame(
    [target, link],
    [lastStage('VOLUME')[0], directoryOf({ engine: 'postgres', url: '' })],
    'the file with the first key is written to the volume',
  );
});
