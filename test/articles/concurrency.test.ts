import { test } from 'tap';
import { type Galley, startGalley } from '../support/app.ts';
import { connectBeside, watchStatements } from '../support/database.ts';

const CLIENTS = 50;
const many = <T>(make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CLIENTS }, (_, i) => make(i)));

const articleOf = async ({ ask, keys }: Galley, body: object = {}) =>
  await ask('POST', '/v1/articles', { key: keys.editor, body: { title: 'The harbour', ...body } });

const countOf = (answers: { status: number }[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

test('fifty clients who change one version: one wins, the others are told the new one', async (t) => {
  const { ask, keys, ...galley } = await startGalley(t);
  const made = await articleOf({ ask, keys, ...galley } as Galley);
  const path = `/v1/articles/${made.body.id}`;
  let etag = made.headers.etag as string;
  for (let version = 1; version <= 3; version++) {
    const answers = await many((i) =>
      ask('PATCH', path, {
        key: keys.editor,
        body: { title: `Round ${version}, ${i}` },
        headers: { 'if-match': etag },
      }),
    );
    t.strictSame(countOf(answers), { 200: 1, 412: CLIENTS - 1 }, `version ${version}`);
    const won = answers.find(({ status }) => status === 200);
    t.equal(won?.body.version, version + 1);
    for (const { body } of answers.filter(({ status }) => status === 412))
      if (body.code !== 'version-mismatch' || body.currentVersion !== version + 1) t.fail('a loser is told', body);
    t.strictSame((await ask('GET', path, { key: keys.editor })).body, won?.body, 'what won is what is stored');
    etag = won?.headers.etag as string;
  }
});

test('fifty clients without If-Match each make one version, and every patch is in the end', async (t) => {
  const galley = await startGalley(t);
  const made = await articleOf(galley);
  const path = `/v1/articles/${made.body.id}`;
  const answers = await many((i) =>
    galley.ask('PATCH', path, { key: galley.keys.editor, body: { metadata: { [`k${i}`]: i }, body: `Text ${i}` } }),
  );
  t.strictSame(countOf(answers), { 200: CLIENTS });
  const versions = answers.map(({ body }) => body.version).sort((a, b) => a - b);
  t.strictSame(
    versions,
    Array.from({ length: CLIENTS }, (_, i) => i + 2),
  );
  const { body } = await galley.ask('GET', path, { key: galley.keys.editor });
  t.equal(Object.keys(body.metadata).length, CLIENTS);
  t.equal(body.html, `<p>${body.body}</p>\n`, 'the html is that of the text');
  for (const answer of answers) if (answer.body.html !== `<p>${answer.body.body}</p>\n`) t.fail('html of another text');
});

test('fifty articles with one slug, or with one title', async (t) => {
  const galley = await startGalley(t);
  const given = await many(() => articleOf(galley, { slug: 'the-one' }));
  t.strictSame(countOf(given), { 201: 1, 409: CLIENTS - 1 });
  t.ok(given.filter(({ status }) => status === 409).every(({ body }) => body.suggestion === 'the-one-2'));
  const made = await many(() => articleOf(galley, { title: 'Same title', tags: ['New tag'] }));
  t.strictSame(countOf(made), { 201: CLIENTS });
  t.equal(new Set(made.map(({ body }) => body.slug)).size, CLIENTS, 'each has a slug of its own');
  t.equal(new Set(made.map(({ body }) => body.id)).size, CLIENTS);
  const tags = await galley.ask('GET', '/v1/tags?count=exact', { key: galley.keys.editor });
  t.equal(tags.body.pagination.total, 1, 'and all the one new tag');
  const sources = await many((i) => articleOf(galley, { title: `Import ${i}`, source: { system: 'wp', id: '1' } }));
  t.strictSame(countOf(sources), { 201: 1, 409: CLIENTS - 1 });
});

test('If-Match takes every form of a tag, and the version alone counts', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const made = await articleOf(galley);
  const path = `/v1/articles/${made.body.id}`;
  await ask('PATCH', path, { key: keys.editor, body: { title: 'Two' } });
  const etag = made.headers.etag as string;
  const other = '0123456789abcdef';
  const rows: [string, number][] = [
    ['"2"', 200],
    ['W/"2"', 200],
    [`"2-${other}"`, 200],
    [`W/"2-${other}"`, 200],
    [`"2-${other}-gzip"`, 200],
    [`"2-${other}-br"`, 200],
    ['*', 200],
    [' * ', 200],
    [`"1-${other}", "2-${other}"`, 200],
    ['"1","2"', 200],
    [etag, 412],
    ['"1"', 412],
    ['"3"', 412],
    ['"02"', 412],
    ['"22"', 412],
    ['"x"', 412],
    [`"${other}"`, 412],
    ['"2-xyz"', 412],
    ['""', 412],
    ['2', 400],
    ['"2', 400],
    ['w/"2"', 400],
    ['"2" "3"', 400],
    ['', 400],
  ];
  for (const [ifMatch, status] of rows) {
    const answer = await ask('PATCH', path, {
      key: keys.editor,
      body: { title: 'Two' },
      headers: { 'if-match': ifMatch },
    });
    t.equal(answer.status, status, `If-Match: ${ifMatch}`);
    if (status === 412) t.match(answer.body, { code: 'version-mismatch', currentVersion: 2 });
    if (status === 400) t.match(answer.body.errors, [{ in: 'header', name: /^if-match$/i }]);
  }
  const stale = { key: keys.admin, headers: { 'if-match': '"1"' } };
  for (const [method, to] of [
    ['DELETE', path],
    ['DELETE', `${path}?permanent=true`],
    ['POST', `${path}/restore`],
  ] as const)
    t.equal((await ask(method, to, stale)).status, 412, `${method} ${to}`);
  const anonymous = (await ask('GET', path)).status;
  t.equal(anonymous, 404);
  const order = await ask('PATCH', path, { ...stale, key: keys.viewer, body: { title: 'x' } });
  t.equal(order.status, 403, 'who may not write is not told the version');
  const rules = await ask('PATCH', path, { ...stale, body: { authorIds: [99] } });
  t.equal(rules.status, 412, 'the version comes before the rules');
});

test('REQUIRE_IF_MATCH makes every write conditional', async (t) => {
  const galley = await startGalley(t, { settings: { REQUIRE_IF_MATCH: 'true' } });
  const { ask, keys } = galley;
  const made = await articleOf(galley);
  t.equal(made.status, 201, 'making one needs no condition');
  const path = `/v1/articles/${made.body.id}`;
  for (const [method, to, body] of [
    ['PATCH', path, { title: 'x' }],
    ['POST', `${path}/restore`, undefined],
    ['DELETE', path, undefined],
  ] as const) {
    const answer = await ask(method, to, { key: keys.admin, body });
    t.match([answer.status, answer.body?.code], [428, 'precondition-required'], `${method} ${to}`);
    const any = await ask(method, to, { key: keys.admin, body, headers: { 'if-match': '*' } });
    t.ok(any.status < 300, `${method} ${to} with *`);
  }
  t.equal((await ask('PATCH', '/v1/articles/99', { key: keys.admin, body: { title: 'x' } })).status, 404, '404 first');
});

test('what a reader holds already is not sent again', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, app, authorId } = galley;
  const made = await articleOf(galley, { body: 'Text', authorIds: [authorId], status: 'published' });
  const paths = [`/v1/articles/${made.body.id}`, `/v1/articles/by-slug/${made.body.slug}`, '/v1/articles'];
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const path of paths) {
    const read = await ask('GET', path);
    const etag = read.headers.etag as string;
    t.match(etag, path === '/v1/articles' ? /^"[0-9a-f]{16}"$/ : /^"1-[0-9a-f]{16}"$/);
    for (const held of [etag, `W/${etag}`, etag.replace(/"$/, '-gzip"'), `"x", ${etag}`, '*']) {
      const answer = await ask('GET', path, { headers: { 'if-none-match': held, 'cache-control': 'no-cache' } });
      t.match([answer.status, answer.text, answer.headers.etag], [304, '', etag], `${path} ${held}`);
      t.equal((await ask('HEAD', path, { headers: { 'if-none-match': held } })).status, 304);
    }
    for (const held of ['"1"', '"1-0000000000000000"', etag.slice(0, -2)])
      t.equal((await ask('GET', path, { headers: { 'if-none-match': held } })).status, 200, `${path} ${held}`);
    const fetched = await fetch(`${address}${path}`, { headers: { 'if-none-match': etag } });
    t.match([fetched.status, await fetched.text()], [304, ''], `${path} by fetch`);
    const asEditor = await ask('GET', path, { key: keys.editor });
    if (path !== '/v1/articles') t.not(asEditor.headers.etag, etag, 'other bytes have another tag');
    const ifMatch = { 'if-match': asEditor.headers.etag as string };
    if (path !== '/v1/articles')
      t.equal((await ask('PATCH', paths[0] as string, { key: keys.editor, body: {}, headers: ifMatch })).status, 200);
  }
  const before = (await ask('GET', paths[0] as string)).headers.etag;
  await ask('PATCH', `/v1/authors/${authorId}`, { key: keys.editor, body: { name: 'Ada King' } });
  const after = (await ask('GET', paths[0] as string)).headers.etag;
  t.not(after, before, 'a new name of the author changes the bytes, and so the tag');
});

