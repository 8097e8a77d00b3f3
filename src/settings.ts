/** The settings of the process: environment variables (and `.env`), checked once at start. */
import { isIP } from 'node:net';
import { cacheSizeIn, memorySize } from './core/memory-size.ts';
import { nameOfTarget, PURGE_TARGETS, type PurgeTarget, readPurgeTarget } from './core/purge-targets.ts';
import type { Rate } from './core/rate.ts';
import { GROUP_HEADERS, type GroupHeader } from './http/cache-groups.ts';
import type { Rates } from './http/rate-windows.ts';
import { fileOf, readAddress, STORE_ADDRESSES, type StoreAddress, withoutPasswords } from './store/address.ts';

export type Settings = {
  host: string;
  port: number;
  database: StoreAddress;
  /** Where clients reach Galley; null: the address it listens at. */
  publicUrl: string | null;
  adminKey: string | null;
  /** What signs preview links; null: one that is made once and kept in the store. */
  secret: string | null;
  /** Where previews are shown, with `{token}` in it; null: where the API answers them. */
  previewUrl: string | null;
  requireIfMatch: boolean;
  cacheControl: string;
  /** The headers that tell caches of groups, beside Cache-Groups: those asked for, and those that the purged ones read. */
  cacheHeaders: readonly GroupHeader[];
  /** The caches outside that are purged. */
  purgeTargets: readonly PurgeTarget[];
  /** How much the response cache may take; 0: there is none. */
  cacheBytes: number;
  /** How large a file may be that is sent to be imported. */
  importMaxBytes: number;
  corsOrigins: readonly string[];
  trustProxy: boolean | readonly string[];
  rates: Rates;
  embedHosts: readonly string[];
  /** After how many days what is in the trash is deleted for good; 0: never. */
  trashDays: number;
  /** For how many days the keyed hash of the address of a comment is kept. */
  commentRetentionDays: number;
  /** After how many days what happened is told no more. */
  eventDays: number;
  /** Whether webhooks may lead to private addresses, and over http. */
  webhookAllowPrivate: boolean;
  /** How many processes serve together; 1: this one alone. */
  workers: number;
  /** How often the service backs the store up, in milliseconds; null: never. */
  backupEvery: number | null;
  /** How many of its own backups it keeps. */
  backupKeep: number;
  /** What opens `/metrics`; null: this machine alone. */
  metricsToken: string | null;
  logLevel: string;
};

/** What keeps a process from starting, such as a setting that cannot be used; its message is the one line the operator reads. */
export class SettingsError extends Error {}

type Environment = Record<string, string | undefined>;

/** What of a value is shown: on one line, not too much of it, and never a password within an address. */
const shown = (value: string): string => {
  const line = withoutPasswords(value.replaceAll(/[^\P{C}]/gu, '?'));
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
};

const bad = (name: string, value: string, wanted: string) =>
  new SettingsError(`${name}=${shown(value)}: must be ${wanted}`);

const integer = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw bad(name, text, `a whole number from ${min} to ${max}`);
  return value;
};

const boolean = (name: string, text: string): boolean => {
  if (text !== 'true' && text !== 'false') throw bad(name, text, 'true or false');
  return text === 'true';
};

/** The parts between commas; there is at least one, and none is empty. */
const list = (name: string, text: string, isGood: (part: string) => boolean, wanted: string): string[] => {
  const parts = text.split(',').map((part) => part.trim());
  for (const part of parts) if (!isGood(part)) throw bad(name, text, wanted);
  return parts;
};

const member = (name: string, text: string, members: readonly string[]): string => {
  if (!members.includes(text)) throw bad(name, text, `one of ${members.join(', ')}`);
  return text;
};

const UNIT_SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3600 };

const rate = (name: string, text: string): Rate => {
  if (text === 'off') return null;
  const match = /^([1-9]\d{0,8})\/(second|minute|hour)$/.exec(text);
  if (!match) throw bad(name, text, 'like 300/minute (second, minute or hour), or off');
  return { limit: Number(match[1]), seconds: UNIT_SECONDS[match[2] as string] as number };
};

/** Whether the text is the address of a page: http or https, no credentials, and nothing behind the path. */
const isWebAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
};

const webAddress = (name: string, text: string): string => {
  if (!isWebAddress(text)) throw bad(name, text, 'like https://cms.example.org');
  return text.replace(/\/+$/, '');
};

const HOST_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

