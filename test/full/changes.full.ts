import { test } from 'tap';
import { asks } from '../support/acknowledged.ts';
import { followOn, type Page } from '../support/follower.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { randomFrom, seedOf } from '../support/truth/random.ts';

const WRITERS = 8;
const CHANGES = 5000;
const WRITES_EACH = CHANGES / WRITERS;

test('eight writers on two processes, 5,000 changes, a follower cut off by chance: it hears of every event once, in order', {
  timeout: 900_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const environment = { RATE_LIMIT_WRITE: 'off', RATE_LIMIT_READ: 'off', LOG_LEVEL: 'info' };
  const first = await startProcess(t, directory, { environment });
  const addresses = [await first.ready];
  const second = await startProcess(t, directory, { environment });
  addresses.push(await second.ready);
  const key = readKey(directory);
  const seed = seedOf('CHANGES_SEED');
  const random = randomFrom(seed);
  t.comment(`CHANGES_SEED=${seed}`);

  const headers = { authorization: `Bearer ${key}` };
  /** Reads a page from either process; every now and then the line is cut, whenever that is. */
  const read = async (query: string): Promise<Page | undefined> => {
    const signal = random.below(4) === 0 ? AbortSignal.timeout(random.below(12)) : AbortSignal.timeout(60_000);
    try {
      const answer = await fetch(`${random.one(addresses)}/v1/changes?${query}`, { headers, signal });
      const page = (await answer.json()) as Page;
      if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(page)}`);
      return page;
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') return undefined;
      throw error;
    }
  };
  const begun = await fetch(`${addresses[0]}/v1/changes?after=now`, { headers });
  const after = ((await begun.json()) as Page).pagination.next;

  /** What writers were told is stored: versions of articles, and what else each change says. */
  const acknowledged = new Set<string>();
  const write = async (name: string, address: string): Promise<void> => {
    const ask = asks(address, key);
    let id = 0;
    for (let n = 0; n < WRITES_EACH; n += 1) {
      const isNew = n % 5 === 0;
      const body = { title: `${name} ${n}`, body: 'B', ...(isNew && { tags: [`${name} ${n % 50}`] }) };
      const answer = isNew ? await ask('POST', '/v1/articles', body) : await ask('PATCH', `/v1/articles/${id}`, body);
      if (answer.status !== (isNew ? 201 : 200)) throw new Error(`A write was answered with ${answer.status}`);
      id = answer.body.id;
      acknowledged.add(`article.${isNew ? 'created' : 'updated'} ${id} ${answer.body.version}`);
      // A unit that comes to nothing leaves its ids unused.
      if (n % 7 === 0) await ask('PATCH', `/v1/articles/${id}`, { tags: [`${name} none`], authorIds: [99_999] });
    }
  };
  let isOver = false;
  const since = performance.now();
  const writing = Promise.all(
    Array.from({ length: WRITERS }, (_, n) => write(`writer ${n}`, addresses[n % 2] as string)),
  ).finally(() => {
    isOver = true;
  });
  const follow = (more: string) => followOn(read, random, { after, isOver: () => isOver, more });
  const rare = 'tag.created';
  const [all, tags] = await Promise.all([follow(''), follow(`&types=${rare}`), writing]);
  const took = Math.round((performance.now() - since) / 1000);

  const places = all.seen.map(({ cursor }) => Number(cursor.split('.')[0]));
  t.equal(new Set(places).size, places.length, 'each once');
  t.strictSame(
    places,
    places.toSorted((a, b) => a - b),
    'in order',
  );
  const told = new Set(all.seen.map(({ type, id, version }) => `${type} ${id} ${version}`));
  const missed = [...acknowledged].filter((each) => !told.has(each));
  t.equal(acknowledged.size, CHANGES);
  t.strictSame(missed, [], 'every change that was acknowledged');
  const seen: string[] = [];
  for (let place = after; ; ) {
    const page = (await (
      await fetch(`${addresses[0]}/v1/changes?limit=100&after=${place}`, { headers })
    ).json()) as Page;
    seen.push(...page.data.map(({ cursor }) => cursor));
    if (page.data.length === 0) break;
    place = page.pagination.next;
  }
  t.strictSame(
    all.seen.map(({ cursor }) => cursor),
    seen,
    'as who reads them afterwards',
  );
  const ofTags = all.seen.filter(({ type }) => type === rare).map(({ cursor }) => cursor);
  t.ok(ofTags.length > 50 && ofTags.length < all.seen.length);
  t.strictSame(
    tags.seen.map(({ cursor }) => cursor),
    ofTags,
    'who follows one type hears of each, once, in order',
  );
  t.ok(all.cuts > 50, 'it was cut off');
  t.comment(
    `${CHANGES} changes in ${took} s: ${all.seen.length} events, ${all.pages} pages, cut off ${all.cuts} times`,
  );
  for (const each of [first, second]) t.equal((await each.stop()).code, 0);
});
