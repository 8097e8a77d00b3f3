/** The newspaper of `openapi/examples/`, as a process of its own, and something to print in it. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';

export const FOLDER = fileURLToPath(new URL('../../openapi/examples/newspaper', import.meta.url));
/** Where the images of its articles would be: nobody's. */
export const IMAGES = 'https://images.harbour.example';
/** tap adds options of its own to whatever a test starts. */
const ENVIRONMENT = { ...process.env, NODE_OPTIONS: '' };

/** Runs npm in its folder; what it wrote, and whether it was content. */
const npm = async (...args: string[]): Promise<{ ok: boolean; out: string }> =>
  promisify(execFile)('npm', args, { cwd: FOLDER, env: ENVIRONMENT }).then(
    ({ stdout }) => ({ ok: true, out: stdout }),
    (error: { stdout: string; stderr: string }) => ({ ok: false, out: error.stdout + error.stderr }),
  );

/** Installs what it needs, where that is not there yet, generates its client and compiles it. */
export const buildNewspaper = async (): Promise<{ ok: boolean; out: string }> => {
  const isInstalled = existsSync(`${FOLDER}/node_modules/.package-lock.json`);
  const installed = isInstalled ? { ok: true, out: '' } : await npm('ci', '--no-audit', '--no-fund');
  return installed.ok ? npm('run', 'check') : installed;
};

/** Starts it on a Galley, at any free port; its address. It ends with the test. */
export const startNewspaper = async (t: Test, galley: string): Promise<string> => {
  const child = spawn(process.execPath, ['--import=tsx', 'src/server.tsx'], {
    cwd: FOLDER,
    env: { ...ENVIRONMENT, GALLEY_URL: galley, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const [address] = /http:\/\/\S+/.exec(text) ?? [];
      if (address) resolve(address);
    });
    child.on('exit', (code) => reject(new Error(`The newspaper ended with ${code}`)));
  });
};

export type Ask = <T = { id: number }>(method: string, path: string, body?: object, key?: string | null) => Promise<T>;

/** Asks a Galley with its admin key, or with none; throws what it refuses. */
export const asking =
  (galley: string, admin: string): Ask =>
  async (method, path, body, key = admin) => {
    const headers = { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) };
    const answer = await fetch(galley + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} → ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

export const LONG = `${'The long way from the harbour to the lighthouse and back again '.repeat(4)}Donaudampfschifffahrtsgesellschaft`;
export const ROGUE = '<img src=x onerror="document.title=1"> & \u202eCo';

/** What each of its pages has to cope with: scripts, a long title, tables, code, images, comments of every kind. */
export const ARTICLES = [
  { slug: 'harbour', title: 'The harbour at night', tags: ['Harbour', '港'], commentPolicy: 'open' },
  { slug: 'minato', title: '夜の港、雨のあと', language: 'ja', body: '港に**明かり**が灯る。', tags: ['港'] },
  { slug: 'mina', title: 'الميناء في الليل', language: 'ar', body: 'كان البحر *هادئا* تلك الليلة.' },
  { slug: 'emoji', title: '🚢👩‍🚀 Ships & <stars>', body: 'A ship 🚢 under `<stars>`.' },
  { slug: 'long', title: LONG, subtitle: 'And it is not over', body: `${'word '.repeat(2000)}` },
  { slug: 'closed', title: 'Nothing more to say', commentPolicy: 'closed' },
  { slug: 'quiet', title: 'Nothing said', commentPolicy: 'hidden' },
  ...Array.from({ length: 8 }, (_, i) => ({ slug: `short-${i}`, title: `Short news ${i}` })),
] as const;

const BODY = `## Seen from the quay

The *first* ferry[^1] leaves at six, with ~~forty~~ 41 on board.

| boat | leaves |
| :--- | ---: |
| Ada | 6:00 |

\`\`\`
a line of code that is much longer than the page is wide, so that it has to be scrolled from one side to the other
\`\`\`

![A ferry](${IMAGES}/ferry.png) <script>document.title = 'script'</script>

[^1]: By the clock of the harbour.
`;

/** Fills an empty Galley; the ids of the articles by slug, and of the first comment. */
export const fillNewspaper = async (ask: Ask): Promise<{ articles: Map<string, number>; comment: number }> => {
  await ask('PATCH', '/v1/site', {
    title: 'The Harbour Gazette',
    description: 'News from the quay',
    articleUrlPattern: '/articles/{slug}',
    timeZone: 'Europe/Lisbon',
  });
  const ada = await ask('POST', '/v1/authors', {
    ...{ name: 'Ada Lovelace', slug: 'ada', bio: 'Writes about engines.', avatarUrl: `${IMAGES}/ada.png` },
    ...{ websiteUrl: 'https://ada.example', links: [{ label: 'Elsewhere', url: 'https://social.example/@ada' }] },
  });
  const hanako = await ask('POST', '/v1/authors', { name: '山田 花子', slug: 'hanako', bio: null });
  const coverImage = {
    url: `${IMAGES}/cover.png`,
    alt: 'The quay',
    caption: 'At ten',
    credit: 'K. Ito',
    width: 640,
    height: 360,
  };
  const articles = new Map<string, number>();
  for (const [i, article] of ARTICLES.entries()) {
    const publishedAt = new Date(Date.UTC(2026, 10, 20, 12) - i * 3_600_000).toISOString();
    const authorIds = i % 2 === 0 ? [ada.id, hanako.id] : [hanako.id];
    const whole = { body: BODY, coverImage, status: 'published', publishedAt, authorIds, ...article };
    articles.set(article.slug, (await ask('POST', '/v1/articles', whole)).id);
  }

  const path = `/v1/articles/${articles.get('harbour')}/comments`;
  let count = 0;
  /** A guest's comment, approved. */
  const say = async (body: string, parentId: number | null = null, authorName = `Guest ${count}`) => {
    const guest = { authorName, authorEmail: `guest-${count++}@example.org`, authorUrl: 'https://guest.example' };
    const { id } = await ask('POST', path, { ...guest, body, parentId }, null);
    await ask('PATCH', `/v1/comments/${id}`, { status: 'approved' });
    return id;
  };
  const comment = await say('What a *night*.\n\n> `Seen` from [here](https://here.example)', null, ROGUE);
  for (let i = 0; i < 7; i++) await say(`Reply ${i} ✅`, comment);
  const removed = await say('To be removed');
  const below = await say('جواب على ذلك', removed);
  await say('Deeper', await say('Deep', below));
  await ask('DELETE', `/v1/comments/${removed}`);
  return { articles, comment };
};