test('a draft’s words never stand beside what was live, whenever another process writes', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const open = { title: 'Open', body: 'Text', authorIds: [authorId], tags: ['Open tag'], status: 'published' };
  const { id, tags } = (await articleOf(galley, open)).body;
  const tagOf = async (name: string) => (await ask('POST', '/v1/tags', { key: keys.editor, body: { name } })).body.id;
  const [shown, secret] = [tags[0].id, await tagOf('Secret tag')];
  const other = await connectBeside(t, galley.address);
  const { interrupt } = watchStatements(t, galley.address);
  const [{ card: first } = { card: null }] = await galley.store.db.select().from(galley.store.tables.articles);
  const members = JSON.parse(String(first));
  let hasCard = true;
  /** Sends its statements one right after the other: on an embedded engine all of them are done before it returns. */
  const write = (title: string, shelf: string, tag: number): Promise<unknown> => {
    const card = hasCard ? Buffer.from(JSON.stringify({ ...members, title })) : null;
    const names = hasCard ? JSON.stringify({ authorIds: [authorId], tagIds: [tag] }) : null;
    const set = 'version = version + 1, title = ?, status = ?, shelf = ?, card = ?, card_names = ?';
    return Promise.all([
      other.run('begin'),
      other.run(`update articles set ${set} where id = ?`, title, shelf, shelf, card, names, id),
      other.run('update article_tags set tag_id = ?, shelf = ? where article_id = ?', tag, shelf, id),
      other.run('commit'),
    ]);
  };
  /** Asks, and has the other process withdraw the article right after so many statements. */
  const askAcross = async (path: string, after: number) => {
    const wasInterrupted = interrupt(after, () => write('Secret', 'draft', secret));
    const answer = await ask('GET', path);
    const hasWritten = wasInterrupted();
    if (hasWritten) await write('Open', 'published', shown);
    return { ...answer, hasWritten };
  };
  const paths = [`/v1/articles/${id}`, '/v1/articles/by-slug/open', '/v1/articles', '/v1/articles?tag=open-tag'];
  for (const from of ['its card', 'its rows']) {
    hasCard = from === 'its card';
    for (const path of paths) {
      await write('Open', 'published', shown);
      const seen = new Set<boolean>();
      let after = 0;
      for (let more = true; more; after++) {
        const { status, text, hasWritten } = await askAcross(path, after);
        const what = `${path} from ${from}, written after statement ${after}`;
        t.ok(status === 200 || status === 404, `${what}: ${status}`);
        if (/secret/i.test(text)) t.fail(`${what}: tells a secret`, { text });
        if (status === 200) seen.add(text.includes('Open tag'));
        more = hasWritten;
      }
      t.ok(after > (hasCard ? 1 : 4), `${path} from ${from} takes ${after - 1} statements`);
      t.ok(seen.has(true), 'what is live is shown with its tags');
    }
  }
});
