import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const ROOT = fileURLToPath(new URL('../src', import.meta.url));

/** Features by rank: each may ask those of a lower rank, and itself. */
const RANKS: Record<string, number> = {
  keys: 0,
  site: 0,
  authors: 0,
  tags: 0,
  articles: 1,
  archives: 2,
  comments: 2,
  revisions: 2,
  'working-copies': 2,
  previews: 3,
  search: 3,
  feeds: 3,
  changes: 3,
  webhooks: 4,
  purges: 4,
  backups: 4,
  checks: 4,
  formats: 4, // what files hold, as records
  imports: 5,
  exports: 6, // by the same rules as imports
};

/** What a file of a feature is. Five names are the same everywhere; other names are a work of their own: actions. */
const KINDS = ['routes', 'schemas', 'answers', 'input', 'actions', 'queries', 'rules'] as const;
type Kind = (typeof KINDS)[number];
const NAMED: Record<string, Kind> = {
  'articles/doors.ts': 'schemas',
  'comments/doors.ts': 'schemas',
  'articles/walks.ts': 'queries',
  'articles/list-conditions.ts': 'queries',
  'articles/addresses.ts': 'rules',
  'articles/cards.ts': 'rules',
  'articles/moves.ts': 'rules',
  'articles/includes.ts': 'rules',
  'articles/writing.ts': 'rules',
  'formats/records.ts': 'rules',
  'formats/found.ts': 'rules',
  'formats/front-matter.ts': 'rules',
  'formats/html-text.ts': 'rules',
  'imports/report.ts': 'rules',
  'imports/progress.ts': 'rules',
  'imports/command.ts': 'routes', // the door of the command line
  'exports/command.ts': 'routes',
};

type Layer = 'core' | 'store' | 'rendering' | 'outgoing' | 'http';
/** `types`: layers and kinds of which a file may know the shapes, and call nothing. */
type Row = { layers: Layer[]; own: Kind[]; lower: Kind[]; types?: (Layer | Kind)[] };

/** The import table of features. */
const TABLE: Record<Kind, Row> = {
  routes: {
    layers: ['http', 'core'],
    own: ['schemas', 'answers', 'input', 'actions', 'queries'],
    lower: ['actions', 'queries', 'answers'],
    types: ['store', 'rendering', 'outgoing', 'rules'],
  },
  // A door is closed also by what its rules say of a whole body.
  schemas: { layers: ['http', 'core'], own: ['schemas', 'rules'], lower: ['schemas'] },
  answers: {
    layers: ['core'],
    own: ['answers', 'rules'],
    lower: ['answers', 'rules'],
    types: ['schemas', 'queries', 'store'],
  },
  input: { layers: ['core'], own: [], lower: [], types: ['actions', 'schemas'] },
  actions: {
    layers: ['core', 'store'],
    own: ['actions', 'queries', 'rules'],
    lower: ['actions', 'queries', 'rules'],
    types: ['rendering', 'outgoing'],
  },
  queries: { layers: ['core', 'store'], own: ['queries'], lower: ['queries'], types: ['rules'] },
  rules: { layers: ['core'], own: ['rules'], lower: ['rules'], types: ['store', 'queries'] },
};

