/**
 * Writers and readers at once, before one Galley with its cache and a second on the same store: after each acknowledged
 * write, what is read must be what a plain model says, and byte for byte what is answered without a cache.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import type { Test } from 'tap';
import { buildApp } from '../../../src/app.ts';
import { createRenderer, type Renderer } from '../../../src/rendering/renderer.ts';
import { readSettings } from '../../../src/settings.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Galley, startGalley } from '../app.ts';
import { openTestStore } from '../database.ts';
import { overTheWire, sameAnswer, type Wire } from '../wire.ts';
import { apart, faultOfForms, inGroups, untruthOf, walkedIds } from './checks.ts';
import type { Read } from './expected.ts';
import { Floors, numberIn, toldIn } from './floors.ts';
import { mixedQueries } from './lists.ts';
import { Model } from './model.ts';
import { randomFrom } from './random.ts';
import { allReads, ofEachKind, searchesOfNames } from './reads.ts';
import { createWriters, type Write } from './writes.ts';

/** How many readers ask all the time: without a pause while somebody writes, so that answers are under way then. */
const READERS = 10;
const PAUSE = 10;
/** How many things they ask for in a round, so that each is under way at most moments. */
const PRESSED = 8;
/** How many reads of each kind are looked at in a round: they are answered before its writes, and so kept. */
const OF_EACH_KIND = 2;
/** How many of those are asked again after the writes that should not have changed; those that should all are. */
const UNCHANGED = 8;
/** Every so many rounds all there is is read, and others write elsewhere. */
const WHOLE_EVERY = 9;
const CROSSING_EVERY = 6;
/** What another process wrote must be seen by whoever asks so many milliseconds after it was acknowledged. */
const SEEN_WITHIN = 1000;
/** How long an answer may not be kept after a moment has passed, in milliseconds. */
const TRAILING = 2000;
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

/** What all say of themselves, wherever they listen. */
const PLACE = { PUBLIC_URL: 'https://api.example' };