const host = (text: string): string => {
  if (isIP(text) === 0 && !HOST_NAME.test(text)) throw bad('HOST', text, 'an IP address or a host name');
  return text;
};

const database = (name: string, text: string): StoreAddress => {
  const address = readAddress(text);
  if (!address) throw bad(name, text, STORE_ADDRESSES);
  return address;
};

const adminKey = (text: string): string => {
  if (!/^glk_[A-Za-z0-9_-]{32,200}$/.test(text)) {
    throw new SettingsError('ADMIN_KEY: must be glk_ and at least 32 letters, digits, - or _');
  }
  return text;
};

const secret = (text: string): string => {
  if (Array.from(text).length < 32) throw new SettingsError('SECRET: must have at least 32 characters');
  return text;
};

const metricsToken = (text: string): string => {
  if (!/^[!-~]{32,}$/.test(text))
    throw new SettingsError('METRICS_TOKEN: must be at least 32 characters of ASCII, without spaces');
  return text;
};

/** An address with places to be filled in; none of them is in what says where it is. */
const previewAddress = (name: string, text: string): string => {
  const fill = (value: string) => text.replaceAll(/\{(?:token|id|slug)\}/g, value);
  const [one, other] = [fill('1'), fill('2')];
  const isGood =
    text.includes('{token}') &&
    !/[{}\s]/.test(one) &&
    URL.canParse(one) &&
    /^https?:$/.test(new URL(one).protocol) &&
    new URL(one).origin === new URL(other).origin &&
    new URL(one).username + new URL(one).password === '';
  if (!isGood)
    throw bad(name, text, 'like https://example.org/preview?token={token}; {id} and {slug} may stand in it too');
  return text;
};

const isOrigin = (text: string): boolean =>
  text === '*' || (URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text);

const origins = (name: string, text: string): string[] =>
  list(name, text, isOrigin, 'origins such as https://example.org, separated by commas, or *');

/** Whether the text is an address or a range of them, as `10.0.0.0/8`, or one of the names that proxy-addr knows. */
const isNetwork = (text: string): boolean => {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  return version !== 0 && rest.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most));
};

const proxies = (name: string, text: string): boolean | string[] =>
  text === 'true' || text === 'false'
    ? text === 'true'
    : list(name, text, isNetwork, 'true, false, or addresses and ranges such as 10.0.0.0/8, separated by commas');

const isHost = (text: string): boolean => HOST_NAME.test(text.replace(/:\d+$/, ''));

const hosts = (name: string, text: string): string[] =>
  list(name, text, isHost, 'host names separated by commas').map((part) => part.toLowerCase());

const DIRECTIVES = /^[a-z-]+(?:=(?:\d+|"[^"\\]*"))?(?:\s*,\s*[a-z-]+(?:=(?:\d+|"[^"\\]*"))?)*$/;

const directives = (name: string, text: string): string => {
  if (!DIRECTIVES.test(text) || /[^ -~]/.test(text)) throw bad(name, text, 'directives such as public, max-age=60');
  return text;
};

const UNIT_MILLISECONDS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_DURATION = 366 * 86_400_000;

/** A duration, such as `30 minutes`, `6h` or `1 day`, in milliseconds; null: off. */
const duration = (name: string, text: string): number | null => {
  if (text === 'off') return null;
  const [, number, unit = ''] = /^(\d{1,9}) ?(s|seconds?|m|minutes?|h|hours?|d|days?)$/i.exec(text) ?? [];
  const milliseconds = Number(number) * (UNIT_MILLISECONDS[unit.charAt(0).toLowerCase()] ?? Number.NaN);
  if (milliseconds >= 1000 && milliseconds <= LONGEST_DURATION) return milliseconds;
  throw bad(name, text, 'a duration up to 366 days, such as 30 minutes, 6h or 1 day, or off');
};

