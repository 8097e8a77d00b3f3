/** The settings of the process: environment variables (and `.env`), checked once at start. */
import type { Rate, Rates } from './http/rate-limit.ts';

export type Settings = {
  host: string;
  port: number;
  /** The path of the SQLite file. */
  databaseFile: string;
  /** Where clients reach Galley; null: the address it listens at. */
  publicUrl: string | null;
  adminKey: string | null;
  requireIfMatch: boolean;
  cacheControl: string;
  corsOrigins: readonly string[];
  trustProxy: boolean | readonly string[];
  rates: Rates;
  embedHosts: readonly string[];
  logLevel: string;
};

/** A setting that cannot be used; its message is the one line the operator reads. */
export class SettingsError extends Error {}

type Environment = Record<string, string | undefined>;

const bad = (name: string, value: string, wanted: string) => new SettingsError(`${name}=${value}: must be ${wanted}`);

const integer = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw bad(name, text, `a whole number from ${min} to ${max}`);
  return value;
};

const boolean = (name: string, text: string): boolean => {
  if (text !== 'true' && text !== 'false') throw bad(name, text, 'true or false');
  return text === 'true';
};

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

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

const webAddress = (name: string, text: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw bad(name, text, 'an http or https address');
  return text.replace(/\/+$/, '');
};

const databaseFile = (text: string): string => {
  if (/^postgres(?:ql)?:/.test(text))
    throw new SettingsError('DATABASE_URL: PostgreSQL is not supported yet; use file:data/galley.db');
  if (!/^file:./.test(text)) throw bad('DATABASE_URL', text, 'like file:data/galley.db');
  return text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
};

const adminKey = (text: string): string => {
  if (!/^glk_[A-Za-z0-9_-]{32,200}$/.test(text)) {
    throw new SettingsError('ADMIN_KEY: must be glk_ and at least 32 letters, digits, - or _');
  }
  return text;
};

const origins = (text: string): string[] =>
  list(text).map((origin) => {
    const isOrigin = origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin);
    if (!isOrigin) throw bad('CORS_ORIGINS', origin, 'origins such as https://example.org, separated by commas, or *');
    return origin;
  });

const proxies = (text: string): boolean | string[] =>
  text === 'true' || text === 'false' ? text === 'true' : list(text);

const hosts = (name: string, text: string): string[] =>
  list(text).map((host) => {
    if (!/^[a-z0-9.-]+(?::\d+)?$/i.test(host)) throw bad(name, host, 'host names separated by commas');
    return host.toLowerCase();
  });

/** Reads the settings; throws `SettingsError` with one clear line for the first that cannot be used. */
export const readSettings = (environment: Environment): Settings => {
  const read = <T>(name: string, fallback: string, parse: (text: string) => T): T =>
    parse(environment[name]?.trim() || fallback);
  const optional = <T>(name: string, parse: (text: string) => T): T | null => {
    const text = environment[name]?.trim();
    return text ? parse(text) : null;
  };
  return {
    host: read('HOST', '127.0.0.1', String),
    port: read('PORT', '3000', (text) => integer('PORT', text, 0, 65_535)),
    databaseFile: read('DATABASE_URL', 'file:data/galley.db', databaseFile),
    publicUrl: optional('PUBLIC_URL', (text) => webAddress('PUBLIC_URL', text)),
    adminKey: optional('ADMIN_KEY', adminKey),
    requireIfMatch: read('REQUIRE_IF_MATCH', 'false', (text) => boolean('REQUIRE_IF_MATCH', text)),
    cacheControl: read('CACHE_CONTROL', 'public, max-age=0, s-maxage=60', String),
    corsOrigins: read('CORS_ORIGINS', '*', origins),
    trustProxy: read('TRUST_PROXY', 'false', proxies),
    rates: {
      read: read('RATE_LIMIT_READ', '6000/minute', (text) => rate('RATE_LIMIT_READ', text)),
      write: read('RATE_LIMIT_WRITE', '300/minute', (text) => rate('RATE_LIMIT_WRITE', text)),
      comment: read('RATE_LIMIT_COMMENT', '10/minute', (text) => rate('RATE_LIMIT_COMMENT', text)),
    },
    embedHosts: read('EMBED_HOSTS', 'www.youtube-nocookie.com, player.vimeo.com', (text) => hosts('EMBED_HOSTS', text)),
    logLevel: read('LOG_LEVEL', 'info', (text) =>
      member('LOG_LEVEL', text, ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    ),
  };
};
