/** A Galley of its own for each test: a store in a database of its own, a clock that stands still, keys of every role. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { type AppParts, buildApp } from '../../src/app.ts';
import type { Role } from '../../src/core/access.ts';
import { noteDueMoments } from '../../src/features/articles/due-moments.ts';
import { indexQueued } from '../../src/features/articles/indexing.ts';
import { createKey } from '../../src/features/keys/actions.ts';
import { startLastUsed } from '../../src/features/keys/last-used.ts';
import { ensureSite } from '../../src/features/site/actions.ts';
import { createRenderer, type Renderer } from '../../src/rendering/renderer.ts';
import { readSettings } from '../../src/settings.ts';
import type { StoreAddress } from '../../src/store/address.ts';
import { BY_ITSELF } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { holdToContract } from './contract.ts';
import { newDatabase } from './database.ts';

/** Where the clock of a test begins. */
export const START = '2026-11-22T07:00:00.000Z';

/** What a rendering may take here, in ms: the limits have tests of their own, and a busy machine is no reason to refuse. */
const SLOW_MACHINE = 30_000;

/** One renderer for all tests of a file: its threads are what is slow to start. While they are idle they hold no process. */
let renderer: Renderer | undefined;
const theRenderer = (): Renderer => {
  renderer ??= createRenderer({ timeLimit: SLOW_MACHINE, threads: 1, embedHosts: ['www.youtube-nocookie.com'] });
  return renderer;
};

export type Answer = {
  status: number;
  headers: LightMyRequestResponse['headers'];
  /** The parsed JSON; undefined where there was no body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers of every shape
  body: any;
  text: string;
};

export type Asked = { key?: string | null; body?: unknown; headers?: Record<string, string> };

export type Galley = {
  app: FastifyInstance;
  store: Store;
  /** Where the store is, for whoever opens it too. */
  address: StoreAddress;
  /** Where files stand that were sent to be imported. */
  importDirectory: string;
  /** The time of the app; it stands still unless a test moves it. */
  clock: { now: Date; advance(milliseconds: number): void };
  /** Keys by role; those of contributor and author are bound to `authorId`. */
  keys: Record<Role, string>;
  /** The author the keys of contributor and author are bound to. */
  authorId: number;
  /** Asks as a client would. Objects and arrays are sent as JSON; a string or buffer as it is. */
  ask(method: string, url: string, asked?: Asked): Promise<Answer>;
  /** Notes the moments that came due, as the timer of the server does every second. */
  noteDueMoments(): Promise<void>;
  /** Makes articles findable by the names that changed, as the timer of the server does every second. */
  indexQueued(): Promise<void>;
  /** Makes a key and returns its secret. */
  makeKey(role: Role, authorId?: number): Promise<string>;
};

export type Options = {
  /** Environment variables, read as at a start. Rate limits are off unless set here. */
  settings?: Record<string, string>;
  /** Parts of the app that are to be others than usual, such as a logger that can be read. */
  parts?: Partial<AppParts>;
  /** A database that is there already, instead of one of its own. */
  address?: StoreAddress;
};

const OFF = {
  RATE_LIMIT_READ: 'off',
  RATE_LIMIT_WRITE: 'off',
  RATE_LIMIT_COMMENT: 'off',
  RATE_LIMIT_WRONG_KEYS: 'off',
};

/** The checks of the document, by the settings of the app that made it: the doors depend on nothing else. */
const contracts = new Map<string, ReturnType<typeof holdToContract>>();
const contractOf = (app: FastifyInstance, settings: Record<string, string>): ReturnType<typeof holdToContract> => {
  const key = JSON.stringify(settings);
  const check = contracts.get(key) ?? holdToContract(app.swagger());
  contracts.set(key, check);
  return check;
};

const isRaw = (body: unknown): body is string | Buffer => typeof body === 'string' || Buffer.isBuffer(body);

/** Starts a Galley whose every answer is held to the OpenAPI document; it ends with the test. */
export const startGalley = async (
  t: Test,
  { settings = {}, parts: others = {}, ...given }: Options = {},
): Promise<Galley> => {
  const address = given.address ?? (await newDatabase(t));
  const store = await openStore(address);
  const clock = {
    now: new Date(START),
    advance(milliseconds: number) {
      this.now = new Date(this.now.getTime() + milliseconds);
    },
  };
  const parts = { store, clock: () => clock.now };
  await ensureSite(parts);
  const lastUsed = startLastUsed(parts, (error) => t.fail('the use of a key was not noted', { error }));
  const renderer = theRenderer();
  const importDirectory = join(tmpdir(), `galley-imports-${randomUUID()}`);
  const app = await buildApp({
    ...parts,
    renderer,
    settings: readSettings({ ...OFF, ...settings }),
    logger: pino({ level: 'silent' }),
    lastUsed,
    importDirectory,
    ...others,
  });
  await app.ready();
  const check = contractOf(app, settings);
  t.teardown(async () => {
    await app.close();
    await lastUsed.flush();
    await store.close();
    await rm(importDirectory, { recursive: true, force: true });
  });

  const makeKey = async (role: Role, authorId?: number) =>
    (await createKey(parts, BY_ITSELF, { name: `Test ${role}`, role, authorId: authorId ?? null })).secret;
  const ask = async (method: string, url: string, { key, body, headers = {} }: Asked = {}): Promise<Answer> => {
    const json = body !== undefined && !isRaw(body) ? { 'content-type': 'application/json' } : {};
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { ...json, ...(key && { authorization: `Bearer ${key}` }), ...headers },
      ...(body !== undefined && { payload: isRaw(body) ? body : JSON.stringify(body) }),
    });
    const faults = check(method, url, answer);
    if (faults.length > 0) t.fail(`${method} ${url} → ${answer.statusCode} is not what the document says`, { faults });
    const isJson = String(answer.headers['content-type'] ?? '').includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: isJson && answer.payload !== '' ? answer.json() : undefined,
      text: answer.payload,
    };
  };

  const admin = await makeKey('admin');
  const author = await ask('POST', '/v1/authors', {
    key: admin,
    body: { name: 'Ada Lovelace', email: 'ada@harbour.example' },
  });
  const authorId: number = author.body.id;
  return {
    app,
    store,
    address,
    clock,
    importDirectory,
    authorId,
    keys: {
      viewer: await makeKey('viewer'),
      contributor: await makeKey('contributor', authorId),
      author: await makeKey('author', authorId),
      editor: await makeKey('editor'),
      admin,
    },
    ask,
    noteDueMoments: () => noteDueMoments(parts),
    indexQueued: () => indexQueued({ ...parts, renderer }),
    makeKey,
  };
};

/** The members of the objects in an article: each is answered, null where it is empty. */
const EMPTY: Record<string, object> = {
  coverImage: { caption: null, credit: null, width: null, height: null },
  seo: { title: null, description: null, imageUrl: null, canonicalUrl: null, noindex: null },
  source: { url: null },
};

/** A field of an article as it is answered, of what was sent or is stored. */
export const answered = (field: string, value: unknown): unknown =>
  value !== null && field in EMPTY ? { ...EMPTY[field], ...(value as object) } : value;
