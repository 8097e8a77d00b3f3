import { test } from 'tap';
import { startGalley } from '../support/app.ts';

test('an editor makes an article', async (t) => {
  const { ask, keys, authorId } = await startGalley(t);
  const made = await ask('POST', '/v1/articles', {
    key: keys.editor,
    body: {
      title: 'The harbour at night',
      body: 'The *first* boats.',
      authorIds: [authorId],
      tags: ['Harbour'],
      status: 'published',
    },
  });
  t.equal(made.status, 201);
  t.equal(made.headers.location, `/v1/articles/${made.body.id}`);
  t.match(made.body, {
    slug: 'the-harbour-at-night',
    status: 'published',
    live: true,
    html: '<p>The <em>first</em> boats.</p>\n',
  });
  const read = await ask('GET', '/v1/articles');
  t.equal(read.body.data.length, 1);
});
