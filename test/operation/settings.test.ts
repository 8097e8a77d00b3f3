import { test } from 'tap';
import { readSettings, SettingsError } from '../../src/settings.ts';

const DEFAULTS = {
  host: '127.0.0.1',
  port: 3000,
  database: { engine: 'sqlite', file: 'data/galley.db' },
  publicUrl: null,
  adminKey: null,
  secret: null,
  previewUrl: null,
  requireIfMatch: false,
  cacheControl: 'public, max-age=0, s-maxage=60',
  cacheHeaders: [],
  purgeTargets: [],
  cacheBytes: 64 * 1024 ** 2,
  importMaxBytes: 2 * 1024 ** 3,
  corsOrigins: ['*'],
  trustProxy: false,
  rates: {
    read: { limit: 6000, seconds: 60 },
    write: { limit: 300, seconds: 60 },
    comment: { limit: 10, seconds: 60 },
    wrongKey: { limit: 60, seconds: 60 },
  },
  embedHosts: ['www.youtube-nocookie.com', 'player.vimeo.com'],
  trashDays: 0,
  commentRetentionDays: 90,
  eventDays: 90,
  webhookAllowPrivate: false,
  workers: 1,
  backupEvery: null,
  backupKeep: 7,
  metricsToken: null,
  logLevel: 'info',
};

const KEY = `glk_${'a'.repeat(32)}`;