/** Another app on a store, which sends and takes the same. */
const startAnother = async (t: Test, { clock }: Galley, store: Store, renderer: Renderer, settings = {}) => {
  const app = await buildApp({
    ...{ store, renderer, clock: () => clock.now },
    settings: readSettings({ ...OFF, ...PLACE, ...settings }),
    logger: pino({ level: 'silent' }),
    lastUsed: { note: () => {}, flush: async () => {} },
  });
  t.teardown(() => app.close());
  return { app, wire: await overTheWire(t, app) };
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
  const galley = await startGalley(t, {
    settings: PLACE,
    parts: { logger: pino({ level: 'info' }, { write: noteHit }) },
  });
  const { clock, keys, store, address } = galley;
  const renderer = createRenderer({ timeLimit: 30_000, threads: 1, embedHosts: [] });
  t.teardown(() => renderer.close());
  const elsewhere = await openTestStore(t, address);
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
  let isWriting = false;
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
    isWriting = true;
    await Promise.all(writes.map((each) => write(app, each)));
    isWriting = false;
    model.remember();
    for (const { id, version } of model.articles.values()) floors.note(`articles-${id}`, version);
    for (const id of model.deleted.articles) floors.note(`articles-${id}`, Number.POSITIVE_INFINITY);
    for (const kind of ['authors', 'tags'] as const)
      for (const { id, name } of model[kind].values()) floors.note(`${kind}-${id}`, numberIn(name));
  };

  let passedAt = Number.NEGATIVE_INFINITY;
  /** Lets time pass; counts are not true until what came due is noted. */
  const pass = (milliseconds: number): void => {
    const ids = () => model.live().map(({ id }) => id);
    const before = ids();
    clock.advance(milliseconds);
    model.remember();
    if (isDeepStrictEqual(ids(), before)) return;
    model.isSettled = false;
    passedAt = clock.now.getTime();
  };
  /** Who saw a moment pass lets nobody keep an answer for two seconds; to whom it was noted already it never was. */
  const withoutJustPassed = (answer: ReturnType<typeof sameAnswer>) => {
    const { 'cache-control': directives, ...headers } = answer.headers;
    const mayDiffer = clock.now.getTime() - passedAt < TRAILING && directives !== undefined;
    return mayDiffer ? { ...answer, headers } : answer;
  };

  const settle = async (): Promise<void> => {
    await galley.noteDueMoments();
    model.isSettled = true;
  };

  /** Holds answers to the model and to those without a cache. */
  const check = async (asks: Wire, reads: readonly Read[], when: string): Promise<void> => {
    const found = await inGroups(reads, async (read, position) => {
      const answer = await asks(read.path);
      const kept = withoutJustPassed(sameAnswer(answer));
      const bare = withoutJustPassed(sameAnswer(await plain.wire(read.path)));
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
  const awaitTruth = async (
    asks: Wire,
    first: readonly Read[],
    reads: readonly Read[],
    when: string,
  ): Promise<void> => {
    const acknowledged = performance.now();
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

  /** Some reads of each kind, held to the model before anything is written: they are kept from then on. */
  const look = async (asks: Wire, when: string) => {
    const queries = mixedQueries(model, random);
    const focus = ofEachKind(allReads(model, queries), OF_EACH_KIND, random);
    paths = random.some(focus, PRESSED).map(({ path }) => path);
    faults.push(...(await untruths(asks, focus, `${when}, as time went by`)));
    /** The same reads as they must be now: those that are others than before, those that are not, and all there are. */
    return () => {
      const reads = allReads(model, queries);
      const now = new Map(reads.map((read) => [read.path, read]));
      const same = focus.flatMap((read) => (isDeepStrictEqual(now.get(read.path), read) ? [read] : []));
      const changed = focus.flatMap((read) => (same.includes(read) ? [] : (now.get(read.path) ?? [])));
      return { same, changed, reads };
    };
  };
  const writeSome = (app: FastifyInstance) =>
    writeAll(app, random.percent(25) ? [writers.alone()] : writers.together());

  /** Writes in one process, and reads in the other. */
  const cross = async (from: FastifyInstance, to: Wire, when: string): Promise<void> => {
    const lookAgain = await look(to, when);
    await writeSome(from);
    report.crossings += 1;
    const { changed, reads } = lookAgain();
    await awaitTruth(to, changed, reads, when);
    await check(to, changed, when);
  };

  const readOn = async (seed: number): Promise<void> => {
    const random = randomFrom(seed);
    while (!isOver) {
      if (!isWriting) await sleep(PAUSE);
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
    pass(random.percent(15) ? 10_000 + random.below(50_000) : 1 + random.below(1500));
    if (random.percent(40)) await settle();
    const lookAgain = await look(wire, when);
    await writeSome(galley.app);
    const { changed, same } = lookAgain();
    await check(wire, [...changed, ...random.some(same, UNCHANGED)], when);
    if (report.rounds % WHOLE_EVERY === 0) {
      await settle();
      await galley.indexQueued();
      const all = [...allReads(model, mixedQueries(model, random)), ...searchesOfNames(model)];
      await check(wire, all, `${when}, all of it`);
      for (const time of ['at first', 'again']) {
        const walked = await walkedIds(wire, '/v1/articles?limit=4');
        const live = model.live().map(({ id }) => id);
        if (!isDeepStrictEqual(walked, live)) faults.push(`${when}, walked ${time}: ${walked}, not ${live}`);
      }
    }
    if (report.rounds % CROSSING_EVERY === 0) {
      era += 1;
      await cross(other.app, wire, `${when}, written elsewhere`);
      await cross(galley.app, other.wire, `${when}, read elsewhere`);
      floors.clear();
      era += 1;
    }
  }
  isOver = true;
  await Promise.all(readers);
  return report;
};
