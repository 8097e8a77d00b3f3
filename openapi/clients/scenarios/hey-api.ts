/** A day at a newspaper with the client of @hey-api/openapi-ts: a function a door, every type as generated. */
import assert from 'node:assert/strict';
import { createClient } from '../made/hey-api/client';
import * as galley from '../made/hey-api/index.ts';
import type { Scenario } from './scenario.ts';

/** What was answered, where it was no refusal. */
const taken = <Data>({ data, error }: { data?: Data; error?: galley.Problem }): Data => {
  if (data === undefined) throw new Error(`${error?.code}: ${error?.detail}`);
  return data;
};

/** How a page would head an entry of a thread. */
const headingOf = (entry: galley.Comment | galley.RemovedComment): string =>
  'removed' in entry ? 'A comment that was removed' : `${entry.authorName}, ${entry.isStaff ? 'the paper' : 'a guest'}`;

export const scenario: Scenario = async ({ baseUrl, key, done }) => {
  // The client asks for what opens a door by the name that the document gives it.
  const desk = createClient({ baseUrl, auth: ({ scheme }) => (scheme === 'bearer' ? key : undefined) });
  const reader = createClient({ baseUrl });

  const author = taken(await galley.createAuthor({ client: desk, body: { name: 'Ada Lovelace' } }));
  const tag = taken(await galley.createTag({ client: desk, body: { name: 'Engines' } }));
  const draft = await galley.createArticle({
    client: desk,
    body: { title: 'On engines', body: 'They *weave*.', authorIds: [author.id], tags: ['engines'] },
  });
  const article = taken(draft);
  assert.deepEqual([article.status, article.tags[0]?.id], ['draft', tag.id]);
  const read = draft.response?.headers.get('etag') ?? '';
  done('an author, a tag and an article are made');

  const path = { id: article.id };
  const edit = (body: galley.ArticlePatch, etag: string) =>
    galley.editArticle({ client: desk, path, body, headers: { 'if-match': etag } });
  assert.equal(taken(await edit({ excerpt: 'Of weaving.' }, read)).excerptSource, 'author');
  done('it is changed over the version that was read');

  const late = await edit({ excerpt: 'Of numbers.', featured: true }, read);
  assert.equal(late.response?.status, 412);
  assert.deepEqual([late.error?.code, late.error?.changedFields], ['version-mismatch', ['excerpt']]);
  const fresh = await galley.readArticle({ client: desk, path });
  assert.equal(taken(fresh).excerpt, 'Of weaving.');
  const merged = taken(await edit({ featured: true }, fresh.response?.headers.get('etag') ?? ''));
  assert.deepEqual([merged.version, merged.excerpt, merged.featured], [3, 'Of weaving.', true]);
  done('who comes late learns what others changed, and goes on from there');

  const hidden = await galley.readArticleBySlug({ client: reader, path: { slug: article.slug } });
  assert.equal(hidden.error?.status, 404);
  taken(await galley.editArticle({ client: desk, path, body: { status: 'published' } }));
  const shown = taken(await galley.readArticleBySlug({ client: reader, path: { slug: article.slug } }));
  assert.equal(shown.html, '<p>They <em>weave</em>.</p>\n');
  const found = taken(await galley.listArticles({ client: reader, query: { q: 'weave', include: ['highlights'] } }));
  assert.deepEqual(
    found.data.map(({ slug, highlights }) => [slug, highlights?.snippet]),
    [['on-engines', 'They <mark>weave</mark>.']],
  );
  const empty = taken(await galley.listArticles({ client: reader, query: { tagsNot: [tag.slug], page: 1 } }));
  assert.equal(empty.pagination.total, 0);
  done('once published it is read by its slug, and in a list');

  const post = async (body: galley.NewComment) => taken(await galley.postComment({ client: reader, path, body }));
  const guest = { authorName: 'Charles', authorEmail: 'charles@example.org' };
  const comment = await post({ ...guest, body: 'Mine does.' });
  const { editToken } = comment;
  assert.ok(editToken);
  const token = createClient({ baseUrl, auth: ({ name }) => (name === 'Comment-Token' ? editToken : undefined) });
  const own = { path: { id: comment.id }, headers: { 'if-match': `"${comment.version}"` } };
  const corrected = taken(await galley.editComment({ client: token, ...own, body: { body: 'Mine *will*.' } }));
  assert.equal(corrected.html, '<p>Mine <em>will</em>.</p>\n');
  done('a guest comments, and changes the comment by its token');

  const queue = taken(await galley.listComments({ client: desk, query: { status: ['pending'], q: 'will' } }));
  const [waiting] = queue.data;
  assert.deepEqual([queue.data.length, waiting?.body], [1, 'Mine *will*.']);
  assert.ok(waiting?.moderation?.reasons.some(({ code }) => code === 'first-time'));
  const ids = [comment.id];
  taken(await galley.moderateComments({ client: desk, body: { ids, status: 'approved' } }));
  const answer = await galley.postComment({
    client: desk,
    path,
    body: { authorName: 'Ada', authorEmail: 'ada@example.org', body: 'We shall see.', parentId: comment.id },
  });
  const reply = taken(answer);
  taken(await galley.moderateComments({ client: desk, body: { ids: [reply.id], status: 'approved' } }));
  const counts = taken(await galley.summarizeComments({ client: desk }));
  assert.deepEqual([counts.pending, counts.approved], [0, 2]);
  done('an editor finds what waits, and approves it at once');

  const tree = async () =>
    taken(await galley.listArticleComments({ client: reader, path, query: { view: 'tree' } })).data;
  const [before] = await tree();
  assert.ok(before);
  assert.equal(headingOf(before), 'Charles, a guest');
  const withdrawn = await galley.deleteComment({ client: token, path: own.path });
  assert.equal(withdrawn.response?.status, 204);
  const [top] = await tree();
  assert.ok(top?.replies?.[0]);
  assert.deepEqual([headingOf(top), top.replies.map(headingOf)[0]], ['A comment that was removed', 'Ada, a guest']);
  done('a reader sees the thread, and that a comment of it was removed');

  const permanent = { client: desk, query: { permanent: true } };
  for (const id of [reply.id, comment.id]) taken(await galley.deleteComment({ ...permanent, path: { id } }));
  taken(await galley.deleteArticle({ ...permanent, path }));
  taken(await galley.deleteTag({ client: desk, path: { id: tag.id } }));
  taken(await galley.deleteAuthor({ client: desk, path: { id: author.id } }));
  const gone = await galley.readArticle({ client: reader, path });
  assert.match(gone.error?.code ?? '', /^(?:gone|not-found)$/);
  assert.deepEqual(taken(await galley.listTags({ client: desk })).data, []);
  done('all of it is deleted, and gone');
};
