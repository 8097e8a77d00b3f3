import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { XmlDocument, type XmlElement } from 'libxml2-wasm';
import { test } from 'tap';
import { exportContent } from '../../src/features/exports/actions.ts';
import { startGalley } from '../support/app.ts';
import { makeWholeContent, WORDS } from '../support/whole-content.ts';

const NAMES = {
  wp: 'http://wordpress.org/export/1.2/',
  content: 'http://purl.org/rss/1.0/modules/content/',
  excerpt: 'http://wordpress.org/export/1.2/excerpt/',
  dc: 'http://purl.org/dc/elements/1.1/',
};

test('WXR holds what WordPress has a place for, well-formed whatever was written', async (t) => {
  const galley = await startGalley(t);
  await makeWholeContent(t, galley);
  const out = new PassThrough();
  const writing = exportContent({ store: galley.store, clock: () => galley.clock.now }, { format: 'wxr', to: out });
  writing.then(() => out.end());
  const written = await text(out);
  const { counts } = await writing;
  t.match(counts, { authors: 3, tags: 4, articles: 10, comments: 16 });

  const document = XmlDocument.fromString(written); // throws where it is not well-formed
  t.teardown(() => document.dispose());
  const find = (path: string, from: XmlElement = document.root) => from.find(path, NAMES) as XmlElement[];
  const read = (path: string, from?: XmlElement) => find(path, from).map(({ content }) => content);
  t.same(read('/rss/channel/wp:wxr_version'), ['1.2']);
  t.same(read('/rss/channel/wp:base_site_url'), ['https://g.example']);
  t.same(read('/rss/channel/wp:author/wp:author_login'), ['ada-lovelace', 'grace-hopper', 'yamada']);
  t.same(read('/rss/channel/wp:author/wp:author_email'), ['ada@harbour.example', 'grace@g.example', '']);
  t.same(read('/rss/channel/wp:category/wp:category_nicename'), ['harbour']);
  t.same(read('/rss/channel/wp:tag/wp:tag_slug'), ['nights', 'unused', 'made-by-name']);
  const posts = find('/rss/channel/item[wp:post_type="post"]');
  const shown = (path: string) => posts.map((post) => read(path, post).join());
  t.same(shown('wp:post_name'), [
    ...['main', 'html', 'draft', 'review', 'later', 'ending', 'due', 'was-once', 'new-name', 'never'],
  ]);
  t.same(shown('wp:status'), [
    ...['publish', 'publish', 'draft', 'pending', 'future', 'private', 'publish', 'private', 'publish', 'private'],
  ]);

  const [main, html, draft] = posts;
  const said = WORDS.replace('\u0001', '');
  t.same(read('title', main), [
    `main ${said}`.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? ''),
  ]);
  t.match(read('content:encoded', main)[0], /^<h1/);
  t.same(read('content:encoded', html), [`<p>${said}</p><script>x</script>`], 'HTML as it was written');
  t.same(read('excerpt:encoded', main), ['Kurz']);
  t.same(read('dc:creator', main), ['grace-hopper']);
  t.same(read('wp:post_date', main), ['2026-11-01 09:00:00'], 'by the clock of the site');
  t.same(read('wp:post_date_gmt', main), ['2026-11-01 00:00:00']);
  t.same(read('wp:post_date_gmt', draft), ['0000-00-00 00:00:00']);
  t.same(read('wp:is_sticky', main), ['1']);
  t.same(shown('wp:comment_status').slice(0, 2), ['open', 'open']);
  t.same(read('category[@domain="category"]/@nicename', main), ['harbour']);
  t.same(read('category[@domain="post_tag"]/@nicename', main), ['nights'], 'no internal ones');
  const meta = (post: XmlElement | undefined, key: string) =>
    read(`wp:postmeta[wp:meta_key="${key}"]/wp:meta_value`, post);
  t.same(meta(posts[8], '_wp_old_slug'), ['middle-name', 'old-name']);
  const [attachment] = find('/rss/channel/item[wp:post_type="attachment"]');
  t.same(meta(main, '_thumbnail_id'), read('wp:post_id', attachment));
  t.same(read('wp:attachment_url', attachment), ['https://g.example/c.jpg']);
  t.same(meta(attachment, '_wp_attachment_image_alt'), [read('title', attachment)[0]]);

  const comments = find('wp:comment', main);
  const of = (body: string) => comments.find((comment) => read('wp:comment_content', comment)[0]?.includes(body));
  t.same(read('wp:comment_parent', of('reply')), ['0'], 'what it answered is removed');
  t.same(read('wp:comment_parent', of('staff')), read('wp:comment_id', of('reply')));
  t.same(read('wp:comment_user_id', of('staff')), read('/rss/channel/wp:author[1]/wp:author_id'));
  t.same(
    ['spam', 'trash', 'viagra', 'other'].map((body) => read('wp:comment_approved', of(body)).join()),
    ['spam', 'trash', '0', '1'],
  );
  t.same(read('wp:comment_author_email', of('other')), ['Reader@Mail.example']);
});
