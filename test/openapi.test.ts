import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { test } from 'tap';
import { EVENT_TYPES } from '../src/core/events.ts';
import { PROBLEMS } from '../src/http/problem.ts';
import { startGalley } from './support/app.ts';
import { NODE_ARGS, programOf } from './support/program.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON of every shape
type Json = any;

const FILE = fileURLToPath(new URL('../openapi/openapi.json', import.meta.url));
const document: Json = JSON.parse(readFileSync(FILE, 'utf8'));

type Named = { name: string; method: string; path: string; operation: Json };
const operations: Named[] = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    operation,
  })),
);

const deref = (value: Json): Json =>
  value?.$ref === undefined
    ? value
    : value.$ref
        .slice(2)
        .split('/')
        .reduce((at: Json, step: string) => at[step], document);

/** Every object of the document with its pointer; examples are data, and not looked into. */
const walk = function* (value: Json, pointer = '#'): Generator<[string, Json]> {
  if (typeof value !== 'object' || value === null) return;
  yield [pointer, value];
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'examples' && name !== 'example') yield* walk(member, `${pointer}/${name}`);
  }
};

const ajv = new Ajv2020({
  strict: false,
  formats: { bcp47: true, 'time-zone': true, int32: true, int64: true, binary: true },
});
(addFormats as unknown as typeof addFormats.default)(ajv, ['email', 'date-time', 'uri']);
ajv.addSchema({ $id: 'document', components: document.components });
const compiled = new Map<string, ValidateFunction>();
/** What is wrong with a value; an empty list when nothing is. */
const faultsOf = (schema: Json, value: unknown, where: string): string[] => {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
  const check = compiled.get(text) ?? ajv.compile(JSON.parse(text));
  compiled.set(text, check);
  return check(value) ? [] : [`${where}: ${ajv.errorsText(check.errors)}`];
};

test('the committed document is the one the doors make, and the check says when it is not', async (t) => {
  const app = await startGalley(t);
  t.same(document, JSON.parse((await app.ask('GET', '/openapi.json')).text), 'run `npm run openapi`');
  const stale = join(t.testdir(), 'stale.json');
  writeFileSync(stale, JSON.stringify({ ...document, openapi: '3.1.1' }));
  const check = spawnSync(process.execPath, [...NODE_ARGS, programOf('openapi/generate.ts'), '--check', stale], {
    encoding: 'utf8',
  });
  t.equal(check.status, 1);
  t.match(check.stderr, /^[^\n]* is not current: [^\n]*\n$/, 'one clear line');
});

test('the document passes the recommended rules of Redocly without a warning', (t) => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const said = execFileSync(
    process.execPath,
    ['node_modules/@redocly/cli/bin/cli.js', 'lint', '--format=json', 'openapi/openapi.json'],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, REDOCLY_TELEMETRY: 'off' },
    },
  );
  t.match(JSON.parse(said), { totals: { errors: 0, warnings: 0, ignored: 0 } });
  t.end();
});

test('it is OpenAPI 3.1, of this server, and describes every tag', (t) => {
  t.match(document.openapi, /^3\.1\./);
  t.equal(document.servers[0].url, '/');
  const described = document.tags.map(({ name }: Json) => name);
  t.ok(document.tags.every(({ description }: Json) => description));
  const used = new Set(operations.flatMap(({ operation }) => operation.tags));
  t.same([...used].sort(), [...described].sort(), 'no tag without doors, no door without its tag');
  t.end();
});

test('every operation says its name, summary, tag, security and statuses', (t) => {
  const ids = operations.map(({ operation }) => operation.operationId);
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique');
  for (const { name, method, operation } of operations) {
    t.match(operation.operationId, /^[a-z][A-Za-z]+$/, `${name}: operationId`);
    t.ok(operation.summary, `${name}: summary`);
    t.equal(operation.tags?.length, 1, `${name}: one tag`);
    t.ok(Array.isArray(operation.security), `${name}: security`);
    const statuses = Object.keys(operation.responses);
    t.ok(
      statuses.some((status) => status.startsWith('2')),
      `${name}: a success`,
    );
    for (const status of ['400', '401', '429', '500', '503']) t.ok(statuses.includes(status), `${name}: ${status}`);
    if (JSON.stringify(operation.security) === '[{"bearer":[]}]' && operation.operationId !== 'readMe')
      t.ok(statuses.includes('403'), `${name}: 403`);
    if (operation.parameters?.some(({ in: part }: Json) => part === 'path'))
      t.ok(statuses.includes('404'), `${name}: 404`);
    if (method !== 'get' && operation.parameters?.some((parameter: Json) => parameter.name === 'if-match'))
      for (const status of ['412', '428']) t.ok(statuses.includes(status), `${name}: ${status}`);
    if (operation.requestBody || method === 'delete')
      for (const status of ['413', '415']) t.ok(statuses.includes(status), `${name}: ${status}`);
  }
  t.end();
});

