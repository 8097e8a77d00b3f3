import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { killAndRepeat, listTitles, postTo, type Told, UNLIMITED } from '../support/repeated.ts';

const AT_ONCE = 20;

test('two processes on one store: of twenty requests under one key at once one has an effect, and all tell of it', async (t) => {
  const directory = temporaryDirectory(t);
  const started = [1, 2].map(() => startProcess(t, directory, { environment: UNLIMITED }));
  const addresses = await Promise.all((await Promise.all(started)).map(({ ready }) => ready));
  const key = readKey(directory);
  const address = addresses[0] as string;
  const posts = addresses.map((each) => postTo(each, key));
  const anonymous = addresses.map((each) => postTo(each, null));
  const { body: author } = await postTo(address, key)('/v1/authors', { name: 'Ada' }, 'ada');
  const live = { title: 'Live', body: 'Boats.', authorIds: [author.id], status: 'published' };
  const { location } = await postTo(address, key)('/v1/articles', live, 'live');

  const rows: [what: string, posts: typeof anonymous, path: string, body: object][] = [
    ['an article', posts, '/v1/articles', { title: 'Once' }],
    ['one with a slug', posts, '/v1/articles', { title: 'Named once', slug: 'named-once' }],
    ['a tag, whose name is taken by the first', posts, '/v1/tags', { name: 'Once' }],
    ['an author', posts, '/v1/authors', { name: 'Once' }],
    ['a key', posts, '/v1/keys', { name: 'Once', role: 'viewer' }],
    [
      'a comment',
      anonymous,
      `${location}/comments`,
      { authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'Once.' },
    ],
  ];
  for (const [what, by, path, body] of rows) {
    const ask = (n: number) => (by[n % 2] as (typeof by)[number])(path, body, what.replaceAll(' ', '-'));
    let left = Array.from({ length: AT_ONCE }, (_, n) => n);
    const made: Told[] = [];
    const again: Told[] = [];
    for (let tries = 0; left.length > 0 && tries < 50; tries++) {
      const answers = await Promise.all(left.map(async (n) => ({ n, ...(await ask(n)) })));
      const refused = answers.filter(({ status }) => status !== 201);
      for (const { status, body: told } of refused)
        t.same([status, told.code], [409, 'idempotency-in-progress'], `${what}: nothing else is told`);
      made.push(...answers.filter(({ status, isReplay }) => status === 201 && !isReplay));
      again.push(...answers.filter(({ status, isReplay }) => status === 201 && isReplay));
      left = refused.map(({ n }) => n);
      if (left.length > 0) await sleep(20);
    }
    t.equal(made.length, 1, `${what}: one made it`);
    t.equal(again.length, AT_ONCE - 1);
    const [first] = made;
    const { secret, editToken } = first?.body ?? {};
    const secretless = { ...first?.body, ...(secret && { secret: null }), ...(editToken && { editToken: null }) };
    for (const { location: place, body: told } of again) t.same([place, told], [first?.location, secretless]);
  }
  const titles = await listTitles(address, key);
  t.same(titles.sort(), ['Live', 'Named once', 'Once']);
});

test('a process that is killed between the effect and the answer: each request that is repeated has its effect once', async (t) => {
  const { all, inDoubt, unheard } = await killAndRepeat(t, 3);
  t.ok(unheard > 0, 'some were done, and nobody had heard of it');
  t.comment(`${all} requests, ${inDoubt} without an answer, ${unheard} of those were done`);
});
