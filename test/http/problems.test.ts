import { test } from 'tap';
import { SAFETY } from '../../src/http/headers.ts';
import { PROBLEMS } from '../../src/http/problem.ts';
import { type Asked, type Galley, startGalley } from '../support/app.ts';

const AS_JSON = { 'content-type': 'application/json' };
const AS_TEXT = { 'content-type': 'text/plain' };

test('every refusal is a problem with all members of RFC 9457, its code, its fault and the id of the request', async (t) => {
  const { ask, keys } = await startGalley(t);
  const answer = await ask('POST', '/v1/articles?x=1', {
    key: keys.editor,
    body: { title: '' },
    headers: { 'x-request-id': 'my-request.1' },
  });
  t.equal(answer.status, 400);
  t.equal(answer.headers['content-type'], 'application/problem+json');
  t.same(answer.body, {
    type: '/problems/invalid-request',
    title: 'The request does not match the contract',
    status: 400,
    detail: 'title must have at least 1 character; x is not known here',
    instance: '/v1/articles',
    code: 'invalid-request',
    requestId: 'my-request.1',
    errors: [
      { in: 'body', pointer: '/title', code: 'too-short', detail: 'title must have at least 1 character' },
      { in: 'query', name: 'x', code: 'unknown-field', detail: 'x is not known here' },
    ],
  });
});

test('the catalogue is served, one code at a time too', async (t) => {
  const { ask } = await startGalley(t);
  const { body } = await ask('GET', '/problems');
  t.same(
    body.data.map(({ code }: { code: string }) => code),
    Object.keys(PROBLEMS),
  );
  for (const { type, code, status, title } of body.data)
    t.same((await ask('GET', type)).body, { type: `/problems/${code}`, code, status, title });
  t.match(await ask('GET', '/problems/nonsense'), { status: 404, body: { code: 'not-found' } });
  t.match(await ask('GET', '/problems/constructor'), { status: 404, body: { code: 'not-found' } });
});

test('one cause is one fault, in words for people', async (t) => {
  const { ask, keys } = await startGalley(t);
  const long = 'x'.repeat(501);
  const rows: [what: string, body: object, faults: [pointer: string, code: string, detail: string][]][] = [
    ['empty', { title: '' }, [['/title', 'too-short', 'title must have at least 1 character']]],
    ['spaces', { title: ' \u00a0\u3000' }, [['/title', 'wrong-pattern', 'title must not be only spaces']]],
    ['missing', {}, [['/title', 'required', 'title is required']]],
    ['type', { title: 5 }, [['/title', 'wrong-type', 'title must be a string']]],
    ['null', { title: null }, [['/title', 'wrong-type', 'title must be a string']]],
    ['nullable', { title: 't', subtitle: 5 }, [['/subtitle', 'wrong-type', 'subtitle must be a string or null']]],
    [
      'too long',
      { title: 't', subtitle: long },
      [['/subtitle', 'too-long', 'subtitle must have at most 500 characters']],
    ],
    [
      'enum',
      { title: 't', bodyFormat: 'rtf' },
      [['/bodyFormat', 'not-allowed', 'bodyFormat must be one of "markdown", "html"']],
    ],
    [
      'enum of another type',
      { title: 't', bodyFormat: 1 },
      [['/bodyFormat', 'wrong-type', 'bodyFormat must be a string']],
    ],
    [
      'slug',
      { title: 't', slug: 'A b' },
      [['/slug', 'wrong-pattern', 'slug must be lower-case letters and digits with single hyphens between them']],
    ],
    ['empty slug', { title: 't', slug: '' }, [['/slug', 'too-short', 'slug must have at least 1 character']]],
    ['read-only', { title: 't', id: 7 }, [['/id', 'read-only', 'id is read-only']]],
    ['unknown', { title: 't', titel: 't' }, [['/titel', 'unknown-field', 'titel is not known here']]],
    [
      'pointer',
      { title: 't', seo: { 'a/b~c': 1 } },
      [['/seo/a~1b~0c', 'unknown-field', 'seo/a/b~c is not known here']],
    ],
    [
      'tag of no kind',
      { title: 't', tags: ['a', 'b', 5] },
      [['/tags/2', 'wrong-type', 'tags/2 must be a string or an object']],
    ],
    ['empty tag', { title: 't', tags: ['a', ''] }, [['/tags/1', 'too-short', 'tags/1 must have at least 1 character']]],
    [
      'tag that says nothing',
      { title: 't', tags: [{}] },
      [['/tags/0', 'too-few', 'tags/0 must have at least 1 member']],
    ],
    [
      'inside a tag',
      { title: 't', tags: [{ id: 'x' }] },
      [['/tags/0/id', 'wrong-type', 'tags/0/id must be a whole number']],
    ],
    [
      'no object or null',
      { title: 't', coverImage: 'x' },
      [['/coverImage', 'wrong-type', 'coverImage must be an object or null']],
    ],
    [
      'inside an object',
      { title: 't', coverImage: { url: 'ftp://x', alt: 5 } },
      [
        [
          '/coverImage/url',
          'wrong-format',
          'coverImage/url must be an absolute http or https address, written in ASCII (RFC 3986)',
        ],
        ['/coverImage/alt', 'wrong-type', 'coverImage/alt must be a string'],
      ],
    ],
    [
      'twice',
      { title: 't', authorIds: [1, 2, 1] },
      [['/authorIds', 'not-unique', 'authorIds must not have a value twice: values 1 and 3 are equal']],
    ],
    [
      'language',
      { title: 't', language: 'x_y' },
      [['/language', 'wrong-format', 'language must be a language tag such as en or pt-BR (BCP 47)']],
    ],
  ];
  for (const [what, body, faults] of rows) {
    const answer = await ask('POST', '/v1/articles', { key: keys.editor, body });
    t.same(
      answer.body.errors?.map(({ pointer, code, detail }: Record<string, string>) => [pointer, code, detail]),
      faults,
      what,
    );
    t.equal(answer.body.detail, faults.map(([, , detail]) => detail).join('; '), `${what}: detail`);
  }
});