test('public doors take a key or none; the doors of the service need none; all others demand one', (t) => {
  const securityOf = (id: string) =>
    operations.find(({ operation }) => operation.operationId === id)?.operation.security;
  t.same(securityOf('listArticles'), [{}, { bearer: [] }]);
  t.same(securityOf('postComment'), [{}, { bearer: [] }]);
  t.same(securityOf('createArticle'), [{ bearer: [] }]);
  t.same(securityOf('getLiveness'), []);
  t.end();
});

test('every body and answer has an example, and every example is valid by its own schema', (t) => {
  const faults: string[] = [];
  let seen = 0;
  const check = (schema: Json, value: unknown, where: string) => {
    seen++;
    faults.push(...faultsOf(schema, value, where));
  };
  for (const { name, operation } of operations) {
    const contents = [operation.requestBody, ...Object.values<Json>(operation.responses).map(deref)].flatMap((part) =>
      Object.entries<Json>(part?.content ?? {}),
    );
    for (const [type, { schema, examples = {} }] of contents) {
      const values = [...Object.values<Json>(examples).map(({ value }) => value), ...(deref(schema).examples ?? [])];
      if (values.length === 0) faults.push(`${name}: ${type} has no example`);
      for (const value of values) check(schema, value, `${name}: example of ${type}`);
    }
    for (const { name: parameter, schema, example } of operation.parameters ?? [])
      if (example !== undefined) check(schema, example, `${name}: example of ${parameter}`);
  }
  for (const [pointer, value] of walk(document))
    if (Array.isArray(value.examples)) for (const example of value.examples) check(value, example, pointer);
  t.same(faults, []);
  t.ok(seen > 200, `${seen} examples`);
  t.end();
});

test('a refusal is always a problem, its example tells its own status and code', (t) => {
  const codes = new Set<string>();
  for (const { name, operation } of operations) {
    for (const [status, given] of Object.entries<Json>(operation.responses)) {
      if (Number(status) < 400) continue;
      const { content } = deref(given);
      t.same(Object.keys(content), ['application/problem+json'], `${name} ${status}`);
      for (const [code, { value }] of Object.entries<Json>(content['application/problem+json'].examples)) {
        codes.add(code);
        t.match(value, { code, status: Number(status), type: `/problems/${code}` }, `${name} ${status} ${code}`);
      }
    }
  }
  const elsewhere = ['method-not-allowed', 'request-timeout', 'headers-too-large']; // of no operation
  t.same([...codes, ...elsewhere].sort(), Object.keys(PROBLEMS).sort(), 'every code of the catalogue has its place');
  t.end();
});

test('headers that are always sent are required, the others are not', (t) => {
  const headersOf = (id: string, status: string) => {
    const found = operations.find(({ operation }) => operation.operationId === id) as Named;
    const { headers } = deref(found.operation.responses[status]);
    return Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, deref(header)]));
  };
  t.match(headersOf('readArticle', '200'), { ETag: { required: true }, 'Cache-Control': { required: true } });
  t.match(headersOf('readArticle', '304'), { ETag: { required: true } });
  t.match(headersOf('listArticles', '200'), { Link: { required: true } });
  t.match(headersOf('createArticle', '201'), { Location: { required: true }, ETag: { required: true } });
  t.match(headersOf('readArticle', '401'), { 'WWW-Authenticate': { required: true } });
  t.match(headersOf('readArticle', '429'), { 'Retry-After': { required: true } });
  t.notOk(headersOf('readArticle', '200').RateLimit.required, 'limits may be off, and the anonymous are not told');
  t.end();
});

