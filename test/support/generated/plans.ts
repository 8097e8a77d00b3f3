/** Requests by chance, from the document: for each operation such as it takes, and such as it should not. */
import fc, { type Arbitrary } from 'fast-check';
import type { Json, Operation, Parameter } from './document.ts';
import { createValues } from './values.ts';

/** A value of the world, by the place it has among those that exist; or what is sent as it is. */
export type Told = { known: number } | { text: string };

export type Body =
  | { as: 'none' }
  | { as: 'json'; value: unknown }
  /** Bytes, each as a letter. */
  | { as: 'bytes'; latin1: string }
  /** So many bytes of one letter in a JSON string. */
  | { as: 'huge'; bytes: number };

export type Plan = {
  role: 'anonymous' | 'guest' | 'admin';
  path: Record<string, Told>;
  query: [name: string, value: string][];
  headers: Record<string, Told>;
  type: string | undefined;
  body: Body;
};

const STRANGE_TEXTS = [
  ...[
    '0',
    '-1',
    '01',
    '0x10',
    '1e1',
    '+1',
    ' 1',
    '1.0',
    '2147483647',
    '2147483648',
    '9007199254740993',
    'NaN',
    'Infinity',
    'null',
  ],
  ...[
    'TRUE',
    '1',
    'yes',
    'x'.repeat(201),
    '日本',
    '%',
    '\0',
    '__proto__',
    'constructor',
    '-',
    '1,2',
    ',',
    '..%2f',
    "' or 1=1 --",
    '[]',
    '{}',
  ],
];
const TYPES = [
  ...['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/merge-patch+json'],
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json; charset=latin1',
    'json',
  ],
];
const BROKEN = [
  ...[
    '{',
    '[',
    '"',
    '{"a":1,}',
    "{'a':1}",
    '{"a":NaN}',
    '{"title":"a"}{',
    'undefined',
    '\xef\xbb\xbf{}',
    '\xff\xfe',
    '{"a":"\xc3\x28"}',
  ],
  ...[
    '{"title":"a","title":"b"}',
    '{"name":"a","na\\u006de":"b"}',
    '[]',
    'null',
    '""',
    '0',
    ' ',
    '{}',
    '[[]]',
    '{"__proto__":{"a":1}}',
  ],
  ...[
    '{"constructor":{"prototype":{"a":1}}}',
    '{"metadata":{"a":1e999}}',
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  ],
  `{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":1`).join()}}`,
];

const known = (most = 20): Arbitrary<Told> => fc.nat(most).map((place) => ({ known: place }));
const text = (arbitrary: Arbitrary<string>): Arbitrary<Told> => arbitrary.map((each) => ({ text: each }));

/** What stands in the path: segments that are empty or dots are other paths. */
const inPath = (value: string) => value !== '' && !/^\.{1,2}$/.test(value) && value.isWellFormed();
/** What stands in a header: Latin letters on one line. */
const inHeader = (value: string) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && value === value.trim();

type Pair = [name: string, value: string];

const UNKNOWN_QUERIES: Pair[][] = [
  ...[[['surprise', '1']], [['__proto__', '1']], [['constructor', '']], [['', '1']]],
  [
    ['limit', '1'],
    ['limit', '2'],
  ],
] as Pair[][];

/** Mostly those that are let in. */
const rolesOf = ({ everyone, guest }: Operation['access']): Plan['role'][] => [
  ...(guest ? (['guest', 'guest'] as const) : []),
  ...(everyone ? (['anonymous', 'anonymous'] as const) : []),
  ...(['anonymous', 'admin', 'admin', 'admin'] as const),
];

/** A scalar is given once, and a list not both ways. */
const once = (lists: [string, string][][]): [string, string][] => {
  const seen = new Set<string>();
  return lists
    .filter((list) => {
      const name = list[0]?.[0] ?? '';
      if (seen.has(name)) return false;
      seen.add(name);
      return true;
    })
    .flat();
};

/** Makes plans for the operations of a document. */
export const createPlans = (document: Json) => {
  const { good, odd } = createValues(document);

  /** The texts of a parameter; a list is given as one, joined, or as several. */
  const texts = (schema: Json, isGood: boolean): Arbitrary<string[]> => {
    if (schema.type === 'array')
      return fc
        .tuple(fc.array(texts(schema.items, isGood), { minLength: 1, maxLength: 4 }), fc.boolean())
        .map(([lists, isJoined]) => (isJoined ? [lists.flat().join(',')] : lists.flat()));
    const own = (
      isGood ? good(schema) : fc.oneof(odd(schema), fc.constantFrom<unknown>(...STRANGE_TEXTS))
    ) as Arbitrary<unknown>;
    return own.map((value) => [typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value)]);
  };

  const paramOf = ({ in: where, schema }: Parameter, isGood: boolean): Arbitrary<Told> => {
    const fits = where === 'path' ? inPath : inHeader;
    const made = text(
      texts(schema, isGood)
        .map(([first = '']) => first)
        .filter(fits),
    );
    if (!isGood) return made;
    return fc.oneof({ weight: where === 'path' ? 8 : 2, arbitrary: known() }, { weight: 1, arbitrary: made });
  };

  type Named = { name: string; value: Told };
  const one = (parameter: Parameter, isGood: boolean): Arbitrary<Named> =>
    paramOf(parameter, isGood).map((value) => ({ name: parameter.name, value }));
  const record = (named: Named[]): Record<string, Told> =>
    Object.fromEntries(named.map(({ name, value }) => [name, value]));
  const some = <T>(all: Arbitrary<T>[], most: number): Arbitrary<T[]> =>
    all.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...all), { maxLength: most, size: 'max' });

  /** Bodies: mostly such as the schema takes, or nearly. */
  const bodyOf = ({ body }: Operation, isGood: boolean): Arbitrary<Body> => {
    const json = (value: unknown): Body => ({ as: 'json', value });
    const none = fc.constant<Body>({ as: 'none' });
    const broken = fc.constantFrom(...BROKEN).map((latin1): Body => ({ as: 'bytes', latin1 }));
    if (!body) return isGood ? none : fc.oneof({ weight: 2, arbitrary: none }, { weight: 1, arbitrary: broken });
    const own = good(body.schema).map(json);
    if (isGood) return body.required ? own : fc.oneof(own, none);
    const huge = fc.constantFrom<Body>(
      { as: 'huge', bytes: 1024 * 1024 + 1 },
      { as: 'huge', bytes: 4 * 1024 * 1024 + 1 },
    );
    return fc.oneof(
      { weight: 40, arbitrary: odd(body.schema).map(json) },
      { weight: 8, arbitrary: broken },
      { weight: 3, arbitrary: none },
      { weight: 1, arbitrary: huge },
    );
  };

  /** Each parameter of a query by itself: a name and its values. */
  const queriesOf = (parameters: Parameter[], isGood: boolean): Arbitrary<Pair[]>[] =>
    parameters.map(({ name, schema }) => texts(schema, isGood).map((values) => values.map((value) => [name, value])));

  /** A request for an operation; one part of it is odd, or none. */
  const planOf = (operation: Operation): Arbitrary<Plan> => {
    const { parameters, body, access } = operation;
    const of = (where: Parameter['in']) => parameters.filter((parameter) => parameter.in === where);
    const [paths, queries, headers] = [of('path'), of('query'), of('header')];
    const isNeeded = ({ required }: Parameter) => required;
    const wanted = queriesOf(queries.filter(isNeeded), true);
    const others = queriesOf(
      queries.filter((each) => !isNeeded(each)),
      true,
    );
    const fine = {
      role: fc.constantFrom(...rolesOf(access)),
      path: fc.tuple(...paths.map((each) => one(each, true))).map(record),
      query: fc.tuple(fc.tuple(...wanted), some(others, 3)).map(([first, rest]) => once([...first, ...rest])),
      headers: some(
        headers.map((each) => one(each, true)),
        1,
      ).map(record),
      type: fc.constantFrom(...(body ? [body.types[0], body.types[0], ...body.types] : [undefined])),
      body: bodyOf(operation, true),
    };
    const unlike = (parts: { [part in keyof Plan]?: Arbitrary<Plan[part]> }): Arbitrary<Plan> =>
      fc.record<Plan>({ ...fine, ...parts }, { noNullPrototype: true }) as Arbitrary<Plan>;
    const oddQuery = fc
      .tuple(fc.oneof(...queriesOf(queries, false), fc.constantFrom(...UNKNOWN_QUERIES)), some(others, 1))
      .map(([odd, rest]) => [...odd, ...rest.flat()]);
    const spoilt: { weight: number; arbitrary: Arbitrary<Plan> }[] = [
      { weight: queries.length > 0 ? 4 : 1, arbitrary: unlike({ query: oddQuery }) },
      {
        weight: body ? 8 : 1,
        arbitrary: unlike({ body: bodyOf(operation, false), ...(!body && { type: fc.constant('application/json') }) }),
      },
      { weight: 1, arbitrary: unlike({ type: fc.option(fc.constantFrom(...TYPES), { nil: undefined }) }) },
    ];
    const oddPath = fc.tuple(...paths.map((each, i) => one(each, i > 0))).map(record);
    if (paths.length > 0) spoilt.push({ weight: 2, arbitrary: unlike({ path: oddPath }) });
    if (headers.length > 0) {
      const oddHeader = fc.oneof(...headers.map((each) => one(each, false))).map((each) => record([each]));
      spoilt.push({ weight: 1, arbitrary: unlike({ headers: oddHeader }) });
    }
    const half = spoilt.reduce((sum, { weight }) => sum + weight, 0);
    return fc.oneof({ weight: half, arbitrary: unlike({}) }, ...spoilt);
  };
  return { planOf };
};
