/** The same requests, by chance, to a Galley on each engine: what is answered must be the same, byte for byte. */
import { test } from 'tap';
import { dealCards } from '../src/features/articles/dealing.ts';
import type { StoreAddress } from '../src/store/address.ts';
import { type Answer, type Galley, startGalley } from './support/app.ts';
import { newDatabase } from './support/database.ts';
import { clientOf } from './support/engines/postgres.ts';
import { sqlite } from './support/engines/sqlite.ts';
import { type Asking, createRequests, type Known } from './support/requests.ts';
import { randomFrom, seedOf } from './support/truth/random.ts';

const seed = seedOf('ENGINES_SEED');
/** The same of both: it signs what they answer. */
const SECRET = 'that both of them sign with, so that they can be compared';
const REQUESTS = Number(process.env.ENGINES_REQUESTS ?? 2500);

/** What each makes by chance: keys, tokens of comments, the secrets of webhooks and the ids of their messages. */
const BY_CHANCE = /(?:gl[ck]_|whsec_|msg_)[\w+/=-]+/;

/** What of an answer must be the same: all but the time of the machine, and what is made by chance, whose tags differ too. */
const comparable = ({ status, headers: { date: _, ...headers }, text }: Answer) => {
  const isSecret = BY_CHANCE.test(text);
  return {
    status,
    headers: isSecret ? { ...headers, etag: 'of a secret' } : headers,
    text: text.replaceAll(new RegExp(BY_CHANCE, 'g'), 'by chance'),
  };
};

/** The tables whose ids the database gives; what was touched is counted by each engine in its own way, and never answered. */
const SERIALS = `select relname as name from pg_attribute join pg_class on pg_class.oid = attrelid
  where attidentity <> '' and relname <> 'touches'`;

/**
 * Gives PostgreSQL's sequences the last ids of SQLite. A write that is refused midway leaves a gap in those, which is
 * nobody's fault, and would make all later ids differ.
 */
const alignIds = async (from: StoreAddress, to: StoreAddress) => {
  const [source, client] = [await sqlite.connect(from), clientOf(to.engine === 'postgres' ? to.url : '')];
  return {
    align: async () => {
      const { rows } = await client.query(SERIALS);
      const last = await source.run('select name, seq from sqlite_sequence');
      const next = new Map(last.map(({ name, seq }) => [name, Number(seq) + 1]));
      const named = rows.map(
        ({ name }) => `setval(pg_get_serial_sequence('${name}', 'id'), ${next.get(name) ?? 1}, false)`,
      );
      await client.query(`select ${named.join(', ')}`);
    },
    close: async () => {
      await source.close();
      await client.end();
    },
  };
};

/** Keeps what an answer tells, for what is asked next. */
const learn = (known: Known, { method, url, role }: Asking, { status, headers, body, text }: Answer): void => {
  const etag = String(headers.etag ?? '"0"');
  const kind = /^\/v1\/(articles|authors|tags|keys|webhooks)(?:$|\/\d+$)/.exec(url)?.[1] as 'articles' | undefined;
  if (status < 300 && typeof body?.token === 'string') known.tokens.push(body.token);
  if (status < 300 && typeof body?.slug === 'string' && !known.formerSlugs.includes(body.slug))
    known.formerSlugs.push(body.slug);
  if (status < 300 && body?.id !== undefined && (kind || (url.includes('/comments') && !url.endsWith('/erase')))) {
    const list: { id: number; slug: string; etag: string; articleId?: number }[] = kind
      ? known[kind]
      : (known.comments as (Known['articles'][number] & { articleId: number })[]);
    const place = list.findIndex(({ id }) => id === body.id);
    if (place >= 0) list.splice(place, 1);
    list.push({ id: body.id, slug: body.slug, etag, articleId: body.articleId });
    for (const each of kind === 'articles' ? body.tags : [])
      if (!known.tags.some(({ id }) => id === each.id)) known.tags.push({ ...each, etag: '"1"' });
  }
  const { next, previous } = body?.pagination ?? {};
  if (method === 'GET') {
    if (status === 200 && !BY_CHANCE.test(text)) known.reads.push({ url, role, etag });
    const bare = url.replace(/[?&](?:cursor|page)=[^&]*/g, '');
    for (const cursor of [next, previous])
      if (typeof cursor === 'string') known.cursors.push(`${bare}${bare.includes('?') ? '&' : '?'}cursor=${cursor}`);
  }
};