/** A variable, a value of it, and what differs from the defaults. */
const GOOD: [name: string, value: string, expected: object][] = [
  ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
  ['HOST', '::1', { host: '::1' }],
  ['HOST', 'localhost', { host: 'localhost' }],
  ['PORT', '0', { port: 0 }],
  ['PORT', '65535', { port: 65_535 }],
  ['PORT', ' 8080 ', { port: 8080 }],
  ['PORT', '', {}],
  ['DATABASE_URL', 'file:other.db', { database: { engine: 'sqlite', file: 'other.db' } }],
  ['DATABASE_URL', 'file:./a b/galley.db', { database: { engine: 'sqlite', file: './a b/galley.db' } }],
  ['DATABASE_URL', 'file:/srv/galley.db', { database: { engine: 'sqlite', file: '/srv/galley.db' } }],
  ['DATABASE_URL', 'file:///srv/galley.db', { database: { engine: 'sqlite', file: '/srv/galley.db' } }],
  ...[
    'postgres://galley:hidden@db.example:5432/galley?sslmode=require',
    'postgresql://galley@db.example/galley',
    'postgres:///galley?host=/run/postgresql',
  ].map((url): [string, string, object] => ['DATABASE_URL', url, { database: { engine: 'postgres', url } }]),
  ['PUBLIC_URL', 'https://cms.example.org/', { publicUrl: 'https://cms.example.org' }],
  ['PUBLIC_URL', 'http://localhost:8080/cms', { publicUrl: 'http://localhost:8080/cms' }],
  ['ADMIN_KEY', KEY, { adminKey: KEY }],
  ['METRICS_TOKEN', 't'.repeat(32), { metricsToken: 't'.repeat(32) }],
  ['SECRET', 's'.repeat(32), { secret: 's'.repeat(32) }],
  ['SECRET', '秘'.repeat(32), { secret: '秘'.repeat(32) }],
  ...[
    'https://example.org/preview?token={token}',
    'http://localhost:5173/{id}/{slug}#{token}',
    'https://example.org/{token}',
  ].map((url): [string, string, object] => ['PREVIEW_URL', url, { previewUrl: url }]),
  ['REQUIRE_IF_MATCH', 'true', { requireIfMatch: true }],
  ['REQUIRE_IF_MATCH', 'false', {}],
  ['CACHE_CONTROL', 'no-store', { cacheControl: 'no-store' }],
  [
    'CACHE_CONTROL',
    'public, max-age=5, stale-while-revalidate=9',
    { cacheControl: 'public, max-age=5, stale-while-revalidate=9' },
  ],
  ['CACHE_HEADERS', 'surrogate-key, Cache-Tag', { cacheHeaders: ['surrogate-key', 'cache-tag'] }],
  [
    'PURGE_URLS',
    'varnish-xkey+http://cache:6081/, varnish-xkey+http://other:6081/cms',
    {
      purgeTargets: [
        { preset: 'varnish-xkey', url: 'http://cache:6081', token: null },
        { preset: 'varnish-xkey', url: 'http://other:6081/cms', token: null },
      ],
      cacheHeaders: ['surrogate-key'],
    },
  ],
  [
    'PURGE_URLS',
    'fastly+https://a%2Bb@api.fastly.com/service/S1,cloudflare+https://t_1@api.cloudflare.com/client/v4/zones/Z1',
    {
      purgeTargets: [
        { preset: 'fastly', url: 'https://api.fastly.com/service/S1', token: 'a+b' },
        { preset: 'cloudflare', url: 'https://api.cloudflare.com/client/v4/zones/Z1', token: 't_1' },
      ],
      cacheHeaders: ['surrogate-key', 'cache-tag'],
    },
  ],
  ['CACHE_BYTES', '0', { cacheBytes: 0 }],
  ['IMPORT_MAX_BYTES', '500 MiB', { importMaxBytes: 500 * 1024 ** 2 }],
  ['CACHE_BYTES', '1 GiB', { cacheBytes: 1024 ** 3 }],
  [
    'CORS_ORIGINS',
    'https://a.example,http://localhost:5173',
    { corsOrigins: ['https://a.example', 'http://localhost:5173'] },
  ],
  ['TRUST_PROXY', 'true', { trustProxy: true }],
  ['TRUST_PROXY', 'false', {}],
  ['TRUST_PROXY', '10.0.0.0/8, ::1, loopback', { trustProxy: ['10.0.0.0/8', '::1', 'loopback'] }],
  ['RATE_LIMIT_READ', '5/second', { rates: { ...DEFAULTS.rates, read: { limit: 5, seconds: 1 } } }],
  ['RATE_LIMIT_WRITE', '100/hour', { rates: { ...DEFAULTS.rates, write: { limit: 100, seconds: 3600 } } }],
  ['RATE_LIMIT_WRONG_KEYS', 'off', { rates: { ...DEFAULTS.rates, wrongKey: null } }],
  ['RATE_LIMIT_COMMENT', 'off', { rates: { ...DEFAULTS.rates, comment: null } }],
  ['EMBED_HOSTS', 'Videos.Example.org:8443, localhost', { embedHosts: ['videos.example.org:8443', 'localhost'] }],
  ['TRASH_DAYS', '30', { trashDays: 30 }],
  ['TRASH_DAYS', '3650', { trashDays: 3650 }],
  ['TRASH_DAYS', '0', {}],
  ['COMMENT_RETENTION_DAYS', '0', { commentRetentionDays: 0 }],
  ['COMMENT_RETENTION_DAYS', '3650', { commentRetentionDays: 3650 }],
  ['EVENT_DAYS', '1', { eventDays: 1 }],
  ['EVENT_DAYS', '3650', { eventDays: 3650 }],
  ['WEBHOOK_ALLOW_PRIVATE', 'true', { webhookAllowPrivate: true }],
  ['WORKERS', '64', { workers: 64 }],
  ['BACKUP_EVERY', 'off', {}],
  ['BACKUP_EVERY', '30 minutes', { backupEvery: 1_800_000 }],
  ['BACKUP_EVERY', '6h', { backupEvery: 21_600_000 }],
  ['BACKUP_EVERY', '1 Day', { backupEvery: 86_400_000 }],
  ['BACKUP_EVERY', '2s', { backupEvery: 2000 }],
  ['BACKUP_EVERY', '366d', { backupEvery: 366 * 86_400_000 }],
  ['BACKUP_KEEP', '1', { backupKeep: 1 }],
  ['BACKUP_KEEP', '10000', { backupKeep: 10_000 }],
  ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
  ['GALLEY_UNKNOWN', 'is ignored', {}],
  ['port', 'is another name', {}],
];

test('every setting is read as it is meant, and an empty one as absent', async (t) => {
  t.strictSame(readSettings({}), DEFAULTS);
  for (const [name, value, expected] of GOOD) {
    t.strictSame(readSettings({ [name]: value }), { ...DEFAULTS, ...expected }, `${name}=${value}`);
  }
});