const UNIT_BYTES: Record<string, number> = { '': 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** A number of bytes, such as `64 MiB` or `0`. */
const bytes = (name: string, text: string): number => {
  const match = /^(\d{1,12}) ?(KiB|MiB|GiB|)$/i.exec(text);
  const size = match && Number(match[1]) * (UNIT_BYTES[(match[2] as string).toLowerCase()] as number);
  if (size == null || !Number.isSafeInteger(size)) throw bad(name, text, 'a number of bytes, such as 64 MiB, or 0');
  return size;
};

const groupHeaders = (name: string, text: string): GroupHeader[] =>
  list(
    name,
    text.toLowerCase(),
    (part) => GROUP_HEADERS.includes(part as GroupHeader),
    'Surrogate-Key, Cache-Tag, or both, separated by a comma',
  ) as GroupHeader[]; // each was just looked up

/** What each kind of cache reads groups from. */
const READ_FROM: Record<PurgeTarget['preset'], GroupHeader> = {
  'varnish-xkey': 'surrogate-key',
  fastly: 'surrogate-key',
  cloudflare: 'cache-tag',
};

/** Nothing of the value is shown: tokens may stand anywhere in it. */
const purgeTargets = (name: string, text: string): PurgeTarget[] => {
  const targets = text.split(',').map((part) => readPurgeTarget(part.trim()));
  const good = targets.filter((target) => target !== undefined);
  if (new Set(good.map(nameOfTarget)).size < targets.length)
    throw new SettingsError(`${name}: must be ${PURGE_TARGETS}`);
  return good;
};

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Reads the settings, empty ones as absent; throws `SettingsError` with one clear line for the first that cannot be used. */
export const readSettings = (environment: Environment): Settings => {
  const read = <T>(name: string, fallback: string, parse: (name: string, text: string) => T): T =>
    parse(name, environment[name]?.trim() || fallback);
  const optional = <T>(name: string, parse: (name: string, text: string) => T): T | null =>
    environment[name]?.trim() ? read(name, '', parse) : null;
  const targets = optional('PURGE_URLS', purgeTargets) ?? [];
  const asked = [...(optional('CACHE_HEADERS', groupHeaders) ?? []), ...targets.map(({ preset }) => READ_FROM[preset])];
  const stands = read('DATABASE_URL', 'file:data/galley.db', database);
  const backupEvery = read('BACKUP_EVERY', 'off', duration);
  if (backupEvery !== null && fileOf(stands) === null)
    throw new SettingsError('BACKUP_EVERY: is for a store in a file; a server is backed up by its own tools (pg_dump)');
  return {
    host: read('HOST', '127.0.0.1', (_, text) => host(text)),
    port: read('PORT', '3000', (name, text) => integer(name, text, 0, 65_535)),
    database: stands,
    publicUrl: optional('PUBLIC_URL', webAddress),
    adminKey: optional('ADMIN_KEY', (_, text) => adminKey(text)),
    secret: optional('SECRET', (_, text) => secret(text)),
    previewUrl: optional('PREVIEW_URL', previewAddress),
    requireIfMatch: read('REQUIRE_IF_MATCH', 'false', boolean),
    cacheControl: read('CACHE_CONTROL', 'public, max-age=0, s-maxage=60', directives),
    cacheHeaders: [...new Set(asked)],
    purgeTargets: targets,
    cacheBytes: read('CACHE_BYTES', String(cacheSizeIn(memorySize())), bytes),
    importMaxBytes: read('IMPORT_MAX_BYTES', '2 GiB', bytes),
    corsOrigins: read('CORS_ORIGINS', '*', origins),
    trustProxy: read('TRUST_PROXY', 'false', proxies),
    rates: {
      read: read('RATE_LIMIT_READ', '6000/minute', rate),
      write: read('RATE_LIMIT_WRITE', '300/minute', rate),
      comment: read('RATE_LIMIT_COMMENT', '10/minute', rate),
      wrongKey: read('RATE_LIMIT_WRONG_KEYS', '60/minute', rate),
    },
    embedHosts: read('EMBED_HOSTS', 'www.youtube-nocookie.com, player.vimeo.com', hosts),
    trashDays: read('TRASH_DAYS', '0', (name, text) => integer(name, text, 0, 3650)),
    commentRetentionDays: read('COMMENT_RETENTION_DAYS', '90', (name, text) => integer(name, text, 0, 3650)),
    eventDays: read('EVENT_DAYS', '90', (name, text) => integer(name, text, 1, 3650)),
    webhookAllowPrivate: read('WEBHOOK_ALLOW_PRIVATE', 'false', boolean),
    workers: read('WORKERS', '1', (name, text) => integer(name, text, 1, 64)),
    backupEvery,
    backupKeep: read('BACKUP_KEEP', '7', (name, text) => integer(name, text, 1, 10_000)),
    metricsToken: optional('METRICS_TOKEN', (_, text) => metricsToken(text)),
    logLevel: read('LOG_LEVEL', 'info', (name, text) => member(name, text, LOG_LEVELS)),
  };
};