test('all faults of path, body, query and headers are told at once, at most 50 of them, and briefly', async (t) => {
  const { ask, keys } = await startGalley(t);
  const { body } = await ask('PATCH', '/v1/articles/0?permanent=x', {
    key: keys.editor,
    body: '{"title":"","title":"a\\u0000","tags":"x"}',
    headers: { ...AS_JSON, 'if-match': 'seven' },
  });
  t.same(
    body.errors.map(({ in: part, pointer, name, code }: Record<string, string>) => [part, pointer ?? name, code]),
    [
      ['path', 'id', 'too-small'],
      ['body', '/tags', 'wrong-type'],
      ['query', 'permanent', 'unknown-field'],
      ['header', 'if-match', 'wrong-pattern'],
      ['body', '/title', 'repeated'],
      ['body', '/title', 'wrong-format'],
    ],
  );
  const told = async (url: string, key: string | null, sent: object) =>
    (await ask('POST', url, { key, body: sent })).body.errors.map(({ pointer, code }: Record<string, string>) => [
      pointer,
      code,
    ]);
  t.same(
    await told('/v1/articles/1/comments', null, { body: ' ' }),
    [
      ['/body', 'wrong-pattern'],
      ['/authorName', 'required'],
      ['/authorEmail', 'required'],
    ],
    'what the whole body lacks is told with the faults of its parts',
  );
  t.same(await told('/v1/articles', keys.editor, { metadata: { big: 'x'.repeat(17_000) } }), [
    ['/title', 'required'],
    ['/metadata', 'too-long'],
  ]);
  const many = await ask('POST', '/v1/articles', { key: keys.editor, body: { title: 't', tags: Array(9000).fill(1) } });
  t.equal(many.status, 400);
  t.equal(many.body.errors.length, 50);
  t.ok(many.body.detail.length < 500);
  const name = 'n'.repeat(500_000);
  const long = await ask('POST', '/v1/articles', {
    key: keys.editor,
    body: { title: 't', [name]: 1, seo: { [name]: 1 } },
  });
  t.equal(long.status, 400);
  t.equal(long.body.errors.length, 2);
  t.ok(long.text.length < 3000, 'a name of half a megabyte is not sent back');
});