/** A variable, a value that cannot be used, and the line; where only what is wanted stands here, it begins as all do. */
const WANTED = {
  HOST: 'must be an IP address or a host name',
  PORT: 'must be a whole number from 0 to 65535',
  DATABASE_URL: 'must be like file:data/galley.db or postgres://user:password@host/database',
  PUBLIC_URL: 'must be like https://cms.example.org',
  PREVIEW_URL: 'must be like https://example.org/preview?token={token}; {id} and {slug} may stand in it too',
  REQUIRE_IF_MATCH: 'must be true or false',
  CACHE_CONTROL: 'must be directives such as public, max-age=60',
  CORS_ORIGINS: 'must be origins such as https://example.org, separated by commas, or *',
  TRUST_PROXY: 'must be true, false, or addresses and ranges such as 10.0.0.0/8, separated by commas',
  RATE_LIMIT_READ: 'must be like 300/minute (second, minute or hour), or off',
  RATE_LIMIT_WRITE: 'must be like 300/minute (second, minute or hour), or off',
  RATE_LIMIT_WRONG_KEYS: 'must be like 300/minute (second, minute or hour), or off',
  RATE_LIMIT_COMMENT: 'must be like 300/minute (second, minute or hour), or off',
  EMBED_HOSTS: 'must be host names separated by commas',
  TRASH_DAYS: 'must be a whole number from 0 to 3650',
  COMMENT_RETENTION_DAYS: 'must be a whole number from 0 to 3650',
  WORKERS: 'must be a whole number from 1 to 64',
  BACKUP_EVERY: 'must be a duration up to 366 days, such as 30 minutes, 6h or 1 day, or off',
  BACKUP_KEEP: 'must be a whole number from 1 to 10000',
  LOG_LEVEL: 'must be one of fatal, error, warn, info, debug, trace, silent',
};
const BAD: [name: keyof typeof WANTED, values: string[]][] = [
  ['HOST', ['http://localhost', 'a b', '-a', 'a..b', '127.0.0.1:3000']],
  ['PORT', ['-1', '65536', '80.5', '0x50', '1e3', '3000/tcp', 'x']],
  [
    'DATABASE_URL',
    ['data/galley.db', 'file:', 'file:data/', 'file:a?mode=ro', 'file://data/a.db', 'file::memory:', 'mysql:a'],
  ],
  ['PUBLIC_URL', ['cms.example.org', 'ftp://a.example', 'https://a.example?x', 'https://a.example#x']],
  [
    'PREVIEW_URL',
    [
      ...['https://example.org/preview', 'https://{token}.example.org/', 'https://example.org:{id}/{token}'],
      ...['/preview/{token}', 'ftp://a.example/{token}', 'https://a.example/{token}/{page}', '{token}'],
    ],
  ],
  ['REQUIRE_IF_MATCH', ['TRUE', 'yes', '1']],
  ['CACHE_CONTROL', ['public max-age=60', 'max-age=', ',', 'public;max-age=60', 'pübic']],
  [
    'CORS_ORIGINS',
    ['example.org', 'https://a.example/', 'https://a.example/x', 'null', 'https://a.example,', 'ftp://a.example'],
  ],
  ['TRUST_PROXY', ['yes', '1', '10.0.0.0/33', '10.0.0', '::1/129', '10.0.0.0/8/8', 'proxy.example', '10.0.0.1,']],
  ['RATE_LIMIT_READ', ['0/minute', '10', '10/day', '-1/minute', '10 / minute', 'none']],
  ['RATE_LIMIT_WRITE', ['1e3/minute']],
  ['RATE_LIMIT_COMMENT', ['10/minutes']],
  ['RATE_LIMIT_WRONG_KEYS', ['60', 'on']],
  ['EMBED_HOSTS', ['https://a.example', 'a.example/x', '*.a.example', 'a.example,,b.example']],
  ['TRASH_DAYS', ['-1', '3651', '1.5', '30 days', 'never']],
  ['COMMENT_RETENTION_DAYS', ['-1', '3651', '90 days']],
  ['WORKERS', ['0', '65', '-1', '1.5', 'auto']],
  ['BACKUP_EVERY', ['6', 'hourly', '0h', '1.5h', '-1h', '6 months', '367d', '500ms', 'true']],
  ['BACKUP_KEEP', ['0', '-1', '10001', 'all']],
  ['LOG_LEVEL', ['INFO', 'verbose']],
];