test('nothing stands in it twice, and nothing of the inside', (t) => {
  const components = new Map(
    Object.entries<Json>(document.components.schemas).map(([name, schema]) => [JSON.stringify(schema), name]),
  );
  const faults: string[] = [];
  for (const [pointer, value] of walk(document)) {
    const twin = components.get(JSON.stringify(value));
    if (twin !== undefined && pointer !== `#/components/schemas/${twin}`)
      faults.push(`${pointer} is a twin of ${twin}`);
    for (const name of ['nullable', 'x-read-only', '$id'])
      if (['boolean', 'string'].includes(typeof value[name]) || Array.isArray(value[name]))
        faults.push(`${pointer} has ${name}`);
  }
  for (const { name, operation } of operations)
    for (const [status, response] of Object.entries<Json>(operation.responses))
      if (Object.keys(response.content?.['application/problem+json']?.examples ?? {}).length === 1)
        faults.push(`${name} ${status} does not refer to the shared refusal`);
  t.same(faults, []);
  t.end();
});

test('no two paths differ only by the name of a parameter', (t) => {
  const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{[^}]+\}/g, '{}'));
  t.equal(new Set(shapes).size, shapes.length);
  t.end();
});

/** The names of all components that a part of the document holds, near or far. */
const reachedFrom = (part: Json, reached = new Set<string>()): Set<string> => {
  for (const [, value] of walk(part)) {
    const name = /^#\/components\/schemas\/(.+)$/.exec(value.$ref ?? '')?.[1];
    if (name === undefined || reached.has(name)) continue;
    reached.add(name);
    reachedFrom(document.components.schemas[name], reached);
  }
  return reached;
};

const isFile = (schema: Json) => deref(schema).format === 'binary';

test('requests are closed, answers are open, also in their depth', (t) => {
  const [sent, answered] = [new Set<string>(), new Set<string>()];
  for (const { name, operation } of operations) {
    const body = Object.values<Json>(operation.requestBody?.content ?? {})[0]?.schema;
    if (body && !isFile(body)) t.equal(deref(body).additionalProperties, false, `${name} takes no unknown field`);
    reachedFrom(operation.requestBody, sent);
    reachedFrom(operation.responses, answered);
  }
  const isClosed = (name: string) => document.components.schemas[name].additionalProperties === false;
  sent.delete('ImportFile');
  t.same(
    [...sent].filter((name) => !isClosed(name)),
    ['TagInput'],
    'a tag of an answer can be sent back',
  );
  t.same([...answered].filter(isClosed), [], 'an answer may hold more one day');
  t.ok(answered.has('CoverImage') && sent.has('CoverImageInput'), 'what is nested was looked at');
  t.end();
});

test('no field of a body has a default, for generated clients would demand it', (t) => {
  const sent = new Set<string>();
  for (const { operation } of operations) reachedFrom(operation.requestBody, sent);
  const defaults = [...sent].flatMap((name) =>
    [...walk(document.components.schemas[name], name)].flatMap(([at, value]) => ('default' in value ? [at] : [])),
  );
  t.same(defaults, []);
  t.ok(sent.has('NewTag'));
  t.end();
});

test('every parameter and every field that can be sent says what it is', (t) => {
  const faults: string[] = [];
  const isTold = (schema: Json): boolean =>
    Boolean(schema.description ?? schema.$ref) || Boolean(schema.anyOf?.some((branch: Json) => isTold(branch)));
  const sent = new Set<string>();
  for (const { name, operation } of operations) {
    reachedFrom(operation.requestBody, sent);
    for (const parameter of operation.parameters ?? [])
      if (!parameter.description) faults.push(`${name}: ${parameter.name}`);
  }
  for (const name of sent)
    for (const [field, schema] of Object.entries<Json>(document.components.schemas[name].properties ?? {}))
      if (!isTold(schema)) faults.push(`${name}.${field}`);
  t.same(faults, []);
  t.ok(sent.has('NewArticle'));
  t.end();
});