/** One request with faults of several levels: the first level answers, and no fault of a later one is told. */
test('the first level that fails answers', async (t) => {
  const galley = await startGalley(t);
  const { ask, keys } = galley;
  const limited = await startGalley(t, { settings: { RATE_LIMIT_WRITE: '1/hour', RATE_LIMIT_WRONG_KEYS: '1/hour' } });
  await limited.ask('POST', '/v1/articles');
  await limited.ask('POST', '/v1/articles', { key: 'glk_wrong' });
  const strict = await startGalley(t, { settings: { REQUIRE_IF_MATCH: 'true' } });
  const make = async ({ ask, keys, authorId }: Galley, more: object = {}) =>
    (
      await ask('POST', '/v1/articles', {
        key: keys.admin,
        body: { title: 'One', slug: 'one', authorIds: [authorId], ...more },
      })
    ).body.id;
  const id = await make(galley);
  const other = (await ask('POST', '/v1/authors', { key: keys.admin, body: { name: 'Other' } })).body.id;
  const foreign = (await ask('POST', '/v1/articles', { key: keys.admin, body: { title: 'Two', authorIds: [other] } }))
    .body.id;
  const needs = await make(strict);
  const wrong = 'glk_wrong';
  const big = { body: `"${'x'.repeat(5_000_000)}"`, headers: AS_JSON };
  const stale = { 'if-match': '"99"' };
  const rows: [what: string, app: Galley, method: string, url: string, asked: Asked, status: number, code: string][] = [
    ['404 before all', galley, 'POST', '/v1/artikel?x=1', { key: wrong, ...big }, 404, 'not-found'],
    ['405 before all', galley, 'PUT', '/v1/articles?x=1', { key: wrong, ...big }, 405, 'method-not-allowed'],
    ['429 before 401', limited, 'POST', '/v1/articles?x=1', { key: wrong, ...big }, 429, 'rate-limited'],
    ['401 before 413', galley, 'POST', '/v1/articles?x=1', { key: wrong, ...big }, 401, 'unauthenticated'],
    ['no key before 413', galley, 'POST', '/v1/keys?x=1', big, 401, 'unauthenticated'],
    ['a wrong key on a public door', galley, 'GET', '/v1/articles/0?x=1', { key: wrong }, 401, 'unauthenticated'],
    ['403 before 413', galley, 'POST', '/v1/keys?x=1', { key: keys.editor, ...big }, 403, 'forbidden'],
    [
      '403 before 415',
      galley,
      'PATCH',
      '/v1/site',
      { key: keys.editor, body: 'x', headers: AS_TEXT },
      403,
      'forbidden',
    ],
    ['413 before 400', galley, 'POST', '/v1/authors?x=1', { key: keys.editor, ...big }, 413, 'payload-too-large'],
    [
      '415 before 400',
      galley,
      'PATCH',
      '/v1/articles/0?x=1',
      { key: keys.editor, body: '{', headers: AS_TEXT },
      415,
      'unsupported-media-type',
    ],
    [
      'malformed before schema',
      galley,
      'PATCH',
      '/v1/articles/0?x=1',
      { key: keys.editor, body: '{"a":1,"a":1', headers: AS_JSON },
      400,
      'malformed-json',
    ],
    [
      'schema before 404',
      galley,
      'PATCH',
      '/v1/articles/999',
      { key: keys.editor, body: { title: '' } },
      400,
      'invalid-request',
    ],
    [
      'schema before 412',
      galley,
      'PATCH',
      `/v1/articles/${id}`,
      { key: keys.editor, body: { title: '' }, headers: stale },
      400,
      'invalid-request',
    ],
    [
      '404 before 412',
      galley,
      'PATCH',
      '/v1/articles/999',
      { key: keys.editor, body: { title: 't' }, headers: stale },
      404,
      'not-found',
    ],
    [
      '404 before 428',
      strict,
      'PATCH',
      '/v1/articles/999',
      { key: strict.keys.editor, body: { title: 't' } },
      404,
      'not-found',
    ],
    [
      'ownership before 412',
      galley,
      'PATCH',
      `/v1/articles/${id}`,
      { key: keys.contributor, body: { status: 'published' }, headers: stale },
      403,
      'forbidden',
    ],
    [
      'hidden is unknown',
      galley,
      'PATCH',
      `/v1/articles/${foreign}`,
      { key: keys.contributor, body: { title: 't' }, headers: stale },
      404,
      'not-found',
    ],
    [
      '412 before 422',
      galley,
      'PATCH',
      `/v1/articles/${id}`,
      { key: keys.editor, body: { authorIds: [99] }, headers: stale },
      412,
      'version-mismatch',
    ],
    [
      '428 before 422',
      strict,
      'PATCH',
      `/v1/articles/${needs}`,
      { key: strict.keys.editor, body: { authorIds: [99] } },
      428,
      'precondition-required',
    ],
    [
      '422 before 409',
      galley,
      'POST',
      '/v1/articles',
      { key: keys.editor, body: { title: 't', slug: 'one', authorIds: [99] } },
      422,
      'unknown-reference',
    ],
    [
      '409 at last',
      galley,
      'POST',
      '/v1/articles',
      { key: keys.editor, body: { title: 't', slug: 'one' } },
      409,
      'slug-taken',
    ],
  ];
  for (const [what, app, method, url, asked, status, code] of rows)
    t.match(await app.ask(method, url, asked), { status, body: { status, code } }, what);
});