/** Arrows the table does not have, each with its reason. */
const EXCEPTIONS: Record<string, string> = {
  'features/imports/command.ts → features/imports/report.ts': 'a terminal shows what an answer would',
  'features/imports/answers.ts → features/imports/formats.ts': 'the formats are those that have a reader',
  'features/imports/door-schemas.ts → features/imports/formats.ts': 'which the door names, and the answer',
  'features/imports/record-lines.ts → http/json-body.ts': 'a line of a file is read as strictly as a body',
  ...Object.fromEntries(
    ['wxr', 'wxr-articles', 'wxr-authors', 'wxr-comments', 'wxr-custom-fields'].map((name) => [
      `features/formats/${name}.ts → features/formats/field-schemas.ts`,
      'what fits no field is left out and told, and the rest of the record goes in',
    ]),
  ),
  'features/formats/field-schemas.ts → http/validation.ts': 'a field is judged as the same field of a body',
  'features/imports/schemas.ts → http/faults.ts': 'its faults are told in the same words',
  'features/imports/schemas.ts → http/validation.ts': 'and found by the same validator',
  'features/imports/article-writing.ts → features/articles/input.ts': 'a record becomes an article as a body does',
  'features/working-copies/routes.ts → features/articles/input.ts': 'a copy is sent as an article is',
  ...Object.fromEntries(
    ['schemas', 'door-schemas'].map((name) => [
      `features/imports/${name}.ts → features/formats/records.ts`,
      'the kinds of records are told there once',
    ]),
  ),
  ...Object.fromEntries(
    ['reading', 'rules'].map((name) => [
      `features/imports/${name}.ts → features/imports/schemas.ts`,
      'its schemas are those of records, which are its matter, and no door',
    ]),
  ),
};

/** Of the process: what it is made of does not know it. */
const isAbove = (path: string): boolean =>
  ['main.ts', 'server.ts', 'cluster.ts', 'work.ts', 'measuring.ts', 'first-key.ts', 'signals.ts'].includes(path) ||
  /^(?:commands|workers)\//.test(path);

/** What the layers, and the files above them, may import besides their own. */
const LAYERS: Record<string, (path: string) => boolean> = {
  core: () => false,
  store: (path) => path.startsWith('core/'),
  rendering: (path) => path.startsWith('core/'),
  outgoing: (path) => path.startsWith('core/'),
  metrics: (path) => path.startsWith('core/'),
  http: (path) => path.startsWith('core/') || path.startsWith('metrics/'),
  'settings.ts': (path) => path.startsWith('http/') || path.startsWith('core/') || path === 'store/address.ts',
  commands: (path) => path !== 'main.ts',
  workers: (path) => path.startsWith('core/') || path === 'store/touches.ts',
  'app.ts': (path) => !isAbove(path) && path !== 'house.ts',
  'server.ts': (path) => path !== 'main.ts' && path !== 'cluster.ts' && !path.startsWith('commands/'),
  'cluster.ts': (path) => !['main.ts', 'server.ts', 'app.ts'].includes(path) && !path.startsWith('commands/'),
  'house.ts': (path) => !isAbove(path) && path !== 'app.ts',
  'work.ts': (path) => !isAbove(path) && path !== 'app.ts' && path !== 'house.ts',
  'measuring.ts': (path) => !isAbove(path) && path !== 'app.ts' && path !== 'house.ts',
  'describing.ts': (path) => !isAbove(path),
  'first-key.ts': (path) => /^(?:features\/keys|store|settings\.ts)/.test(path),
  'signals.ts': () => false,
  'main.ts': () => true,
};

type Import = { from: string; to: string; typesOnly: boolean };

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const sources = new Map(files.map((name) => [name, readFileSync(join(ROOT, name), 'utf8')]));

