import { test } from 'tap';
import { type Galley, START, startGalley } from '../support/app.ts';

type Entry = { type: string; kind: string; id: number; keyId: number | null; cursor: string };

const audit = async ({ ask, keys }: Galley, query = '') => {
  const { status, headers, body } = await ask('GET', `/v1/audit${query}`, { key: keys.admin });
  return { status, headers, body };
};
const entriesOf = async (galley: Galley, query: string): Promise<Entry[]> => (await audit(galley, query)).body.data;

test('the audit says who did what, in which request, the newest first', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const { body: me } = await ask('GET', '/v1/me', { key: keys.editor });
  const made = await ask('POST', '/v1/tags', {
    ...{ key: keys.editor, body: { name: 'Harbour' } },
    headers: { 'x-request-id': 'request-of-mine' },
  });
  const { body, headers } = await audit(galley, '?limit=1');
  const { cursor, ...entry } = body.data[0];
  t.match(cursor, /^\d+\.[0-9a-z]+$/);
  t.same(entry, {
    ...{ type: 'tag.created', at: START, kind: 'tag', id: made.body.id, version: 1, slug: 'harbour', live: null },
    ...{ articleId: null, changedFields: [], keyId: me.keyId, keyName: 'Test editor', requestId: 'request-of-mine' },
    ...{ intoId: null, articleIds: null },
  });
  t.equal(headers['cache-control'], 'private, no-cache');
  t.match(headers.etag, /^"/);

  const { body: into } = await ask('POST', '/v1/tags', { key: keys.admin, body: { name: 'Quay' } });
  const article = { title: 'A', body: 'B', authorIds: [galley.authorId], tags: ['Harbour'], status: 'published' };
  const { body: written } = await ask('POST', '/v1/articles', { key: keys.editor, body: article });
  await ask('POST', `/v1/tags/${made.body.id}/merge`, { key: keys.editor, body: { into: into.id } });
  const [merged] = await entriesOf(galley, '?types=tag.merged');
  t.match(merged, { keyName: 'Test editor', id: made.body.id, intoId: into.id, articleIds: [written.id] });

  await ask('PATCH', `/v1/keys/${me.keyId}`, { key: keys.admin, body: { name: 'Renamed' } });
  await ask('DELETE', `/v1/keys/${me.keyId}`, { key: keys.admin });
  t.match((await entriesOf(galley, '?types=tag.merged'))[0], { keyName: 'Renamed' }, 'also of a key that is revoked');

  const said = { authorName: 'Guest', authorEmail: 'guest@mail.example', body: 'Well said' };
  await ask('POST', `/v1/articles/${written.id}/comments`, { body: said });
  t.match((await entriesOf(galley, '?kind=comment'))[0], { keyId: null, keyName: null }, 'a guest has no key');
  galley.clock.advance(1000);
  await ask('PATCH', `/v1/articles/${written.id}`, {
    ...{ key: keys.admin, body: { unpublishAt: '2026-11-22T07:01:00Z' } },
  });
  galley.clock.advance(120_000);
  await galley.noteDueMoments();
  t.match(
    (await entriesOf(galley, '?types=article.unpublished'))[0],
    { keyId: null, keyName: null, requestId: null },
    'what Galley did by itself',
  );
});

test('it is filtered by type, thing and key, in every combination, and walked by cursor', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  for (const role of ['editor', 'admin'] as const) {
    for (let n = 0; n < 4; n += 1) {
      const { body } = await ask('POST', '/v1/tags', { key: keys[role], body: { name: `${role} ${n}` } });
      for (const by of ['editor', 'admin'] as const)
        await ask('PATCH', `/v1/tags/${body.id}`, { key: keys[by], body: { description: `by ${by}` } });
      await ask('POST', '/v1/authors', { key: keys[role], body: { name: `${role} ${n}` } });
    }
  }
  const all = await entriesOf(galley, '?limit=100');
  t.equal(all.length, 33, 'with the author that every test has');
  const places = all.map(({ cursor }) => Number(cursor.split('.')[0]));
  t.same(
    places,
    places.toSorted((a, b) => b - a),
  );
  const keyId = (await ask('GET', '/v1/me', { key: keys.editor })).body.keyId;
  type Asked = { types?: string[]; kind?: string; id?: number; key?: number };
  const choices: { [Name in keyof Asked]: Asked[Name][] } = {
    types: [
      undefined,
      ['tag.updated'],
      ['author.created', 'tag.created'],
      ['tag.created', 'tag.created', 'site.updated'],
    ],
    kind: [undefined, 'tag', 'author', 'comment'],
    id: [undefined, 2, 999],
    key: [undefined, keyId, 999],
  };
  for (const types of choices.types ?? [])
    for (const kind of choices.kind ?? [])
      for (const id of kind ? (choices.id ?? []) : [undefined])
        for (const key of choices.key ?? []) {
          const asked = Object.entries({ types: types?.join(','), kind, id, key }).filter(([, value]) => value);
          const query = asked.map(([name, value]) => `${name}=${value}`).join('&');
          const wanted = all.filter(
            (entry) =>
              (types?.includes(entry.type) ?? true) &&
              (kind === undefined || entry.kind === kind) &&
              (id === undefined || entry.id === id) &&
              (key === undefined || entry.keyId === key),
          );
          t.strictSame(await entriesOf(galley, `?limit=100&${query}`), wanted, `${query}: ${wanted.length}`);
        }
  for (const filter of ['', '&types=tag.updated,author.created', `&key=${keyId}`, '&kind=tag&id=2', '&kind=tag']) {
    const wanted = await entriesOf(galley, `?limit=100${filter}`);
    const walked: Entry[] = [];
    let page = (await audit(galley, `?limit=3${filter}`)).body;
    const pages = [page];
    for (walked.push(...page.data); page.pagination.next; pages.push(page), walked.push(...page.data))
      page = (await audit(galley, `?limit=3${filter}&cursor=${page.pagination.next}`)).body;
    t.strictSame(walked, wanted, `${filter}: in ${pages.length} pages`);
    if (pages.length < 2) continue;
    const back = await audit(galley, `?limit=3${filter}&cursor=${pages[1].pagination.previous}`);
    t.strictSame(back.body.data, pages[0].data, `${filter}: back again`);
  }
  t.match(await audit(galley, '?id=2'), { status: 400, body: { errors: [{ name: 'id', code: 'not-allowed' }] } });
  t.match(await audit(galley, '?cursor=x'), { status: 400, body: { code: 'invalid-cursor' } });
  t.match(await audit(galley, '?page=1'), { status: 400 }, 'a record that grows has no numbered pages');
});