test('a known path tells its methods, an unknown one is not there', async (t) => {
  const { ask } = await startGalley(t);
  const rows: [method: string, url: string, allow: string | null][] = [
    ['PUT', '/v1/articles', 'GET, HEAD, POST'],
    ['DELETE', '/v1/articles', 'GET, HEAD, POST'],
    ['PROPFIND', '/v1/articles/7', 'GET, HEAD, PATCH, DELETE'],
    ['TRACE', '/v1/articles/7', 'GET, HEAD, PATCH, DELETE'],
    ['OPTIONS', '/v1/articles/7', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/v1/articles/7/restore', 'POST'],
    ['HEAD', '/v1/articles/7/restore', 'POST'],
    ['PUT', '/v1/articles/by-slug/x', 'GET, HEAD'],
    ['PUT', `/v1/articles/by-slug/${'x'.repeat(200)}`, 'GET, HEAD'],
    ['GET', '/v1/comments/moderate', 'POST'],
    ['PATCH', '/v1/comments/erase', 'POST'],
    ['DELETE', '/v1/comments/summary', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['POST', '/docs', 'GET, HEAD'],
    ['DELETE', '/docs/static/swagger-ui.css', 'GET, HEAD'],
    ['PUT', '/v1/nothing', null],
    ['PROPFIND', '/nothing', null],
    ['PUT', '/v1/articles/', null],
    ['PUT', '/docs/nothing', null],
  ];
  for (const [method, url, allow] of rows) {
    const answer = await ask(method, url);
    t.equal(answer.status, allow === null ? 404 : 405, `${method} ${url}`);
    t.equal(answer.headers.allow ?? null, allow, `${method} ${url}`);
  }
});

test('paths are taken as they are written', async (t) => {
  const { ask } = await startGalley(t);
  const rows: [path: string, status: number, code: string][] = [
    ['/', 404, 'not-found'],
    ['/v1', 404, 'not-found'],
    ['/V1/articles', 404, 'not-found'],
    ['/v1/articles/', 404, 'not-found'],
    ['/v1/articles/by-slug/', 404, 'not-found'],
    ['/v1//articles', 404, 'not-found'],
    ['//v1/articles', 404, 'not-found'],
    ['/v1/articles/7/', 404, 'not-found'],
    ['/v1/articles/a%2Fb', 400, 'invalid-request'],
    ['/v1/articles/by-slug/a%2Fb', 404, 'not-found'],
    ['/v1/articles/by-slug/%ff', 400, 'invalid-request'],
    ['/v1/articles/by-slug/%ED%A0%80', 400, 'invalid-request'],
    ['/v1/articles/by-slug/%', 400, 'invalid-request'],
    ['/v1/articles/by-slug/%00', 400, 'invalid-request'],
    ['/%', 400, 'invalid-request'],
    [`/v1/articles/by-slug/${'a'.repeat(150)}`, 404, 'not-found'],
    [`/v1/articles/by-slug/${'a'.repeat(200)}`, 404, 'not-found'],
    [`/v1/articles/by-slug/${'%F0%9F%98%80'.repeat(200)}`, 404, 'not-found'],
    [`/v1/articles/by-slug/${'a'.repeat(201)}`, 400, 'invalid-request'],
    [`/v1/articles/by-slug/${'a'.repeat(10_000)}`, 400, 'invalid-request'],
    [`/${'a'.repeat(10_000)}`, 404, 'not-found'],
    ...['0', '-1', '+1', '01', '1e1', '0x10', '1.0', '%201', '2147483648', '9007199254740993', 'NaN', '７', '1;x'].map(
      (id): [string, number, string] => [
        `/v1/articles/${encodeURI(id).replaceAll('%25', '%')}`,
        400,
        'invalid-request',
      ],
    ),
    ['/v1/articles/2147483647', 404, 'not-found'],
  ];
  for (const [path, status, code] of rows) {
    const answer = await ask('GET', path);
    t.match(answer, { status, body: { code } }, path.slice(0, 60));
    t.ok(answer.body.detail.length < 500, 'a long path is not told back');
    t.equal(answer.headers['access-control-allow-origin'], '*');
    t.equal(answer.headers['x-request-id'], answer.body.requestId);
  }
});

test('HEAD answers like GET, without the body', async (t) => {
  const { ask, app } = await startGalley(t);
  const paths = Object.keys(app.swagger().paths ?? {}).filter((path) => !path.includes('{'));
  for (const path of [...paths, '/v1/articles/999', '/openapi.json', '/docs', '/docs/static/swagger-ui.css']) {
    const [get, head] = [await ask('GET', path), await ask('HEAD', path)];
    t.equal(head.status, get.status, path);
    t.equal(head.text, '', path);
    const isAlike = (name: string) => path !== '/metrics' || !['content-length', 'etag'].includes(name); // it counts what asks
    for (const name of ['content-type', 'content-length', 'etag', 'link', 'cache-control', 'vary'].filter(isAlike))
      if (name !== 'content-length' || get.status === 200)
        t.equal(head.headers[name], get.headers[name], `${path}: ${name}`);
  }
});

test('every answer has the headers of safety, CORS and the id of its request', async (t) => {
  const { ask, keys } = await startGalley(t);
  const fail = async () => Promise.reject(new Error('broken'));
  const broken = await startGalley(t, {
    parts: {
      renderer: {
        renderBody: fail,
        renderComment: fail,
        readSearched: fail,
        readSnippet: fail,
        waiting: 0,
        close: async () => {},
      },
    },
  });
  const limited = await startGalley(t, { settings: { RATE_LIMIT_READ: '1/hour' } });
  const etag = String((await ask('GET', '/v1/articles')).headers.etag);
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'PATCH' };
  const limitedAsk = async () => (await limited.ask('GET', '/v1/site')) && limited.ask('GET', '/v1/site');
  const rows: [status: number, answer: () => ReturnType<Galley['ask']>][] = [
    [200, () => ask('GET', '/v1/articles')],
    [204, () => ask('OPTIONS', '/v1/articles/7', { headers: preflight })],
    [304, () => ask('GET', '/v1/articles', { headers: { 'if-none-match': etag } })],
    [400, () => ask('GET', '/v1/articles?x=1')],
    [400, () => ask('GET', '/v1/articles/by-slug/%ff')],
    [401, () => ask('GET', '/v1/keys')],
    [403, () => ask('GET', '/v1/keys', { key: keys.viewer })],
    [404, () => ask('GET', '/nothing')],
    [404, () => ask('OPTIONS', '/nothing', { headers: preflight })],
    [405, () => ask('PUT', '/v1/articles')],
    [429, limitedAsk],
    [500, () => broken.ask('POST', '/v1/articles', { key: broken.keys.editor, body: { title: 't' } })],
  ];
  for (const [status, asked] of rows) {
    const { headers, body, ...answer } = await asked();
    t.equal(answer.status, status);
    t.equal(headers['access-control-allow-origin'], '*', `${status}: origin`);
    t.match(headers['access-control-expose-headers'], /ETag, Link, Location, .*X-Request-Id/, `${status}: exposed`);
    t.equal(headers['access-control-allow-credentials'], undefined, `${status}: never credentials`);
    t.match(headers, SAFETY, `${status}: safety`);
    for (const name of ['server', 'x-powered-by', 'via']) t.equal(headers[name], undefined, `${status}: ${name}`);
    t.match(headers.vary, /Authorization, Accept-Encoding/, `${status}: vary`);
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/, `${status}: id`);
    if (status === 500)
      t.same(body, { ...body, code: 'internal', detail: 'The error has been logged under this request id' });
    if (status === 204)
      t.match(headers, {
        'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
        'access-control-allow-headers': /Authorization, Content-Type, If-Match/,
        'access-control-max-age': '7200',
      });
  }
});