/** Every import of a file of ours, `import()` among them. */
const importsOf = (from: string, source: string): Import[] => {
  const found = [
    ...source.matchAll(/^(?:import|export)\s+(type\s)?([^;'"]*?)(?:\sfrom\s+)?['"](\.[^'"]+)['"]/gm),
    ...source.matchAll(/()()import\(\s*['"](\.[^'"]+)['"]/g),
  ];
  return found.map(([, type, names = '', path]) => {
    const named =
      /\{([^}]*)\}/
        .exec(names)?.[1]
        ?.split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '') ?? [];
    const namesTypesAlone = named.length > 0 && named.every((name) => name.startsWith('type '));
    const to = normalize(join(dirname(from), path as string));
    return { from, to, typesOnly: type !== undefined && type !== '' ? true : namesTypesAlone };
  });
};
const imports = [...sources].flatMap(([name, source]) => importsOf(name, source));

const featureOf = (path: string) => /^features\/([^/]+)\//.exec(path)?.[1];
const kindOf = (path: string): Kind => {
  const [, feature, file = ''] = path.split('/');
  const name = file.replace(/\.ts$/, '').split('-').at(-1) as Kind;
  return NAMED[`${feature}/${file}`] ?? (KINDS.includes(name) ? name : 'actions');
};

/** Why an import is not allowed; undefined where it is. */
const faultOf = ({ from, to, typesOnly }: Import): string | undefined => {
  const arrow = `${from} → ${to}`;
  if (arrow in EXCEPTIONS) return undefined;
  if (!files.includes(to) && !files.includes(to.replace(/\.js$/, '.ts'))) return `${arrow}: there is no such file`;
  const feature = featureOf(from);
  if (feature === undefined) {
    const layer = from.split('/')[0] as string;
    const isOwn = from.includes('/') && to.startsWith(`${layer}/`);
    return isOwn || LAYERS[layer]?.(to) ? undefined : `${arrow}: ${layer} does not import that`;
  }
  const kind = kindOf(from);
  const { layers, own, lower, types = [] } = TABLE[kind];
  const [layer] = to.split('/') as [Layer | 'features'];
  const other = featureOf(to);
  if (other === undefined) {
    const isAllowed = layers.includes(layer as Layer) || (typesOnly && types.includes(layer as Layer));
    return isAllowed ? undefined : `${arrow}: ${kind} do not import ${layer}`;
  }
  const [mine, theirs] = [RANKS[feature], RANKS[other]];
  if (mine === undefined || theirs === undefined) return `${arrow}: a feature without a rank`;
  if (other !== feature && theirs >= mine) return `${arrow}: ${feature} may not ask ${other}`;
  const kinds = other === feature ? own : lower;
  const isAllowed = kinds.includes(kindOf(to)) || (typesOnly && types.includes(kindOf(to)));
  return isAllowed ? undefined : `${arrow}: ${kind} do not import ${kindOf(to)}`;
};

test('imports point down, and a feature asks only those before it', (t) => {
  t.ok(imports.length > 100, `${imports.length} imports`);
  t.same(imports.map(faultOf).filter(Boolean), []);
  const arrows = new Set(imports.map(({ from, to }) => `${from} → ${to}`));
  for (const exception of Object.keys(EXCEPTIONS)) t.ok(arrows.has(exception), `${exception} is still there`);
  for (const name of Object.keys(NAMED)) t.ok(sources.has(`features/${name}`), `${name} is still there`);
  t.end();
});

test('the table refuses what it must', (t) => {
  const refused = (from: string, to: string, typesOnly = false) => faultOf({ from, to, typesOnly }) !== undefined;
  t.ok(refused('core/errors.ts', 'http/problem.ts'), 'core knows nobody');
  t.ok(refused('http/auth.ts', 'features/keys/actions.ts', true), 'http knows no feature');
  t.ok(refused('store/store.ts', 'http/schema.ts'));
  t.ok(refused('features/articles/rules.ts', 'store/store.ts'), 'rules store nothing');
  t.notOk(refused('features/articles/rules.ts', 'store/tables.ts', true), 'but know its shapes');
  t.ok(refused('features/articles/queries.ts', 'features/articles/rules.ts'), 'queries decide nothing');
  t.ok(refused('features/articles/actions.ts', 'http/schema.ts'), 'actions speak no HTTP');
  t.ok(refused('features/articles/actions.ts', 'features/comments/queries.ts'), 'articles do not ask comments');
  t.ok(refused('features/authors/actions.ts', 'features/tags/queries.ts'), 'nor one another in a rank');
  t.ok(refused('features/articles/actions.ts', 'rendering/renderer.ts'), 'the renderer is handed in');
  t.ok(refused('features/webhooks/delivering.ts', 'outgoing/sender.ts'), 'and so is what asks other servers');
  t.end();
});

test('no imports go in circles', (t) => {
  const next = new Map<string, string[]>();
  for (const { from, to, typesOnly } of imports) if (!typesOnly) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (name: string, path: string[]): void => {
    if (path.includes(name)) circles.push([...path.slice(path.indexOf(name)), name].join(' → '));
    else if (!done.has(name)) for (const to of next.get(name) ?? []) visit(to, [...path, name]);
    done.add(name);
  };
  for (const name of files) visit(name, []);
  t.same(circles, []);
  t.end();
});

test('every file is named for what it holds, and is no longer than one noun', (t) => {
  const vague = /(?:^|\/)(?:utils?|helpers?|common|shared|types|constants|misc|index|lib)(?:\.ts|\/)/;
  t.same(
    files.filter((name) => vague.test(name)),
    [],
  );
  t.same(
    files.filter((name) => !/^(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.d)?\.ts$/.test(name)),
    [],
    'kebab-case',
  );
  const long = [...sources]
    .map(([name, text]) => [name, text.split('\n').length] as const)
    .filter(([, lines]) => lines > 300);
  t.same(long, []);
  t.end();
});

/** Lines of code that match, with where they stand; comments are not code. */
const linesWith = (pattern: RegExp, isExempt: (name: string) => boolean): string[] =>
  [...sources]
    .filter(([name]) => !isExempt(name))
    .flatMap(([name, source]) =>
      source
        .split('\n')
        .map((line, i) => ({ code: line.replace(/^\s*(?:\/\*\*|\*|\/\/).*$|\s\/\/ .*$/, ''), at: `${name}:${i + 1}` }))
        .filter(({ code }) => pattern.test(code))
        .map(({ code, at }) => `${at} ${code.trim()}`),
    );

test('only the settings read the environment', (t) => {
  // main.ts hands it over, whole and once
  t.same(
    linesWith(/process\.env/, (name) => name === 'main.ts'),
    [],
  );
  t.match(sources.get('main.ts') ?? '', /readSettings\(process\.env\)/);
  t.end();
});

test('tests start other processes as they themselves are run', (t) => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const started = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'support/test-postgres.ts') // which starts a run
    .filter((name) => /new URL\('[^']+\.ts', import\.meta\.url\)/.test(readFileSync(join(folder, name), 'utf8')));
  t.same(started, [], 'support/program.ts knows where a compiled source is');
  t.end();
});

