/** A publication that has everything a publication can have, made through the doors. */
import type { Test } from 'tap';
import type { Answer, Galley } from './app.ts';

const DAY = 86_400_000;

export const WORDS = '日本語の見出し · عنوان عربي · 🛟 <b>&amp;</b> ]]> \u0001 "quoted" \u2028 end';

/** Asks, and fails the test where that is refused. */
const asking =
  (t: Test, { ask, keys }: Galley) =>
  async (method: string, url: string, body?: unknown, key: string | null = keys.admin): Promise<Answer['body']> => {
    const answer = await ask(method, url, { key, ...(body !== undefined && { body }) });
    if (answer.status >= 300) t.fail(`${method} ${url} → ${answer.status}`, { body: answer.body });
    return answer.body;
  };

/** Fills a store; its clock is moved on by some days. */
export const makeWholeContent = async (t: Test, galley: Galley): Promise<void> => {
  const { clock, keys, authorId: ada } = galley;
  const tell = asking(t, galley);
  const site = {
    title: 'Gazette',
    description: WORDS,
    url: 'https://g.example',
    language: 'pt-PT',
    timeZone: 'Asia/Tokyo',
  };
  const rest = { articleUrlPattern: '/{year}/{slug}', moderation: 'none', moderationWords: ['viagra', 'كازينو'] };
  await tell('PATCH', '/v1/site', { ...site, ...rest, commentsCloseAfterDays: 3650 });
  const grace = await tell('POST', '/v1/authors', {
    ...{
      name: 'Grace Hopper 🛟',
      slug: 'grace',
      bio: WORDS,
      email: 'grace@g.example',
      avatarUrl: 'https://g.example/a.png',
    },
    ...{ websiteUrl: 'https://g.example/', links: [{ label: 'Ä', url: 'https://g.example/x' }] },
  });
  const hidden = await tell('POST', '/v1/authors', { name: '山田太郎', slug: 'yamada-old' });
  await tell('PATCH', `/v1/authors/${hidden.id}`, { slug: 'yamada' });
  const tags: Record<string, { id: number }> = {};
  for (const [slug, kind] of [
    ['harbour', 'section'],
    ['night', 'topic'],
    ['desk', 'internal'],
    ['nacht', 'topic'],
    ['unused', 'topic'],
  ])
    tags[slug as string] = await tell('POST', '/v1/tags', {
      name: `${slug} ñ`,
      slug,
      kind,
      description: slug === 'desk' ? WORDS : null,
    });
  const article = async (slug: string, fields: object = {}) =>
    tell('POST', '/v1/articles', {
      title: `${slug} ${WORDS}`,
      slug,
      body: `# ${WORDS}\n\n*${slug}*`,
      authorIds: [ada],
      ...fields,
    });
  const live = { status: 'published', publishedAt: '2026-11-01T00:00:00.123Z' };

  const main = await article('main', {
    ...live,
    ...{
      subtitle: 'Unter',
      excerpt: 'Kurz',
      authorIds: [grace.id, ada],
      tags: ['night', 'desk', 'harbour', 'nacht'].map((s) => ({ id: tags[s]?.id })),
    },
    ...{
      language: 'ja',
      translationKey: 'one',
      featured: true,
      commentPolicy: 'open',
      contentUpdatedAt: '2026-11-02T00:00:00Z',
    },
    coverImage: { url: 'https://g.example/c.jpg', alt: WORDS, caption: 'c', credit: 'd', width: 16, height: 9 },
    seo: { title: 's', noindex: true, canonicalUrl: 'https://other.example/x' },
    ...{
      metadata: { z: null, a: { b: [1, '🛟', null] } },
      source: { system: 'wp', id: '1', url: 'https://old.example/?p=1' },
    },
  });
  await article('html', {
    ...live,
    bodyFormat: 'html',
    body: `<p>${WORDS}</p><script>x</script>`,
    source: { system: 'file', id: 'draft' },
  });
  await article('draft', { body: '', authorIds: [] });
  await article('review', { status: 'review', tags: ['made by name'] });
  await article('later', {
    status: 'scheduled',
    publishedAt: '2027-01-01T00:00:00Z',
    unpublishAt: '2027-02-01T00:00:00Z',
  });
  await article('ending', { ...live, unpublishAt: '2026-11-23T00:00:00Z' });
  await article('due', {
    status: 'scheduled',
    publishedAt: '2026-11-22T12:00:00Z',
    unpublishAt: '2028-01-01T00:00:00Z',
  });
  const archived = await article('was', live);
  const trashed = await article('trashed', live);
  const renamed = await article('old-name', { ...live, body: 'x', seo: {} });
  await article('never', { status: 'archived', publishedAt: '2020-01-01T00:00:00Z' });

  clock.advance(1000);
  await tell('PATCH', `/v1/articles/${renamed.id}`, { slug: 'middle-name' });
  await tell('PATCH', `/v1/articles/${renamed.id}`, { slug: 'new-name', title: 'Renamed' });
  await tell('PATCH', `/v1/authors/${grace.id}`, { slug: 'grace-hopper' });
  await tell('PATCH', `/v1/tags/${tags.night?.id}`, { slug: 'nights' });
  await tell('PATCH', `/v1/tags/${tags.desk?.id}`, { slug: 'newsdesk' });
  await tell('POST', `/v1/tags/${tags.nacht?.id}/merge`, { into: tags.night?.id });
  await tell('PATCH', `/v1/articles/${archived.id}`, { status: 'archived' });
  await tell('PATCH', `/v1/articles/${archived.id}`, { slug: 'was-once' });
  await tell('DELETE', `/v1/articles/${trashed.id}`);
  await tell('PATCH', `/v1/articles/${main.id}/working-copy`, {
    ...{ title: 'Next', body: `<i>${WORDS}</i>`, bodyFormat: 'html', subtitle: null, seo: null, metadata: { z: 1 } },
    ...{ authorIds: [hidden.id], tags: [{ id: tags.unused?.id }], language: 'en' },
  });
  await tell('PATCH', `/v1/articles/${renamed.id}/working-copy`, { excerpt: 'Only this' });

  const say = async (body: string, parentId: number | null, author = 'Leser 読者', email = 'Reader@Mail.example') => {
    clock.advance(60_000);
    const comment = { authorName: author, authorEmail: email, authorUrl: 'https://r.example/', body, parentId };
    return (await tell('POST', `/v1/articles/${main.id}/comments`, comment, null)).id as number;
  };
  const [top, gone, other] = [
    await say(`**${WORDS.replace('\u0001', '')}**`, null),
    await say('goes', null),
    await say('other', null),
  ];
  const reply = await say('reply', gone);
  await tell('POST', `/v1/articles/${main.id}/comments`, { body: 'staff', parentId: reply }, keys.author);
  for (let depth = 0, parent = top; depth < 7; depth++)
    parent = await say(`deep ${depth}`, parent, 'Deep', 'deep@mail.example');
  const [spam, trash, waiting] = [await say('spam', null), await say('trash', other), await say('viagra', null)];
  await tell('PATCH', `/v1/comments/${spam}`, { status: 'spam' });
  await tell('PATCH', `/v1/comments/${trash}`, { status: 'trash' });
  await tell('PATCH', `/v1/comments/${waiting}`, { body: 'viagra, still' });
  await say('secret', null, 'Who', 'erased@mail.example');
  await tell('POST', '/v1/comments/erase', { authorEmail: 'erased@mail.example', mode: 'anonymise' });
  await tell('DELETE', `/v1/comments/${gone}?permanent=true`);
  await tell(
    'POST',
    `/v1/articles/${renamed.id}/comments`,
    { authorName: 'A', authorEmail: 'a@b.example', body: 'elsewhere' },
    null,
  );
  clock.advance(2 * DAY);
  await galley.noteDueMoments();
  await galley.indexQueued();
};
