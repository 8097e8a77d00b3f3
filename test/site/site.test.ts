/** The site: its fields, what they refuse, and what they change for articles. */
import { type Test, test } from 'tap';
import { startGalley } from '../support/app.ts';

const FIRST = {
  ...{ title: 'Galley', description: null, url: null, language: 'en', timeZone: 'UTC' },
  ...{ articleUrlPattern: '/{slug}', commentPolicy: 'open', moderation: 'all', commentsCloseAfterDays: null },
};
const WHOLE = {
  title: 'The Harbour Gazette 𝒢 — שלום',
  description: 'News from the quay',
  url: 'https://harbour.example/news',
  language: 'pt-PT',
  timeZone: 'Europe/Lisbon',
  articleUrlPattern: '/{language}/{year}/{month}/{day}/{slug}-{id}',
  commentPolicy: 'closed',
  moderation: 'first-time',
  commentsCloseAfterDays: 30,
};
const WORDS = ['casino', 'Buy now', '赌博'];

const startPublication = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  return {
    ...galley,
    edit: (body: unknown) => ask('PATCH', '/v1/site', { key: keys.admin, body }),
    read: () => ask('GET', '/v1/site'),
    publish: async (more: object = {}) => {
      const body = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published', ...more };
      return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body;
    },
    article: async (id: number) => (await ask('GET', `/v1/articles/${id}`)).body,
  };
};

test('anyone reads the site, an admin changes it', async (t) => {
  const { ask, keys, edit, read, store } = await startPublication(t);
  const first = await read();
  t.same(first.body, FIRST);
  t.match(first.headers.etag, /^"[0-9a-f]{16}"$/);
  t.same((await edit({ ...WHOLE, moderationWords: WORDS })).body, { ...WHOLE, moderationWords: WORDS });
  t.same((await read()).body, WHOLE);
  t.not((await read()).headers.etag, first.headers.etag);
  const moderators = { ...WHOLE, moderationWords: WORDS };
  t.same((await edit({ description: null, url: null })).body, { ...moderators, description: null, url: null });
  for (const key of [keys.editor, keys.admin, null, keys.viewer, keys.author]) {
    const told = await ask('GET', '/v1/site', { key });
    const moderates = key === keys.editor || key === keys.admin;
    t.same(told.body.moderationWords, moderates ? WORDS : undefined, 'the words are for those who moderate');
  }

  const events = async () =>
    (await store.db.select().from(store.tables.events).orderBy(store.tables.events.id)).filter(
      ({ kind }) => kind === 'site',
    );
  t.match((await events()).at(-1), { type: 'site.updated', changedFields: ['description', 'url'] });
  const before = await events();
  for (const same of [{}, { title: WHOLE.title, url: null }, { language: 'PT-pt' }, { moderationWords: WORDS }]) {
    t.equal((await edit(same)).status, 200);
    t.same(await events(), before, 'what changes nothing is no event');
  }
  const etag = String((await read()).headers.etag);
  t.equal((await ask('GET', '/v1/site', { headers: { 'if-none-match': etag } })).status, 304);
  for (const [key, status] of [
    [null, 401],
    [keys.viewer, 403],
    [keys.editor, 403],
  ] as const) {
    t.equal((await ask('PATCH', '/v1/site', { key, body: { title: 'Mine' } })).status, status);
  }
});

test('a change of when comments close is told to whoever knows the next moment', async (t) => {
  const { edit, store } = await startPublication(t);
  const touched: string[] = [];
  store.onTouched((groups) => touched.push([...groups].sort().join()));
  for (const change of [{ commentsCloseAfterDays: 3 }, { commentsCloseAfterDays: 3 }, { moderation: 'none' }])
    await edit(change);
  t.same(touched, ['schedule,site', 'site']);
});