test('only the origins of CORS_ORIGINS are let in, and caches are told that it varies', async (t) => {
  const { ask } = await startGalley(t, { settings: { CORS_ORIGINS: 'https://a.example, https://b.example' } });
  for (const [origin, allowed] of [
    ['https://b.example', 'https://b.example'],
    ['https://c.example', undefined],
    ['null', undefined],
    [undefined, undefined],
  ])
    for (const path of ['/v1/articles', '/v1/articles?x=1', '/nothing', '/v1/articles/%']) {
      const { headers } = await ask('GET', path, { headers: origin === undefined ? {} : { origin } });
      t.equal(headers['access-control-allow-origin'], allowed, `${origin} at ${path}`);
      t.match(headers.vary, /(^|, )Origin($|,)/);
    }
});

test('X-Request-Id is taken where it is well formed, else made', async (t) => {
  const { ask } = await startGalley(t);
  for (const [id, isTaken] of [
    ['A.b_c-1', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['a b', false],
    ['<script>', false],
    ['', false],
  ] as const) {
    const { headers } = await ask('GET', '/health/live', { headers: { 'x-request-id': id } });
    t.equal(headers['x-request-id'] === id, isTaken, id);
    t.match(headers['x-request-id'], /^[A-Za-z0-9._-]{1,64}$/);
  }
});
