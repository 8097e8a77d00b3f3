/** Comments that close some days after publication: for who asks, for who posts, and for what is kept of answers. */
import { type Test, test } from 'tap';
import { START, startGalley } from '../support/app.ts';
import { overTheWire } from '../support/wire.ts';

const DAY = 86_400_000;
const at = (days: number) => new Date(Date.parse(START) + days * DAY).toISOString();
const GUEST = { authorName: 'Grace', authorEmail: 'grace@mail.example' };

/** A Galley over a socket, its response cache in front, whose comments close after some days. */
const startClosing = async (t: Test, days: number | null) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId, store } = galley;
  const wire = await overTheWire(t, galley.app);
  const closeAfter = (commentsCloseAfterDays: number | null) =>
    store.transaction(async (tx) => {
      await tx.db.update(tx.tables.site).set({ commentsCloseAfterDays });
      tx.touch(['site', 'schedule']);
    });
  await closeAfter(days);
  const edit = (id: number, body: object) => ask('PATCH', `/v1/articles/${id}`, { key: keys.editor, body });
  const publish = async (more: object = {}) => {
    const body = { title: 'Night', body: 'Dark.', authorIds: [authorId], status: 'published', ...more };
    return (await ask('POST', '/v1/articles', { key: keys.editor, body })).body.id as number;
  };
  let posted = 0;
  const post = (id: number) =>
    ask('POST', `/v1/articles/${id}/comments`, { body: { ...GUEST, body: `Hm ${posted++}.` } });
  /** Whether an article takes comments: by everything that says so, kept or not; all of it says the same. */
  const isOpen = async (id: number): Promise<boolean> => {
    const said: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      said.push(JSON.parse((await wire(`/v1/articles/${id}`)).bytes.toString()).commentsOpen);
      said.push(JSON.parse((await wire(`/v1/articles?ids=${id}`)).bytes.toString()).data[0].commentsOpen);
    }
    said.push((await ask('GET', `/v1/articles/${id}`, { key: keys.viewer })).body.commentsOpen);
    const { status, body } = await post(id);
    if (status !== 201) t.match({ status, code: body.code }, { status: 403, code: 'comments-closed' });
    said.push(status === 201);
    t.equal(new Set(said).size, 1, `all say the same of article ${id}: ${said}`);
    return said[0] === true;
  };
  const keptFor = async (path = '/v1/articles') =>
    Number(/s-maxage=(\d+)/.exec((await wire(path)).headers['cache-control'] ?? '')?.[1]);
  return { ...galley, wire, closeAfter, edit, publish, post, isOpen, keptFor };
};

test('an article takes comments for so many days, and no answer is kept past them', async (t) => {
  const { clock, publish, edit, isOpen, keptFor, closeAfter, wire } = await startClosing(t, 14);
  t.equal(await keptFor(), 60, 'nothing closes yet');
  const id = await publish();
  t.equal(await isOpen(id), true);
  clock.advance(14 * DAY - 25_000);
  t.equal(await isOpen(id), true, 'to the last second');
  t.equal(await keptFor(), 25, 'nobody keeps an answer past the moment');
  t.equal(await keptFor(`/v1/articles/${id}`), 25);
  const before = (await wire(`/v1/articles/${id}`)).headers.etag;
  clock.advance(24_999);
  t.equal(await isOpen(id), true);
  clock.advance(1);
  t.equal(await isOpen(id), false, 'and no longer');
  t.not((await wire(`/v1/articles/${id}`)).headers.etag, before, 'its tag tells that it changed');
  t.equal((await wire(`/v1/articles/${id}/comments`)).status, 200, 'what was said is shown still');
  clock.advance(2000); // till when counts may trail a moment
  t.equal(await keptFor(), 60, 'nothing else closes');

  await closeAfter(15);
  t.equal(await isOpen(id), true, 'the site gives it another day');
  await closeAfter(null);
  clock.advance(100 * DAY);
  t.equal(await isOpen(id), true, 'or all of them');
  await closeAfter(3);
  t.equal(await isOpen(id), false);
  await edit(id, { publishedAt: at(114) });
  t.equal(await isOpen(id), true, 'another moment of publication counts at once');
  await edit(id, { commentPolicy: 'closed' });
  t.equal(await isOpen(id), false);
  await edit(id, { commentPolicy: 'open' });
  t.equal(await isOpen(id), true, 'its own policy opens what is not too old');
  clock.advance(3 * DAY);
  t.equal(await isOpen(id), false, 'and nothing else');
});

test('of many articles the next to close is known, whatever is published meanwhile', async (t) => {
  const { clock, publish, edit, isOpen, keptFor, ask, keys } = await startClosing(t, 2);
  const early = await publish({ publishedAt: at(-1.5) });
  t.equal(await keptFor(), 60);
  const later = await publish({ status: 'scheduled', publishedAt: at(1) });
  const draft = await publish({ status: 'draft' });
  clock.advance(DAY / 2 - 30_000);
  t.equal(await keptFor(), 30, 'the first closes');
  const past = await publish({ publishedAt: new Date(clock.now.getTime() - 2 * DAY + 10_000).toISOString() });
  t.equal(await keptFor(), 10, 'one that is published with less left closes before it');
  t.strictSame([await isOpen(early), await isOpen(past)], [true, true]);
  clock.advance(10_000);
  t.strictSame([await isOpen(early), await isOpen(past)], [true, false]);
  clock.advance(2000);
  t.equal(await keptFor(), 18);
  await ask('DELETE', `/v1/articles/${early}`, { key: keys.editor });
  clock.advance(18_000);
  await edit(draft, { status: 'published', publishedAt: new Date(clock.now.getTime() - 2 * DAY + 5000).toISOString() });
  t.equal(await keptFor(), 5, 'a draft that is published counts too');
  clock.advance(DAY / 2);
  t.strictSame([await isOpen(later), await isOpen(draft)], [true, false], 'from its moment on, not from its writing');
  clock.advance(2 * DAY - 1);
  t.equal(await isOpen(later), true);
  clock.advance(1);
  t.equal(await isOpen(later), false);
  clock.advance(-DAY);
  t.equal(await isOpen(later), true, 'a clock that goes back opens it again');
});
