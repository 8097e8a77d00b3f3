import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { type Test, test } from 'tap';
import { databaseIn, openTestStore, urlOf } from '../support/database.ts';
import { author, category, item, wxrFrame } from '../support/wxr.ts';

/** What is built: the compiler of a checkout would count as memory of the import. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/main.js');
const SIZE = Number(process.env.WXR_MB ?? 1000) * 1_000_000;
const MEMORY = 300;
/** Of all items: how many are posts with comments, and how many files; the others are earlier states, which are long. */
const [POSTS, FILES] = [0.1, 0.7];

const PARAGRAPH =
  '<!-- wp:paragraph --><p>The boats came in at <em>dawn</em> &amp; the quay was full of gulls – 日本語.</p><!-- /wp:paragraph -->\n\n';

function* bigFile(made: { posts: number; lines: number }): Generator<string> {
  const [start, end] = wxrFrame();
  const counted = (text: string) => {
    made.lines += text.split('\n').length - 1;
    return text;
  };
  yield counted(`${start}${author('ada', 'Ada Lovelace')}\n${category('news', 'News')}\n`);
  let bytes = 0;
  for (let n = 1; bytes < SIZE; n += 1) {
    const share = (n % 10) / 10;
    const id = { 'wp:post_id': String(n), 'wp:post_name': `item-${n}` };
    let text: string;
    if (share < POSTS) {
      made.posts += 1;
      const fields = { ...id, title: `Item ${n}`, 'content:encoded': PARAGRAPH.repeat(40) };
      const comments = [1, 2].map((of) => ({ 'wp:comment_id': `${n}${of}` }));
      text = item({
        fields,
        comments,
        terms: [['category', 'news', 'News']],
        meta: [['_thumbnail_id', String(n + 1)]],
      });
    } else if (share < POSTS + FILES) {
      const fields = { ...id, 'wp:post_type': 'attachment', 'content:encoded': '' };
      const address = { 'wp:attachment_url': `https://harbour.example/wp-content/uploads/2010/06/quay-${n}.jpg` };
      text = item({
        fields: { ...fields, ...address },
        meta: [['_wp_attachment_metadata', 'a:5:{s:5:"width";i:1600;}'.repeat(60)]],
      });
    } else text = item({ fields: { ...id, 'wp:post_type': 'revision', 'content:encoded': PARAGRAPH.repeat(200) } });
    bytes += Buffer.byteLength(text) + 1;
    yield counted(`${text}\n`);
  }
  yield counted(end);
}

/** The most memory that a process has had so far, in MiB. */
const peakOf = ({ pid }: ChildProcess): number => {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it has ended
  }
};

const importFile = async (t: Test, path: string) => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-wxr-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const address = await databaseIn(t, directory);
  const since = performance.now();
  const child = spawn(process.execPath, [MAIN, 'import', 'wxr', path], {
    env: { PATH: process.env.PATH, DATABASE_URL: urlOf(address) },
  });
  let [peak, err, end] = [0, '', ''];
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child));
  }, 100);
  child.stdout.on('data', (text) => {
    end = (end + text).slice(-2000);
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  const store = await openTestStore(t, address);
  const { length } = await store.db.select({ id: store.tables.articles.id }).from(store.tables.articles);
  return { code, err, end, peak, articles: length, seconds: (performance.now() - since) / 1000 };
};

test('a file of a gigabyte is imported in little memory; without its end, nothing of it is', {
  timeout: 880_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-big-wxr-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'big.xml');
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  const made = { posts: 0, lines: 1 };
  await pipeline(Readable.from(bigFile(made)), createWriteStream(path));
  const megabytes = statSync(path).size / 1e6;

  const whole = await importFile(t, path);
  t.match(whole, { code: 0, err: '', articles: made.posts });
  t.comment(
    `${megabytes.toFixed()} MB, ${made.posts} articles: ${whole.seconds.toFixed()} s, ${(megabytes / whole.seconds).toFixed(1)} MB/s, ${whole.peak.toFixed()} MiB\n${whole.end}`,
  );
  t.ok(whole.peak > 0 && whole.peak < MEMORY, `${whole.peak} MiB`);

  truncateSync(path, statSync(path).size - '</channel>\n</rss>\n'.length);
  const told = `line ${made.lines - 2}, column 0: unclosed tag: channel\n`;
  const zipped = `${path}.gz`;
  await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(zipped));
  for (const file of [path, zipped]) {
    const broken = await importFile(t, file);
    t.match(broken, { code: 1, articles: 0, err: `galley: cannot read ${file}: ${told}` });
    t.comment(`without its end: ${broken.seconds.toFixed()} s, ${broken.peak.toFixed()} MiB`);
    t.ok(broken.peak > 0 && broken.peak < MEMORY, `${broken.peak} MiB`);
  }
});
