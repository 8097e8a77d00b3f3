/** A day at a newspaper with openapi-fetch: every type is one that openapi-typescript made of the document. */
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from '../made/openapi-typescript.ts';
import type { Scenario } from './scenario.ts';

type Schemas = components['schemas'];

/** What was answered, where it was no refusal. */
const taken = <Data>({ data, error }: { data?: Data; error?: Schemas['Problem'] }): Data => {
  if (data === undefined) throw new Error(`${error?.code}: ${error?.detail}`);
  return data;
};

/** A thread as a page would show it, a line a comment. */
const linesOf = (entries: Schemas['ThreadEntry'][]): string[] =>
  entries.flatMap((entry) => [
    'removed' in entry ? `${entry.depth} removed` : `${entry.depth} ${entry.authorName}: ${entry.html.trim()}`,
    ...linesOf(entry.replies ?? []),
  ]);

export const scenario: Scenario = async ({ baseUrl, key, done }) => {
  const desk = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
  const reader = createClient<paths>({ baseUrl });

  const author = taken(await desk.POST('/v1/authors', { body: { name: 'Grace Hopper' } }));
  const tag = taken(await desk.POST('/v1/tags', { body: { name: 'Harbour', kind: 'section' } }));
  const draft = await desk.POST('/v1/articles', {
    body: { title: 'The harbour at night', body: 'The *first* boats.', authorIds: [author.id], tags: [{ id: tag.id }] },
    params: { header: { 'idempotency-key': 'harbour-1' } },
  });
  const { id, status, authors, tags } = taken(draft);
  assert.deepEqual([status, authors[0]?.name, tags[0]?.kind], ['draft', 'Grace Hopper', 'section']);
  const read = draft.response.headers.get('etag') ?? '';
  done('an author, a tag and an article are made');

  const path = { id };
  const edited = await desk.PATCH('/v1/articles/{id}', {
    body: { subtitle: 'Before six' },
    params: { path, header: { 'if-match': read } },
  });
  assert.equal(taken(edited).subtitle, 'Before six');
  done('it is changed over the version that was read');

  const late = await desk.PATCH('/v1/articles/{id}', {
    body: { subtitle: 'After six' },
    params: { path, header: { 'if-match': read } },
  });
  assert.equal(late.response.status, 412);
  assert.ok(late.error);
  const { code, currentVersion, changedFields } = late.error;
  assert.deepEqual([code, currentVersion, changedFields], ['version-mismatch', 2, ['subtitle']]);
  const again = await desk.PATCH('/v1/articles/{id}', {
    body: { subtitle: 'After six' },
    params: { path, header: { 'if-match': `"${currentVersion}"` } },
  });
  assert.equal(taken(again).version, 3);
  done('who comes late learns what others changed, and goes on from there');

  const hidden = await reader.GET('/v1/articles/{id}', { params: { path } });
  assert.equal(hidden.error?.code, 'not-found');
  const published = taken(await desk.PATCH('/v1/articles/{id}', { params: { path }, body: { status: 'published' } }));
  assert.equal(published.live, true);
  const bySlug = await reader.GET('/v1/articles/by-slug/{slug}', {
    params: { path: { slug: published.slug }, query: { include: ['adjacent', 'related'] } },
  });
  const shown = taken(bySlug);
  assert.equal(shown.html, '<p>The <em>first</em> boats.</p>\n');
  assert.deepEqual([shown.adjacent?.previous, shown.related, shown.body], [null, [], undefined]);
  const listed = taken(await reader.GET('/v1/articles', { params: { query: { tag: [tag.slug], sort: 'title' } } }));
  assert.deepEqual(
    listed.data.map(({ title, authors: [first] }) => `${title}, ${first?.name}`),
    ['The harbour at night, Grace Hopper'],
  );
  assert.equal(listed.pagination.next, null);
  done('once published it is read by its slug, and in a list');

  const post = async (body: Schemas['NewComment']) =>
    taken(await reader.POST('/v1/articles/{id}/comments', { params: { path }, body }));
  const guest = { authorName: 'Kay', authorEmail: 'kay@example.org' };
  const comment = await post({ ...guest, body: 'Well sen.' });
  assert.ok(comment.editToken && comment.editableUntil);
  const token = createClient<paths>({ baseUrl, headers: { 'Comment-Token': comment.editToken } });
  const own = { params: { path: { id: comment.id } } };
  const corrected = taken(await token.PATCH('/v1/comments/{id}', { ...own, body: { body: 'Well *seen*.' } }));
  assert.deepEqual([corrected.status, corrected.html], ['pending', '<p>Well <em>seen</em>.</p>\n']);
  done('a guest comments, and changes the comment by its token');

  const moderate = async (expected: number[]) => {
    const queue = taken(await desk.GET('/v1/comments', { params: { query: { status: ['pending'], article: id } } }));
    const ids = queue.data.map((waiting) => waiting.id);
    assert.deepEqual(ids, expected);
    assert.equal(queue.data[0]?.authorEmail, 'kay@example.org');
    const moderated = taken(await desk.POST('/v1/comments/moderate', { body: { ids, status: 'approved' } }));
    assert.deepEqual([...new Set(moderated.data.map((of) => of.status))], ['approved']);
  };
  await moderate([comment.id]);
  const reply = await post({ ...guest, body: 'I did.', parentId: comment.id });
  const other = await post({ ...guest, body: 'Who was it?' });
  await moderate([other.id, reply.id]);
  done('an editor finds what waits, and approves it at once');

  await desk.PATCH('/v1/comments/{id}', { ...own, body: { status: 'trash' } }).then(taken);
  const thread = taken(
    await reader.GET('/v1/articles/{id}/comments', { params: { path, query: { view: 'tree', count: 'exact' } } }),
  );
  const expected = ['0 removed', '1 Kay: <p>I did.</p>', '0 Kay: <p>Who was it?</p>'];
  assert.deepEqual(linesOf(thread.data), expected);
  assert.equal(thread.pagination.total, 2);
  done('a reader sees the thread, and that a comment of it was removed');

  const gone = { params: { path, query: { permanent: true } } };
  for (const { id } of [reply, other, comment]) {
    const { response } = await desk.DELETE('/v1/comments/{id}', {
      params: { path: { id }, query: { permanent: true } },
    });
    assert.equal(response.status, 204);
  }
  assert.equal((await desk.DELETE('/v1/articles/{id}', gone)).response.status, 204);
  const etag = { 'if-match': `"${tag.version}"` };
  const tagGone = await desk.DELETE('/v1/tags/{id}', { params: { path: { id: tag.id }, header: etag } });
  assert.equal(tagGone.response.status, 204);
  assert.equal((await desk.DELETE('/v1/authors/{id}', { params: { path: { id: author.id } } })).response.status, 204);
  const after = await reader.GET('/v1/articles/{id}', { params: { path } });
  assert.match(after.error?.code ?? '', /^(?:gone|not-found)$/);
  assert.deepEqual(taken(await desk.GET('/v1/authors')).data, []);
  done('all of it is deleted, and gone');
};
