/**
 * Writers and readers at once, before one Galley with its cache and a second on the same store: after each acknowledged
 * write, what is read must be what a plain model says, and byte for byte what is answered without a cache.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { buildApp } from '../../../src/app.ts';
import { createRenderer, type Renderer } from '../../../src/rendering/renderer.ts';
import { readSettings } from '../../../src/settings.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Galley, startGalley } from '../app.ts';
import { overTheWire, sameAnswer, type Wire, type Wired } from '../wire.ts';
import { differenceOf, type Read } from './expected.ts';
import { Floors, numberIn, toldIn } from './floors.ts';
import { Model } from './model.ts';
import { randomFrom } from './random.ts';
import { allReads, searchesOfNames } from './reads.ts';
import { createWriters, type Write } from './writes.ts';

/** How many readers ask all the time. */
const READERS = 3;
/** How many reads are held to the model after each round of writes; every so many rounds all are. */
const CHECKED = 16;
const WHOLE_EVERY = 9;
const CROSSING_EVERY = 8;
/** What another process wrote must be seen by whoever asks so many milliseconds after it was acknowledged. */
const SEEN_WITHIN = 1000;
const AT_ONCE = 20;
const OFF = { RATE_LIMIT_READ: 'off', RATE_LIMIT_WRITE: 'off', RATE_LIMIT_COMMENT: 'off' };

/** What was done, and the first faults that were found; it ends with these. */
export type Report = {
  faults: string[];
  rounds: number;
  writes: number;
  /** Answers held to the model and to those without a cache. */
  checks: number;
  /** What the readers asked meanwhile, and how many of all answers came from the cache. */
  reads: number;
  hits: number;
  /** Writes seen from another process, and the longest that one took, in ms. */
  crossings: number;
  slowest: number;
};

/** Another app on a store, which sends and takes the same. */
const startAnother = async (t: Test, { clock }: Galley, store: Store, renderer: Renderer, settings = {}) => {
  const app = await buildApp({
    ...{ store, renderer, clock: () => clock.now },
    settings: readSettings({ ...OFF, ...settings }),
    logger: pino({ level: 'silent' }),
    lastUsed: { note: () => {}, flush: async () => {} },
  });
  t.teardown(() => app.close());
  return { app, wire: await overTheWire(t, app) };
};

const DECODE = { gzip: gunzipSync, br: brotliDecompressSync };

/** What is wrong with the forms a known answer is sent in: not changed, and compressed. */
const faultOfForms = async (wire: Wire, { path }: Read, { headers, bytes }: Wired): Promise<string | undefined> => {
  const unchanged = await wire(path, { 'if-none-match': headers.etag ?? '' });
  if (unchanged.status !== 304) return `${unchanged.status} to If-None-Match ${headers.etag}`;
  for (const coding of ['gzip', 'br'] as const) {
    const coded = await wire(path, { 'accept-encoding': coding });
    const isCoded = coded.headers['content-encoding'] === coding;
    if (!(isCoded ? DECODE[coding](coded.bytes) : coded.bytes).equals(bytes)) return `other bytes in ${coding}`;
  }
  return undefined;
};

/** Why an answer is not what the model says; undefined where it is. */
const untruthOf = ({ status, body }: Read, answer: Wired): string | undefined => {
  if (!status.includes(answer.status)) return `${answer.status}, not ${status.join(' or ')}`;
  return body === undefined ? undefined : differenceOf(body, JSON.parse(answer.bytes.toString('utf8')));
};

/** Two answers from where they come apart. */
const apart = (one: object, other: object): string => {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  const at = [...a].findIndex((letter, i) => letter !== b[i]);
  return [a, b].map((text) => text.slice(Math.max(0, at - 60), at + 60)).join(' and ');
};

/** Does one thing after the other in groups, so that no more than a few are under way. */
const inGroups = async <T, R>(things: readonly T[], work: (thing: T, position: number) => Promise<R>): Promise<R[]> => {
  const done: R[] = [];
  for (let i = 0; i < things.length; i += AT_ONCE)
    done.push(...(await Promise.all(things.slice(i, i + AT_ONCE).map((thing, j) => work(thing, i + j)))));
  return done;
};

