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

/** Where Galley listens in its container. */
const PORT = / PORT=(\d+) /.exec(lastStage('ENV').join())?.[1];

type Service = {
  build?: string;
  image: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  networks?: { default: { ipv4_address: string } };
  restart?: string;
  stop_grace_period?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt: string[];
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

const PASSWORD = 'swordfish';

/** What compose makes of `${NAME-default}`, `${NAME:-default}` and `${NAME:?message}`; only what must be given is set. */
const filled = (text: string): string =>
  text.replaceAll(/\$\{([A-Z_]+):?([-?])([^}]*)\}/g, (_, _name, kind: string, rest: string) =>
    kind === '-' ? rest : PASSWORD,
  );

const FILES = ['compose.yaml', 'compose.litestream.yaml', 'compose.postgres.yaml'] as const;
const composed = (file: (typeof FILES)[number]) => parse(filled(read(file)), { merge: true }) as Compose;
const [plain, litestream, postgres] = [composed(FILES[0]), composed(FILES[1]), composed(FILES[2])];

const isGalley = ({ image, ports, environment }: Service) => image === 'galley' && Boolean(ports ?? environment);
const galleysOf = ({ services }: Compose): Service[] => Object.values(services).filter(isGalley);
const settingsOf = ({ environment = {} }: Service) => readSettings(environment);
const service = ({ services }: Compose, name: string): Service => {
  const found = services[name];
  if (!found) throw new Error(`There is no service ${name}`);
  return found;
};

test('Galley in containers has settings it takes, and all else is the default', async (t) => {
  const known = new Set<string>();
  readSettings(new Proxy<Record<string, string>>({}, { get: (_, name) => void known.add(String(name)) }));
  t.same(
    [plain, litestream, postgres].map((each) => galleysOf(each).length),
    [1, 1, 2],
  );
  for (const galley of [plain, litestream, postgres].flatMap(galleysOf)) {
    for (const name of Object.keys(galley.environment ?? {})) t.ok(known.has(name), `${name} is a setting`);
    const given = new Set(['HOST', 'PORT', ...Object.keys(galley.environment ?? {})]); // the image says where it listens
    const left = [...known].filter((name) => !given.has(name));
    t.same(left, galley.depends_on?.database ? ['BACKUP_EVERY', 'BACKUP_KEEP'] : [], 'all others can be set');
  }
  const database = { engine: 'sqlite' as const, file: '/data/galley.db' };
  for (const galley of [plain, litestream].flatMap(galleysOf))
    t.strictSame(settingsOf(galley), { ...readSettings({}), database }, 'the file is in the volume');
});

test('two Galleys have the database and the cache that are there, and the cache has them', async (t) => {
  const { environment = {}, ...database } = service(postgres, 'database');
  const vcl = read('examples/varnish/two.vcl');
  const varnish = service(postgres, 'varnish');
  const addressOf = (name: string) => service(postgres, name).networks?.default.ipv4_address;
  for (const galley of galleysOf(postgres)) {
    const { DATABASE_URL: url = '' } = galley.environment ?? {};
    const address = { engine: 'postgres' as const, url };
    t.strictSame(readAddress(url), address);
    const { hostname, port, username, password, pathname } = new URL(url);
    t.strictSame([hostname, port], ['database', '5432'], 'the other service, where it listens');
    t.strictSame({ POSTGRES_USER: username, POSTGRES_PASSWORD: password, POSTGRES_DB: pathname.slice(1) }, environment);
    t.strictSame(galley.depends_on, { database: { condition: 'service_healthy' } });
    const { purgeTargets, trustProxy, cacheControl } = settingsOf(galley);
    t.match(purgeTargets, [{ preset: 'varnish-xkey', url: 'http://varnish:6081' }]);
    t.strictSame(trustProxy, [addressOf('varnish')], 'nobody else is believed');
    t.match(read('examples/varnish/default.vcl'), `CACHE_CONTROL="${cacheControl}"`);
    t.notOk(galley.ports, 'it is reached by way of Varnish alone');
  }
  t.match(database.healthcheck, { test: ['CMD', 'pg_isready', '--host=127.0.0.1'] });

  const galleys = Object.keys(postgres.services).filter((name) => isGalley(service(postgres, name)));
  const named = (text = '') => [...text.matchAll(/"(galley-\d)"/g)].map(([, name]) => name);
  t.same(named(vcl.split('acl purgers')[0]), galleys, 'the backends are the services');
  t.same(named(vcl.split('acl purgers')[1]), galleys, 'which alone may purge');
  t.same(vcl.match(/\.port = "(\d+)"/g), [`.port = "${PORT}"`, `.port = "${PORT}"`]);
  const addresses = ['varnish', ...galleys].map(addressOf);
  t.equal(new Set(addresses).size, 3, 'names that Varnish looks up once stay true');
  t.match(addresses.join(), /^(172\.30\.83\.\d+,?){3}$/);
  t.match(read('compose.postgres.yaml'), 'subnet: 172.30.83.0/24');
  t.same(Object.keys(varnish.depends_on ?? {}), galleys);
  const image = read('examples/varnish/Dockerfile');
  const configured = varnish.volumes.map((volume) => volume.split(':').slice(0, 2));
  const [main] = configured.find(([, inside]) => inside === /"-f", "([^"]+)"/.exec(image)?.[1]) ?? [];
  t.equal(main, './examples/varnish/two.vcl');
  t.ok(
    configured.some(([, inside]) => inside === '/etc/varnish/galley.vcl'),
    'with what it includes',
  );
  t.match(image, '"-a", ":6081"');
});

