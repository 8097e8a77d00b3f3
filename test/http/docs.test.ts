import { test } from 'tap';
import { type Galley, startGalley } from '../support/app.ts';
import { NO_BROWSER, openBrowser } from '../support/browser.ts';
import { openDocs } from '../support/docs-page.ts';

/** The addresses a page names, as a browser would ask for them. */
const namedBy = (html: string, base: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, address]) => new URL(address as string, `http://galley${base}`).href,
  );

const MEDIA_TYPES: Record<string, RegExp> = {
  css: /^text\/css/,
  js: /^(?:text|application)\/javascript/,
  png: /^image\/png/,
};

test('the page and all that it loads come from here, with their media types', async (t) => {
  const { ask } = await startGalley(t);
  for (const base of ['/docs', '/docs/']) {
    const page = await ask('GET', base);
    t.match(page, { status: 200, headers: { 'content-type': /^text\/html/ } }, base);
    const addresses = namedBy(page.text, base);
    t.ok(addresses.length >= 6, `${base}: ${addresses.length} assets`);
    for (const address of addresses) {
      const { origin, pathname } = new URL(address);
      t.equal(origin, 'http://galley', `${address} is ours`);
      const asset = await ask('GET', pathname);
      t.equal(asset.status, 200, pathname);
      t.match(asset.headers['content-type'], MEDIA_TYPES[pathname.split('.').at(-1) as string] ?? /never/, pathname);
    }
  }
});

test('the viewer reads this document, and asks nobody else', async (t) => {
  const { ask } = await startGalley(t);
  const script = await ask('GET', '/docs/static/swagger-initializer.js');
  const code = script.text.replaceAll(/^\s*\/\/.*$/gm, '');
  t.notMatch(code, /https?:\/\//, 'no address elsewhere');
  t.match(code, /"validatorUrl":null/, 'no validator elsewhere');
  const document = await ask('GET', '/docs/json');
  t.same(document.body, JSON.parse((await ask('GET', '/openapi.json')).text));
  const text = JSON.stringify(document.body);
  // What standards are called by is no address that anything is loaded from.
  const names =
    /https?:\/\/(?:schema\.org|jsonfeed\.org\/version|www\.w3\.org\/2005\/Atom|www\.sitemaps\.org\/schemas)/g;
  t.notMatch(text.replaceAll(names, ''), /https?:\/\/(?![a-z.]*\.example)/, 'the document names none either');
});

test('one policy lets the page load its own, over plain http too, and all else nothing', async (t) => {
  const { ask } = await startGalley(t);
  const policyOf = async (path: string) => (await ask('GET', path)).headers['content-security-policy'];
  for (const path of ['/docs', '/docs/static/swagger-ui.css', '/docs/static/swagger-ui-bundle.js']) {
    const policy = await policyOf(path);
    t.type(policy, 'string', `${path}: one policy`);
    t.match(policy, /default-src 'none'; script-src 'self'; .*connect-src 'self'/, path);
    t.notMatch(policy, /https?:|upgrade-insecure-requests|script-src[^;]*unsafe|\.io/, path);
  }
  for (const path of ['/v1/articles', '/openapi.json', '/docs/nothing', '/nothing'])
    t.equal(await policyOf(path), "default-src 'none'; frame-ancestors 'none'", path);
});

test('in a browser a request is tried with a key, as its example has it', { skip: NO_BROWSER }, async (t) => {
  const galley = await startGalley(t);
  const docs = await openDocs(await openBrowser(t), galley.app);
  await docs.authorize(galley.keys.editor);
  const operation = await docs.open('createArticle');
  const sent = JSON.parse((await operation.body()) ?? '');
  t.match(sent, { title: /./, authorIds: [galley.authorId], status: 'published' }, 'the example is filled in');
  const { status, body } = await operation.execute();
  t.equal(status, '201');
  t.match(JSON.parse(body), { title: sent.title, status: 'published', live: true });
  t.same(docs.faults(), [], 'and nobody else was asked');
});

test('what the viewer does not have is not there, and cannot make it stumble', async (t) => {
  const { ask, app } = await startGalley(t);
  const missing = [
    '/docs/nothing',
    '/docs/static/nothing.js',
    '/docs/static/',
    '/docs/static',
    '/docs/static/..%2f..%2fpackage.json',
  ];
  for (const path of [...missing, '/docs/static/%2e%2e/package.json', '/docs/json/', '/documentation', '/docs//json']) {
    const answer = await ask('GET', path);
    t.match(
      answer,
      { status: 404, body: { code: 'not-found' }, headers: { 'content-type': 'application/problem+json' } },
      path,
    );
  }
  for (const headers of [{ range: 'bytes=99999999-' }, { 'if-match': '"x"' }]) {
    const answer = await app.inject({ url: '/docs/static/swagger-ui.css', headers });
    t.equal(answer.statusCode, 400, JSON.stringify(headers));
    t.equal(answer.headers['content-type'], 'application/problem+json');
  }
});

test('the document is served as JSON and YAML, with tags to compare', async (t) => {
  const { ask }: Galley = await startGalley(t);
  for (const [path, type] of [
    ['/openapi.json', 'application/json; charset=utf-8'],
    ['/openapi.yaml', 'application/yaml; charset=utf-8'],
  ] as const) {
    const { status, headers } = await ask('GET', path);
    t.match({ status, type: headers['content-type'] }, { status: 200, type });
    t.match(await ask('GET', path, { headers: { 'if-none-match': String(headers.etag) } }), { status: 304, text: '' });
  }
  t.match((await ask('GET', '/openapi.yaml')).text, /^openapi: 3\.1\./);
});