test('what the site cannot be is refused, and nothing is stored', async (t) => {
  const { edit, read } = await startPublication(t);
  const refused: [body: object, pointer: string, code: string][] = [
    [{ title: '' }, '/title', 'too-short'],
    [{ title: null }, '/title', 'wrong-type'],
    [{ title: '𝒢'.repeat(301) }, '/title', 'too-long'],
    [{ description: 'x'.repeat(1001) }, '/description', 'too-long'],
    [{ url: 'harbour.example' }, '/url', 'wrong-pattern'],
    [{ url: 'ftp://harbour.example' }, '/url', 'wrong-pattern'],
    [{ url: 'https://harbour.example/?p=1' }, '/url', 'wrong-pattern'],
    [{ url: 'https://harbour.example/#top' }, '/url', 'wrong-pattern'],
    [{ language: 'english language' }, '/language', 'wrong-format'],
    [{ language: '' }, '/language', 'wrong-format'],
    [{ language: null }, '/language', 'wrong-type'],
    [{ timeZone: 'Atlantis/Harbour' }, '/timeZone', 'wrong-format'],
    [{ timeZone: '' }, '/timeZone', 'wrong-format'],
    [{ articleUrlPattern: '{slug}' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: '/articles' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: '/{year}/{month}' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: '/{title}/{slug}' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: '/{slug' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: '/a b/{slug}' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: '/"><script>/{slug}' }, '/articleUrlPattern', 'wrong-pattern'],
    [{ articleUrlPattern: `/${'{id}'.repeat(126)}` }, '/articleUrlPattern', 'too-long'],
    [{ commentPolicy: 'maybe' }, '/commentPolicy', 'not-allowed'],
    [{ commentPolicy: null }, '/commentPolicy', 'wrong-type'],
    [{ moderation: 'some' }, '/moderation', 'not-allowed'],
    [{ moderation: null }, '/moderation', 'wrong-type'],
    [{ moderationWords: null }, '/moderationWords', 'wrong-type'],
    [{ moderationWords: ['a', 'b', 'a'] }, '/moderationWords', 'not-unique'],
    [{ moderationWords: ['a', ' '] }, '/moderationWords/1', 'wrong-pattern'],
    [{ moderationWords: ['x'.repeat(101)] }, '/moderationWords/0', 'too-long'],
    [{ moderationWords: Array.from({ length: 1001 }, (_, i) => `${i}`) }, '/moderationWords', 'too-many'],
    [{ commentsCloseAfterDays: 0 }, '/commentsCloseAfterDays', 'too-small'],
    [{ commentsCloseAfterDays: 3651 }, '/commentsCloseAfterDays', 'too-large'],
    [{ commentsCloseAfterDays: 1.5 }, '/commentsCloseAfterDays', 'wrong-type'],
    [{ logo: 'x' }, '/logo', 'unknown-field'],
  ];
  for (const [body, pointer, code] of refused) {
    const label = `${pointer} ${code} ${JSON.stringify(body).slice(0, 50)}`;
    t.match(await edit(body), { status: 400, body: { errors: [{ in: 'body', pointer, code }] } }, label);
  }
  t.same((await read()).body, FIRST);
  const all = await edit({ title: '', timeZone: 'x', language: 'x y', z: 1 });
  const pointers = all.body.errors.map(({ pointer }: { pointer: string }) => pointer);
  t.same([...new Set(pointers)].sort(), ['/language', '/timeZone', '/title', '/z']);
});

test('the address of an article follows the pattern, the url and the time zone of the site', async (t) => {
  const { edit, publish, article } = await startPublication(t);
  const { id, url } = await publish({ publishedAt: '2025-12-31T23:30:00Z', language: 'de' });
  t.equal(url, '/night');
  const site = 'https://harbour.example/news';
  const rows: [change: object, url: string][] = [
    [{ url: site }, `${site}/night`],
    [{ url: `${site}/` }, `${site}/night`],
    [{ articleUrlPattern: '/{year}/{month}/{day}/{slug}' }, `${site}/2025/12/31/night`],
    [{ timeZone: 'Asia/Tokyo' }, `${site}/2026/01/01/night`],
    [{ timeZone: 'America/St_Johns' }, `${site}/2025/12/31/night`],
    [{ articleUrlPattern: '/{language}/{id}-{slug}.html', timeZone: 'UTC' }, `${site}/de/${id}-night.html`],
    [{ articleUrlPattern: '/?p={id}' }, `${site}/?p=${id}`],
    [{ url: null, articleUrlPattern: '/{slug}' }, '/night'],
  ];
  for (const [change, expected] of rows) {
    t.equal((await edit(change)).status, 200, JSON.stringify(change));
    t.equal((await article(id)).url, expected, JSON.stringify(change));
  }
});

test('an article that does not say is in the language of the site, canonical', async (t) => {
  const { edit, publish, article } = await startPublication(t);
  for (const [given, stored] of [
    ['EN-gb', 'en-GB'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
  ] as const) {
    t.match(await edit({ language: given }), { status: 200, body: { language: stored } });
    t.equal((await publish()).language, stored);
  }
  const earlier = await publish({ language: 'FR-fr' });
  t.equal(earlier.language, 'fr-FR');
  await edit({ language: 'ja' });
  t.equal((await article(earlier.id)).language, 'fr-FR', 'what is written stays');
});

test('whether comments are open follows the site where an article does not say', async (t) => {
  const { edit, publish, article } = await startPublication(t);
  const silent = await publish();
  const open = await publish({ commentPolicy: 'open' });
  const closed = await publish({ commentPolicy: 'closed' });
  for (const commentPolicy of ['closed', 'hidden', 'open'] as const) {
    await edit({ commentPolicy });
    t.match(await article(silent.id), { commentPolicy: null, commentsOpen: commentPolicy === 'open' });
    t.match(await article(open.id), { commentsOpen: true });
    t.match(await article(closed.id), { commentsOpen: false });
  }
});