test('queries are awaited, never run by the driver, and only the store knows which driver there is', (t) => {
  const isStore = (name: string) => name.startsWith('store/');
  t.same(linesWith(/\.(?:get|all|run)\(\s*\)/, isStore), []);
  t.same(linesWith(/sqlite|postgres|drizzle-orm\/better|\bpragma\b/i, isStore), []);
  t.same(
    linesWith(/from 'drizzle-orm/, (name) => isStore(name) || /^features\/.*(?:queries|conditions)\.ts$/.test(name)),
    [],
  );
  t.end();
});

test('the engines meet by a cast of the columns, and one an adapter; no query has any', (t) => {
  const asks = (name: string) => name.startsWith('store/') || /^features\/.*(?:queries|conditions)\.ts$/.test(name);
  const casts = linesWith(/\bas (?:unknown as|any)\b|\bas never\b/, (name) => !asks(name));
  t.same(casts.map((line) => line.split(':')[0]).sort(), ['store/columns.ts', 'store/postgres.ts', 'store/sqlite.ts']);
  t.end();
});

test('a cast by force has its reason beside it', (t) => {
  const unreasoned = [...sources].flatMap(([name, source]) => {
    const lines = source.split('\n');
    const isComment = (line = '') => /^\s*(?:\/\/|\/\*\*|\*)|\s\/\/ |\*\/\s*$/.test(line);
    return lines
      .map((line, i) => ({ line, i }))
      .filter(({ line }) =>
        /\bas (?:unknown as|never|any)\b|:\s*any\b(?! of)|<any\b|@ts-|biome-ignore/.test(
          line.replace(/\s\/\/ .*$/, ''),
        ),
      )
      .filter(({ i }) => !lines.slice(Math.max(0, i - 8), i + 1).some(isComment))
      .map(({ line, i }) => `${name}:${i + 1} ${line.trim()}`);
  });
  t.same(unreasoned, []);
  t.end();
});
