/** The newspaper of `openapi/examples/`, as readers see it: over the wire, and in a browser where one is installed. */
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'tap';
import { accessibility, NO_BROWSER, openBrowser, watchedPage } from '../support/browser.ts';
import {
  ARTICLES,
  asking,
  buildNewspaper,
  FOLDER,
  fillNewspaper,
  IMAGES,
  LONG,
  startNewspaper,
} from '../support/newspaper.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Posts an empty comment from an address of this machine; the status of the page that answers. */
const postFrom = (localAddress: string, url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = request(url, { method: 'POST', localAddress, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject).end('body=');
  });

/** How many comments an address may post in a minute: more than this test does from any but one. */
const COMMENTS = 40;

const PAGES = [
  '/',
  '/?page=2',
  '/?page=9',
  ...ARTICLES.map(({ slug }) => `/articles/${slug}`),
  '/authors/ada',
  '/authors/hanako',
  '/tags/harbour',
  '/search',
  '/search?q=harbour',
  '/search?q=%E6%B8%AF',
  '/search?q=nothing+like+it',
];

test('it is generated from the document and compiles strictly, without a cast', async (t) => {
  const { ok, out } = await buildNewspaper();
  t.ok(ok, out);
  const source = join(FOLDER, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  t.ok(files.length >= 10, `${files.length} files`);
  for (const name of files.filter((file) => file !== 'galley-api.ts')) {
    const code = readFileSync(join(source, name), 'utf8').replaceAll(/^import .*$|\/\*[\s\S]*?\*\/|\/\/ .*$/gm, '');
    t.notMatch(code, /\bas (?!const\b)|\bany\b|@ts-|satisfies never|biome-ignore|\w!\./, name);
  }
});

test('what readers see', async (t) => {
  const directory = temporaryDirectory(t);
  const environment = { RATE_LIMIT_COMMENT: `${COMMENTS}/minute`, RATE_LIMIT_WRITE: 'off', TRUST_PROXY: '127.0.0.1' };
  const galley = await (await startProcess(t, directory, { environment })).ready;
  const ask = asking(galley, readKey(directory));
  const { articles, comment } = await fillNewspaper(ask);
  const newspaper = await startNewspaper(t, galley);
  const read = async (path: string) => {
    const answer = await fetch(newspaper + path);
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
  const harbour = articles.get('harbour') as number;
  /** The comment that came last of those that wait. */
  const newestPending = async (): Promise<number> => {
    const { data } = await ask<{ data: { id: number }[] }>(
      'GET',
      `/v1/comments?status=pending&article=${harbour}&limit=1`,
    );
    return data[0]?.id ?? 0;
  };
  const replies = `/articles/harbour/replies/${comment}`;

  await t.test('every page is there, each with its language, one heading above all, and no script', async (t) => {
    for (const path of [...PAGES, replies, `/articles/harbour?replyTo=${comment}`]) {
      const { status, headers, html } = await read(path);
      t.equal(status, 200, path);
      t.match(headers.get('content-security-policy'), /default-src 'self'/);
      t.match(html, /^<!doctype html><html lang="en">/, path);
      t.equal(html.match(/<h1/g)?.length, 1, `${path}: one h1`);
      t.notMatch(html, /<script|onerror="/, path);
      t.notMatch(html, /undefined|\[object|@example\.org/, `${path}: no holes, no email`);
    }
  });

  await t.test('the front page leads through all articles, and an article to its neighbours', async (t) => {
    const [first, second] = [(await read('/')).html, (await read('/?page=2')).html];
    t.equal(first.match(/<article>/g)?.length, 10);
    t.equal(second.match(/<article>/g)?.length, ARTICLES.length - 10);
    t.match(first, 'href="/?page=2"');
    t.match(second, 'href="/?page=1"');
    const { html } = await read('/articles/minato');
    t.match(html, '<link rel="canonical" href="/articles/minato"/>');
    t.match(html, '<div lang="ja"><h1 dir="auto">夜の港、雨のあと</h1>');
    t.match(html, /rel="prev" href="\/articles\/mina"/);
    t.match(html, /rel="next" href="\/articles\/harbour"/);
    t.match((await read('/articles/mina')).html, '<div lang="ar"><h1 dir="auto">الميناء في الليل</h1>');
    t.match((await read('/articles/long')).html, LONG);
    t.match((await read('/articles/emoji')).html, '🚢👩‍🚀 Ships &amp; &lt;stars&gt;');
  });

  await t.test('a search marks what it found', async (t) => {
    t.match((await read('/search?q=harbour')).html, /The <mark>harbour<\/mark> at night/);
    t.match((await read('/search?q=%E6%B8%AF')).html, /<mark>港<\/mark>/);
    const { html } = await read(`/search?q=${encodeURIComponent('<b>"x')}`);
    t.match(html, '<bdi>&lt;b&gt;&quot;x</bdi>');
    t.match(await read(`/search?q=${'x'.repeat(201)}`), { status: 400, html: 'must have at most 200 characters' });
  });

  await t.test('comments are a tree in which names are text; the form is there where comments are open', async (t) => {
    const { html } = await read('/articles/harbour');
    t.match(html, '&lt;img src=x onerror=&quot;document.title=1&quot;&gt; &amp;');
    t.match(html, /What a <em>night<\/em>/);
    t.match(html, 'This comment was removed.');
    t.match(html, `href="${replies}">All 7 replies`);
    t.equal((await read(replies)).html.match(/<li id="comment-/g)?.length, 7);
    t.match(html, 'The email address will not be published.');
    t.match(html, /name="body"[^>]*maxlength="10000"|maxlength="10000"[^>]*name="body"/);
    for (const slug of ['closed', 'quiet'])
      t.notMatch((await read(`/articles/${slug}`)).html, '<form id="comment-form"');
    t.match((await read('/articles/closed')).html, 'Comments are closed.');
    t.notMatch((await read('/articles/quiet')).html, 'id="comments"');
  });

  await t.test('a refusal is told beside its field, with what was written', async (t) => {
    const send = async (fields: Record<string, string>, slug = 'harbour') => {
      const body = new URLSearchParams(fields);
      const answer = await fetch(`${newspaper}/articles/${slug}/comments`, {
        method: 'POST',
        body,
        redirect: 'manual',
      });
      return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() };
    };
    const guest = { authorName: 'Kay', authorEmail: 'kay@example.org', authorUrl: '', body: 'Said <once>' };
    const refused = await send({ ...guest, authorName: ' ', authorEmail: 'kay', authorUrl: 'nowhere' });
    t.equal(refused.status, 400);
    for (const name of ['authorName', 'authorEmail', 'authorUrl'])
      t.match(refused.html, new RegExp(`<p class="fault" id="${name}-fault">[^<]{5,}</p>`), name);
    t.notMatch(refused.html, 'id="body-fault"');
    t.match(refused.html, 'Said &lt;once&gt;</textarea>', 'nothing has to be written twice');
    t.match(await send({ ...guest, body: '' }), { status: 400, html: 'id="body-fault"' });
    t.match(await send({ ...guest, parentId: '999999' }), { status: 422, html: 'Your comment was not taken' });
    t.match(await send(guest, 'closed'), { status: 403, html: 'Comments are closed.' });
    t.match(await send(guest), { status: 303, location: '/articles/harbour?posted=pending#your-comment' });
    t.match(await send(guest), { status: 409, html: 'Your comment was not taken' }, 'said already');
  });

  const isLinux = process.platform === 'linux';
  await t.test('readers are counted one by one', { skip: !isLinux && 'there is but one address' }, async (t) => {
    const form = `${newspaper}/articles/harbour/comments`;
    for (let i = 0; i < COMMENTS; i++) await postFrom('127.0.0.2', form);
    t.equal(await postFrom('127.0.0.2', form), 429, 'one who posts too much');
    t.equal(await postFrom('127.0.0.3', form), 400, 'and another');
  });

  await t.test('what is not there, has moved or does not answer', async (t) => {
    for (const path of [
      '/articles/nothing',
      '/authors/nothing',
      '/tags/nothing',
      '/nothing',
      '/articles/harbour/replies/0',
    ])
      t.match(await read(path), { status: 404, html: /<h1>/ }, path);
    await ask('PATCH', `/v1/articles/${articles.get('short-0')}`, { slug: 'renamed' });
    const moved = await fetch(`${newspaper}/articles/short-0`, { redirect: 'manual' });
    t.match([moved.status, moved.headers.get('location')], [308, '/articles/renamed']);
    const alone = await startNewspaper(t, 'http://127.0.0.1:1');
    const answer = await fetch(alone);
    t.match([answer.status, await answer.text()], [502, /does not answer/]);
  });

  await t.test('in a browser', { skip: NO_BROWSER }, async (t) => {
    const browser = await openBrowser(t);
    const { page, faults } = await watchedPage(browser, newspaper, IMAGES);
    await page.route(`${IMAGES}/**`, (route) => route.fulfill({ body: PIXEL, contentType: 'image/gif' }));
    const paths = PAGES.filter((path) => !path.includes('short-'));
    for (const path of [...paths, '/articles/renamed', replies, `/articles/harbour?replyTo=${comment}`]) {
      await page.goto(newspaper + path);
      const { findings, passed } = await accessibility(page);
      t.same([...faults(), ...findings], [], path);
      t.ok(passed >= 15, `${path}: ${passed} rules passed`);
      t.equal(
        await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        true,
        `${path} is not too wide`,
      );
    }

    await page.goto(`${newspaper}/articles/harbour`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    t.equal(await page.evaluate('document.activeElement.id'), 'main', 'the first link skips to the text');

    await page.getByLabel('Your name').fill('  ');
    await page.getByLabel('Your email address').fill('kei@example.org');
    await page.getByLabel('Your comment').fill('見えました 🌊');
    await page.getByRole('button', { name: 'Post the comment' }).click();
    const name = page.getByLabel('Your name');
    t.equal(await name.getAttribute('aria-invalid'), 'true', 'a name of blanks comes back');
    t.same((await accessibility(page)).findings, [], 'with faults');
    t.match(faults(), [/400/], 'of which the browser tells as of any 400');
    await name.fill('圭 <b>');
    await page.getByRole('button', { name: 'Post the comment' }).click();
    await page.getByText('Your comment waits until an editor has read it.').waitFor();
    t.equal(await page.getByText('見えました').count(), 0, 'it waits');
    t.same((await accessibility(page)).findings, [], 'the page that thanks');

    const waiting = await newestPending();
    await ask('PATCH', `/v1/comments/${waiting}`, { status: 'approved' });
    await page.goto(`${newspaper}/articles/harbour`);
    t.match(await page.locator(`#comment-${waiting}`).innerText(), /圭 <b>[\s\S]*見えました 🌊/);
    t.same(faults(), []);
  });
});
