import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { dealCards } from '../../src/features/articles/dealing.ts';
import { indexQueued } from '../../src/features/articles/indexing.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { type Galley, startGalley } from '../support/app.ts';
import { storeMany } from '../support/many-articles.ts';

const ARTICLES = 10_000;
/** The longest that the event loop may be held, in milliseconds. */
const HELD_WITHIN = 200;

/** Does a piece of work while others read; tells how long it took, how long it held the loop, and how long readers waited. */
const watching = async <T>({ app }: Galley, work: () => Promise<T>) => {
  let [isOver, held, reads, waited] = [false, 0, 0, 0];
  const watch = async () => {
    while (!isOver) {
      const since = performance.now();
      await sleep(1);
      held = Math.max(held, performance.now() - since - 1);
    }
  };
  const read = async () => {
    while (!isOver) {
      const since = performance.now();
      const number = 1 + (reads % ARTICLES);
      const { statusCode } = await app.inject(reads % 2 ? `/v1/articles/by-slug/boats-${number}` : '/v1/articles');
      if (statusCode !== 200) throw new Error(`a read of ${number} was answered with ${statusCode}`);
      waited = Math.max(waited, performance.now() - since);
      reads++;
      await sleep(2);
    }
  };
  const others = [watch(), read()];
  await sleep(50);
  const since = performance.now();
  const done = await work();
  const lasted = performance.now() - since;
  await sleep(50);
  isOver = true;
  await Promise.all(others);
  return { done, lasted: Math.round(lasted), held: Math.round(held), reads, waited: Math.round(waited) };
};

const fill = async (t: Test) => {
  const galley = await startGalley(t, { settings: { CACHE_BYTES: '0' } });
  const { ask, keys, authorId } = galley;
  const make = async (path: string, body: object): Promise<number> =>
    (await ask('POST', path, { key: keys.editor, body })).body.id;
  const other = await make('/v1/authors', { name: 'Grace' });
  const [one, two] = [await make('/v1/tags', { name: 'Boat' }), await make('/v1/tags', { name: 'Boats' })];
  await storeMany(galley.store, ARTICLES, galley.clock.now, (number) => ({
    authorIds: number % 10 ? [other] : [authorId, other],
    tagIds: number % 10 ? [one] : [two, one],
  }));
  return { ...galley, other, one, two };
};

test('ten thousand articles are handed over, and the event loop is free', { timeout: 600_000 }, async (t) => {
  const galley = await fill(t);
  const { ask, keys, authorId, other, one, two } = galley;
  const hold = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const { done, ...figures } = await watching(galley, work);
    t.comment(what, figures);
    t.ok(figures.held < HELD_WITHIN, `${what}: ${figures.held} ms`);
    t.ok(figures.reads > 1, `${what}: ${figures.reads} reads meanwhile`);
    return done;
  };
  const renderer = createRenderer({ threads: 1, embedHosts: [] });
  t.teardown(() => renderer.close());
  /** All of it takes minutes on a server. */
  const indexForAWhile = () => {
    const since = performance.now();
    const parts = { store: galley.store, clock: () => galley.clock.now, renderer };
    return indexQueued(parts, () => performance.now() - since > 10_000);
  };
  const merged = await hold('a tag is merged', () =>
    ask('POST', `/v1/tags/${one}/merge`, { key: keys.editor, body: { into: two } }),
  );
  t.match(merged, { status: 200, body: { id: two, articleCount: ARTICLES } });
  await hold('cards are dealt', () => dealCards(galley));
  await hold('what the tag is called is indexed', indexForAWhile);
  const gone = await hold('an author is reassigned', () =>
    ask('DELETE', `/v1/authors/${other}?reassignTo=${authorId}`, { key: keys.editor }),
  );
  t.equal(gone.status, 204);
  t.equal((await ask('GET', `/v1/authors/${authorId}`)).body.articleCount, ARTICLES);
  await hold('what the author is called is indexed', indexForAWhile);
});