test('the headers that the purged caches read are sent, whatever else is', async (t) => {
  const both = { PURGE_URLS: 'varnish-xkey+http://cache:6081', CACHE_HEADERS: 'Cache-Tag' };
  t.strictSame(readSettings(both).cacheHeaders, ['cache-tag', 'surrogate-key']);
  t.strictSame(readSettings({ ...both, CACHE_HEADERS: 'Surrogate-Key' }).cacheHeaders, ['surrogate-key']);
});

test('a setting that cannot be used is told in one line: variable, value, what is wanted', async (t) => {
  for (const [name, values] of BAD) {
    for (const value of values) {
      t.throws(() => readSettings({ [name]: value }), new SettingsError(`${name}=${value}: ${WANTED[name]}`));
    }
  }
  t.throws(() => readSettings({ PORT: 'x', HOST: 'a b' }), { message: /^HOST=/ }, 'the first of several');
});

test('the line of a bad setting stays one line, and no secret stands in it', async (t) => {
  const lineOf = (environment: Record<string, string>): string => {
    try {
      readSettings(environment);
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
    }
    t.fail(`${JSON.stringify(environment)} was taken`);
    return '';
  };
  for (const key of ['glk_short', KEY.slice(4), `${KEY} x`, `${KEY}é`]) {
    t.equal(lineOf({ ADMIN_KEY: key }), 'ADMIN_KEY: must be glk_ and at least 32 letters, digits, - or _');
  }
  for (const secret of ['s'.repeat(31), '🔑'.repeat(31)])
    t.equal(lineOf({ SECRET: secret }), 'SECRET: must have at least 32 characters');
  t.equal(
    lineOf({ PREVIEW_URL: 'https://galley:hidden@a.example/{token}' }).includes('hidden'),
    false,
    'nor that of an address',
  );
  for (const bad of [
    ...['https://hidden@api.fastly.com/service/S1', 'fastly+http://hidden@api.fastly.com/service/S1', ',hidden'],
    ...['fastly+https://hidden:x@api.fastly.com/service/S1', 'fastly+https://api.fastly.com/service/hidden'],
    ...['varnish-xkey+http://hidden@cache:6081', 'varnish+http://hidden', 'varnish-xkey+http://cache/?hidden'],
    ...['fastly+https://hidden%0A@api.fastly.com/service/S1', 'fastly+https://hidden%@api.fastly.com/service/S1'],
    'fastly+https://hidden@api.fastly.com/service/S1,fastly+https://other@api.fastly.com/service/S1',
  ])
    t.match(
      lineOf({ PURGE_URLS: bad }),
      /^PURGE_URLS: must be caches, each once, such as varnish-xkey(?!.*hidden).* separated by commas$/,
      bad,
    );
  for (const [given, told] of [
    ['mysql://galley:hidden@db.example/galley', 'mysql://***@db.example/galley'],
    ['postgres://galley:hidden@db.example', 'postgres://***@db.example'],
    ['postgres://galley:hidden@one.example,two.example/galley', 'postgres://***@one.example,two.example/galley'],
    ['postgres://galley:hidden@db.example/a b', 'postgres://***@db.example/a b'],
    ['postgres://galley:hid/den@db.example/galley', 'postgres://***@db.example/galley'],
    ['postgres:/galley:hidden@db.example/a?password=hidden&x=1', 'postgres:/***@db.example/a?password=***&x=1'],
  ] as const) {
    t.equal(
      lineOf({ DATABASE_URL: given }),
      `DATABASE_URL=${told}: must be like file:data/galley.db or postgres://user:password@host/database`,
    );
  }
  t.equal(
    lineOf({ PUBLIC_URL: 'https://galley:hidden@cms.example' }),
    'PUBLIC_URL=https://***@cms.example: must be like https://cms.example.org',
  );
  t.equal(lineOf({ PORT: '1\n2\u0007' }), 'PORT=1?2?: must be a whole number from 0 to 65535');
  t.equal(lineOf({ LOG_LEVEL: 'x'.repeat(500) }).length, `LOG_LEVEL=…: ${WANTED.LOG_LEVEL}`.length + 100);
});