test('the examples of headers and refusals fit the door they stand at', (t) => {
  const paths = Object.keys(document.paths);
  const matches = (location: string) => (path: string) =>
    new RegExp(`^${path.replace('{slug}', '[a-z-]+').replaceAll(/\{[^}]+\}/g, '[0-9]+')}$`).test(location);
  for (const { name, method, path, operation } of operations) {
    const { operationId, responses } = operation;
    const here = path.replace('{id}', '7');
    for (const [status, given] of Object.entries<Json>(responses)) {
      const { headers, content = {} } = deref(given);
      const exampleOf = (header: string) => {
        const { schema } = deref(headers[header] ?? {});
        return schema?.example ?? schema?.examples?.[0];
      };
      const link = exampleOf('Link');
      if (link !== undefined) t.equal(link, `<${here}?limit=20>; rel="first"`, `${name}: Link`);
      const location = exampleOf('Location');
      if (location !== undefined) t.ok(paths.some(matches(location)), `${name}: ${location}`);
      if (location !== undefined)
        t.ok(location.replace(/^\/v1/, '').startsWith(`/${operation.tags[0].toLowerCase()}/`), `${name}: Location`);
      const isOfMoment = ['getLiveness', 'getReadiness', 'getMetrics'].includes(operationId);
      const isKept = status === '304' || (method === 'get' && ['200', '308'].includes(status) && !isOfMoment);
      t.equal(exampleOf('Cache-Control') === 'no-store', !isKept, `${name} ${status}: Cache-Control`);
      for (const { value } of Object.values<Json>(content['application/problem+json']?.examples ?? {})) {
        t.equal(value.instance, '/v1/…', `${name} ${status}: of no other door`);
        for (const fault of value.errors ?? [])
          t.equal(fault.in, 'query', `${name}: every door has a query, not a title`);
      }
    }
  }
  t.end();
});

test('the document takes for addresses what Galley takes, and nothing else', async (t) => {
  const { ask, keys } = await startGalley(t);
  const ajv = new Ajv2020({ strict: false });
  (addFormats as unknown as typeof addFormats.default)(ajv); // its types are those of another module form
  const { NewAuthor, SitePatch } = document.components.schemas;
  const [takesPage, takesSite] = [NewAuthor.properties.websiteUrl, SitePatch.properties.url].map((schema) =>
    ajv.compile(schema),
  );
  const addresses: [url: string, isTaken: boolean, isSite?: boolean][] = [
    ...(['https://harbour.example', 'HTTP://harbour.example:8080/a', 'https://[::1]/'] as const).map(
      (url) => [url, true] as [string, boolean],
    ),
    ['https://harbour.example/?q=@#f', true, false],
    ['https://harbour.example#f', true, false],
    ...[
      ...[
        'ftp://harbour.example',
        'mailto:a@harbour.example',
        'javascript:alert(1)',
        'urn:isbn:1',
        'https:harbour',
        '//a',
      ],
      ...[
        'https://me:secret@harbour.example',
        'https://me@harbour.example',
        'https://@harbour.example',
        'https://',
        '/a',
      ],
      ...['https://bücher.example', 'https://a b', 'https://a.example/%zz', '', 'https://?q', 'https://a.example/<b>'],
    ].map((url) => [url, false] as [string, boolean]),
  ];
  for (const [url, isTaken, isSite = isTaken] of addresses) {
    t.equal(takesPage?.(url), isTaken, `the document: ${url}`);
    t.equal(takesSite?.(url), isSite, `the document, for the site: ${url}`);
    const author = await ask('POST', '/v1/authors', { key: keys.admin, body: { name: 'Ada', websiteUrl: url } });
    t.equal(author.status, isTaken ? 201 : 400, url);
    const site = await ask('PATCH', '/v1/site', { key: keys.admin, body: { url } });
    t.equal(site.status, isSite ? 200 : 400, `for the site: ${url}`);
  }
});

test('the section of webhooks has one for each type of event, as Standard Webhooks has it, and one to try it', (t) => {
  const webhooks = Object.entries<Json>(document.webhooks);
  t.same(webhooks.map(([type]) => type).sort(), [...EVENT_TYPES, 'webhook.test'].sort());
  const ids = [...operations.map(({ operation }) => operation), ...webhooks.map(([, { post }]) => post)].map(
    ({ operationId }) => operationId,
  );
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique among doors and webhooks');
  for (const [type, { post, ...others }] of webhooks) {
    t.same(Object.keys(others), [], `${type}: POST alone`);
    t.match(post.operationId, /^on[A-Z][A-Za-z]+$/, type);
    t.same(post.security, [], `${type}: no key of Galley is sent`);
    const headers = post.parameters.map(({ name, in: part, required }: Json) => [name, part, required]);
    t.same(
      headers,
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, 'header', true]),
      type,
    );
    t.same(Object.keys(post.responses).sort(), ['2XX', '410', 'default'], `${type}: what a receiver may answer`);
    const { schema } = post.requestBody.content['application/json'];
    const message = deref(schema);
    t.ok(message.properties.type.enum.includes(type), `${type} is a type of its message`);
    for (const example of message.examples) t.same(faultsOf(schema, example, type), []);
    const data = deref(message.properties.data);
    t.same(Object.keys(data.properties).includes('cursor'), type !== 'webhook.test', `${type}: its data is a change`);
  }
  t.end();
});