test('Litestream copies the database of Galley, and fetches it before Galley opens it', async (t) => {
  const [galley] = galleysOf(litestream);
  const config = parse(read('examples/litestream/litestream.yml')) as { dbs: { path: string; replicas: object[] }[] };
  const database = galley && settingsOf(galley).database;
  t.same(
    config.dbs.map(({ path }) => path),
    [database?.engine === 'sqlite' && database.file],
  );
  t.match(galley?.depends_on, { restore: { condition: 'service_completed_successfully' } });
  for (const name of ['restore', 'litestream']) {
    const { environment = {}, volumes, user } = service(litestream, name);
    for (const [, used = ''] of read('examples/litestream/litestream.yml').matchAll(/\$\{([A-Z_]+)\}/g))
      if (used !== '') t.ok(used in environment, `${used} is given`);
    t.ok(volumes.includes('galley:/data') && volumes.some((volume) => volume.includes(':/etc/litestream.yml')));
    t.equal(user, '1000:1000', 'the user node of the image of Galley');
  }
  t.same(service(litestream, 'restore').command?.at(-1), '/data/galley.db');
});

test('a password must be given, and none stands in a file', async (t) => {
  for (const [file, name, places] of [
    ['compose.postgres.yaml', 'POSTGRES_PASSWORD', 2],
    ['compose.litestream.yaml', 'LITESTREAM_SECRET_ACCESS_KEY', 1],
    ['compose.litestream.yaml', 'LITESTREAM_ACCESS_KEY_ID', 1],
  ] as const) {
    const found = [...read(file).matchAll(new RegExp(`\\$\\{${name}[^}]*\\}`, 'g'))].map(([place]) => place);
    t.equal(found.length, places);
    for (const place of found) t.match(place, new RegExp(`^\\$\\{${name}:\\?.+\\}$`), 'compose stops with a message');
  }
});

test('what is kept outlives the containers, a stop is waited for, and nobody has more rights than needed', async (t) => {
  const stopWithin = Number(/STOP_WITHIN = (\d+);/.exec(read('src/signals.ts'))?.[1]);
  for (const compose of [plain, litestream, postgres]) {
    for (const [name, { volumes: mounted, ...each }] of Object.entries(compose.services)) {
      for (const volume of mounted) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) t.ok(existsSync(join(ROOT, from)) && volume.endsWith(':ro'), `${from} is there`);
        else t.ok(from in compose.volumes, `${volume} is a volume with a name`);
      }
      t.same(each.security_opt, ['no-new-privileges:true'], name);
      if (name !== 'database') t.match(each, { read_only: true, cap_drop: ['ALL'] }, name);
      for (const port of each.ports ?? [])
        t.match(port, /^127\.0\.0\.1:3000:\d+$/, 'it is reached from this machine alone');
      if (each.restart) t.ok(Number.parseFloat(each.stop_grace_period ?? '0') * 1000 >= stopWithin + 2000, name);
    }
    for (const galley of galleysOf(compose))
      t.strictSame(
        galley.volumes.map((volume) => volume.split(':')[1]),
        lastStage('VOLUME'),
      );
  }
  for (const galley of [plain, litestream].flatMap(galleysOf)) t.strictSame(galley.ports, [`127.0.0.1:3000:${PORT}`]);
});

test('the lock names what `npm ci` looks for, for other platforms too', async (t) => {
  type Locked = { dependencies?: object; optionalDependencies?: object; version?: string };
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  /** Whether a package is there for one at a place: within it, or above. */
  const isLocked = (at: string, name: string): boolean => {
    if (packages[`${at && `${at}/`}node_modules/${name}`]?.version) return true;
    return at !== '' && isLocked(at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0)), name);
  };
  const missing = Object.entries(packages).flatMap(([at, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(at, name)),
  );
  t.same(missing, []);
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