/** Writes by chance and reads all the time, for so many milliseconds, or until something was not true. */
export const holdToTruth = async (t: Test, seed: number, milliseconds: number): Promise<Report> => {
  const report: Report = {
    ...{ faults: [], rounds: 0, writes: 0, checks: 0, reads: 0, hits: 0, crossings: 0, slowest: 0 },
  };
  const { faults } = report;
  const noteHit = (line: string) => {
    if (line.includes('"cached":true')) report.hits += 1;
  };
  const galley = await startGalley(t, { parts: { logger: pino({ level: 'info' }, { write: noteHit }) } });
  const { clock, keys, store, file } = galley;
  const renderer = createRenderer({ timeLimit: 30_000, threads: 1, embedHosts: [] });
  t.teardown(() => renderer.close());
  const elsewhere = openSqlite(file);
  t.teardown(() => elsewhere.close());
  const wire = await overTheWire(t, galley.app);
  const plain = await startAnother(t, galley, store, renderer, { CACHE_BYTES: '0' });
  const other = await startAnother(t, galley, elsewhere, renderer);

  const random = randomFrom(seed);
  const model = new Model(() => clock.now.getTime());
  model.authors.set(galley.authorId, { id: galley.authorId, version: 1, name: 'Ada Lovelace', slug: 'ada-lovelace' });
  const writers = createWriters(model, random);
  const floors = new Floors();
  /** Even while all writes are of this process, so that no answer at all may be older than what was acknowledged. */
  let era = 0;
  let isOver = false;
  let paths = ['/v1/articles'];

  const write = async (app: FastifyInstance, { method, path, body, role, status, apply }: Write): Promise<void> => {
    const asked: InjectOptions = { method, url: path, ...(body && { payload: body }) };
    const answer = await app.inject({ ...asked, headers: { authorization: `Bearer ${keys[role]}` } });
    const sent = `${method} ${path} ${JSON.stringify(body ?? null)}`;
    report.writes += 1;
    if (answer.statusCode !== status) {
      faults.push(`${sent}: ${answer.statusCode}, not ${status}: ${answer.payload}`);
      return;
    }
    const answered = answer.payload === '' ? undefined : answer.json();
    const version = apply(answered);
    if (version !== undefined && answered.version !== version)
      faults.push(`${sent}: version ${answered.version}, not ${version}`);
  };
  /** Writes at once, and notes what nobody may fall behind. */
  const writeAll = async (app: FastifyInstance, writes: readonly Write[]): Promise<void> => {
    await Promise.all(writes.map((each) => write(app, each)));
    model.remember();
    for (const { id, version } of model.articles.values()) floors.note(`articles-${id}`, version);
    for (const id of model.deleted.articles) floors.note(`articles-${id}`, Number.POSITIVE_INFINITY);
    for (const kind of ['authors', 'tags'] as const)
      for (const { id, name } of model[kind].values()) floors.note(`${kind}-${id}`, numberIn(name));
  };

  /** Lets time pass; counts are not true until what came due is noted. */
  const pass = (milliseconds: number): void => {
    const before = model.live().map(({ id }) => id);
    clock.advance(milliseconds);
    model.remember();
    if (
      model
        .live()
        .map(({ id }) => id)
        .join() !== before.join()
    )
      model.isSettled = false;
  };

  /** Holds answers to the model and to those without a cache. */
  const check = async (asks: Wire, reads: readonly Read[], when: string): Promise<void> => {
    const found = await inGroups(reads, async (read, position) => {
      const answer = await asks(read.path);
      const [kept, bare] = [sameAnswer(answer), sameAnswer(await plain.wire(read.path))];
      const fault =
        untruthOf(read, answer) ??
        (isDeepStrictEqual(kept, bare) ? undefined : `not as without a cache: ${apart(kept, bare)}`) ??
        (answer.status === 200 && position % 4 === 0 ? await faultOfForms(asks, read, answer) : undefined);
      return fault === undefined ? [] : [`${when}, ${read.path}: ${fault}`];
    });
    report.checks += reads.length;
    faults.push(...found.flat());
  };

  /** What is not true of some reads. */
  const untruths = async (asks: Wire, reads: readonly Read[], when: string): Promise<string[]> => {
    report.checks += reads.length;
    const found = await inGroups(reads, async (read) => {
      const fault = untruthOf(read, await asks(read.path));
      return fault === undefined ? [] : [`${when}, ${read.path}: ${fault}`];
    });
    return found.flat();
  };
  /** Asks until all is true; whoever asks after a second must be told the truth. */
  const awaitTruth = async (asks: Wire, acknowledged: number, when: string): Promise<void> => {
    const reads = allReads(model, random);
    const first = random.some(reads, CHECKED);
    for (;;) {
      const waited = performance.now() - acknowledged;
      const late = `${when} after ${Math.round(waited)} ms`;
      const found = await untruths(asks, first, late);
      if (found.length === 0) found.push(...(await untruths(asks, reads, late)));
      report.slowest = Math.max(report.slowest, waited);
      if (found.length === 0) return;
      if (waited > SEEN_WITHIN) {
        faults.push(...found);
        return;
      }
      await sleep(50);
    }
  };

  /** Writes in one process, and reads in the other. */
  const cross = async (from: FastifyInstance, to: Wire, when: string): Promise<void> => {
    await writeAll(from, random.percent(40) ? [writers.alone()] : writers.together());
    report.crossings += 1;
    await awaitTruth(to, performance.now(), when);
  };

  const readOn = async (seed: number): Promise<void> => {
    const random = randomFrom(seed);
    while (!isOver) {
      const path = random.one(paths);
      const [begun, known] = [era, floors.copy()];
      const { status, bytes } = await wire(path);
      report.reads += 1;
      if (![200, 308, 404, 410].includes(status)) faults.push(`A reader of ${path} was answered ${status}: ${bytes}`);
      if (status !== 200 || begun !== era || era % 2 === 1) continue;
      for (const [thing, version] of toldIn(path, bytes)) {
        const least = known.get(thing) ?? 0;
        if (version < least) faults.push(`A reader of ${path} was told of ${thing} at ${version}, after ${least}`);
        floors.note(thing, version);
      }
    }
  };

  for (let i = 0; i < 3; i += 1) await writeAll(galley.app, [writers.newNamed('authors'), writers.newNamed('tags')]);
  for (let i = 0; i < 14; i += 1) await writeAll(galley.app, [writers.newArticle()]);
  const readers = Array.from({ length: READERS }, (_, i) =>
    readOn(seed + 1 + i).catch((error: unknown) => faults.push(`A reader ended: ${error}`)),
  );

  const until = performance.now() + milliseconds;
  while (performance.now() < until && faults.length === 0) {
    report.rounds += 1;
    const when = `round ${report.rounds}`;
    pass(random.percent(10) ? 10_000 + random.below(50_000) : 1 + random.below(1500));
    if (random.percent(30))
      await check(wire, random.some(allReads(model, random), CHECKED), `${when}, as time went by`);
    await writeAll(galley.app, random.percent(25) ? [writers.alone()] : writers.together());
    const reads = allReads(model, random);
    paths = reads.map(({ path }) => path);
    await check(wire, random.some(reads, CHECKED), when);
    if (report.rounds % WHOLE_EVERY === 0) {
      await galley.noteDueMoments();
      await galley.indexQueued();
      model.isSettled = true;
      await check(wire, [...allReads(model, random), ...searchesOfNames(model)], `${when}, all of it`);
    }
    if (report.rounds % CROSSING_EVERY === 0) {
      era += 1;
      await cross(other.app, wire, `${when}, written elsewhere`);
      await cross(galley.app, other.wire, `${when}, read elsewhere`);
      await check(wire, random.some(allReads(model, random), CHECKED), `${when}, after both`);
      floors.clear();
      era += 1;
    }
  }
  isOver = true;
  await Promise.all(readers);
  return report;
};