test(`both engines answer ${REQUESTS} requests alike (ENGINES_SEED=${seed})`, { timeout: 900_000 }, async (t) => {
  const made = await sqlite.make('migrated');
  t.teardown(made.drop);
  const addresses = [made.address, await newDatabase(t)] as const;
  const lastUsed = { note: () => {}, flush: async () => {} };
  const galleys: Galley[] = [];
  for (const address of addresses)
    galleys.push(await startGalley(t, { address, parts: { lastUsed }, settings: { SECRET } }));
  const [one, other] = galleys as [Galley, Galley];
  const { align, close } = await alignIds(...addresses);
  t.teardown(close);
  await align();

  const random = randomFrom(seed);
  const known: Known = {
    ...{ articles: [], authors: [{ id: one.authorId, slug: 'ada-lovelace', etag: '"1"' }], tags: [], comments: [] },
    ...{
      keys: [],
      webhooks: [],
      tokens: [],
      formerSlugs: ['ada-lovelace'],
      reads: [],
      cursors: [],
      now: () => one.clock.now,
    },
  };
  const { next } = createRequests(random, known);
  const statuses: Record<number, number> = {};
  const differences: string[] = [];
  let replays = 0;
  /** The tokens of comments that each has given, by the ids of those, and how often one of them has opened its own. */
  const tokens = galleys.map(() => new Map<number, string>());
  let byToken = 0;
  for (let n = 0; n < REQUESTS && differences.length < 5; n++) {
    const asking = next();
    const { method, url, role, body } = asking;
    const answers: Answer[] = [];
    for (const [i, galley] of galleys.entries()) {
      const token = asking.tokenOf !== undefined && { 'comment-token': tokens[i]?.get(asking.tokenOf) ?? 'glc_none' };
      const headers = { 'x-request-id': `request-${n}`, ...asking.headers, ...token };
      const answer = await galley.ask(method, url, { key: role && galley.keys[role], body, headers });
      answers.push(answer);
      if (typeof answer.body?.editToken === 'string') tokens[i]?.set(answer.body.id, answer.body.editToken);
      if (token && answer.status < 300) byToken++;
    }
    const [a, b] = answers as [Answer, Answer];
    const [first, second] = [JSON.stringify(comparable(a)), JSON.stringify(comparable(b))];
    if (first !== second) {
      const at = [...first].findIndex((letter, i) => letter !== second[i]);
      const around = [first, second].map((text) => text.slice(Math.max(0, at - 150), at + 150)).join('\n  ');
      differences.push(`request ${n}: ${role} ${method} ${url} ${JSON.stringify(body ?? null)}\n  ${around}`);
    }
    statuses[a.status] = (statuses[a.status] ?? 0) + 1;
    if (a.headers['idempotent-replayed'] === 'true') replays++;
    learn(known, asking, a);
    if (method !== 'GET' && method !== 'HEAD') await align();
    if (random.percent(10)) {
      const milliseconds = random.below(random.percent(20) ? 3 * 86_400_000 : 60_000);
      for (const galley of galleys) galley.clock.advance(milliseconds);
      for (const galley of galleys) {
        await galley.noteDueMoments();
        await galley.indexQueued();
        await dealCards(galley);
      }
      await align();
    }
  }
  t.comment(statuses);
  t.ok(replays > REQUESTS / 200, `${replays} were answered again`);
  t.ok(byToken > 0, `${byToken} were let in by a token`);
  t.same(differences, [], `ENGINES_SEED=${seed} finds it again`);
  t.ok((statuses[200] ?? 0) > REQUESTS / 3 && (statuses[201] ?? 0) > REQUESTS / 20, 'much went well');
  for (const status of [204, 304, 400, 403, 404, 409, 412, 422])
    t.ok((statuses[status] ?? 0) > 0, `${status} was answered too`);
  t.equal(statuses[500], undefined);
  const kept = async ({ store: { db, tables } }: Galley) =>
    (await db.select().from(tables.events).orderBy(tables.events.id)).filter(
      ({ requestId }) => requestId === null || requestId.startsWith('request-'),
    );
  t.same(await kept(other), await kept(one), 'and the same was noted');
});
