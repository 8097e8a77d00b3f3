/** The sitemap of 100,000 articles: whole, valid, by an index of the store, and nobody waits for it. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'tap';
import { startGalley } from '../support/app.ts';
import { watchStatements } from '../support/database.ts';
import { faultOf } from '../support/feeds/validate.ts';
import { insertRows } from '../support/rows.ts';

const ARTICLES = 100_000;
/** The longest that others may wait meanwhile, in ms; some of it is the machine's. */
const HELD = 200;

test('a sitemap of many articles is an index of whole ones', async (t) => {
  const galley = await startGalley(t, { settings: { PUBLIC_URL: 'https://api.example' } });
  const { ask, keys, authorId, store, clock } = galley;
  await ask('PATCH', '/v1/site', { key: keys.admin, body: { url: 'https://harbour.example' } });
  const body = { title: 'T', body: 'B', authorIds: [authorId], status: 'published' };
  await ask('POST', '/v1/articles', { key: keys.admin, body });
  const { articles } = store.tables;
  const [row] = await store.db.select().from(articles);
  const { id: _, ...like } = row as typeof articles.$inferSelect;
  const numbers = Array.from({ length: ARTICLES - 1 }, (_, i) => i + 2);
  const sortAtOf = (n: number) => new Date(clock.now.getTime() - n * 1000);
  const rowOf = (n: number) => ({
    ...{ ...like, id: n, slug: `article-${n}`, noindex: n % 10 === 0, sortAt: sortAtOf(n), publishedAt: sortAtOf(n) },
    ...(n % 10 === 1 && { shelf: 'draft' as const, status: 'draft' as const }),
  });
  await store.transaction((tx) => insertRows(tx, tx.tables.articles, numbers.map(rowOf)));

  const { during, planOf } = watchStatements(t, galley.address);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const timed = async (path: string) => {
    const before = performance.now();
    delay.reset();
    delay.enable();
    const { answer, ran } = await during(() => ask('GET', path));
    delay.disable();
    t.equal(answer.status, 200, path);
    return { text: answer.text, ran, ms: performance.now() - before, held: delay.max / 1e6 };
  };
  const index = await timed('/sitemap.xml');
  t.equal(faultOf('index', index.text), undefined);
  const pages = [...index.text.matchAll(/<loc>https:\/\/api\.example(.*?)<\/loc>/g)].map(([, path]) => path as string);
  t.equal(pages.length, ARTICLES / 10_000);
  const found = new Set<string>();
  let slowest = { ms: 0, held: 0 };
  for (const path of pages) {
    const page = await timed(path);
    t.equal(faultOf('sitemap', page.text), undefined, path);
    for (const [, slug = ''] of page.text.matchAll(/<loc>https:\/\/harbour\.example\/(.*?)<\/loc>/g)) found.add(slug);
    if (page.ms > slowest.ms) slowest = page;
  }
  t.equal(found.size, ARTICLES * 0.8 + 1 + 1, 'every article that wants to be found, and the front page');

  await store.transaction((tx) => tx.db.delete(tx.tables.articles).where(undefined));
  await store.transaction((tx) => insertRows(tx, tx.tables.articles, numbers.slice(0, 49_000).map(rowOf)));
  await ask('PATCH', '/v1/site', { key: keys.admin, body: { description: 'Another' } });
  const one = await timed('/sitemap.xml');
  t.equal(faultOf('sitemap', one.text), undefined);
  for (const { held } of [index, slowest, one]) t.ok(held < HELD, `the loop was held ${Math.round(held)} ms`);
  const told = ({ ms, held }: { ms: number; held: number }) => `${Math.round(ms)} ms, loop held ${Math.round(held)} ms`;
  t.comment(`index ${told(index)}; a page ${told(slowest)}; one of ${one.text.length} bytes ${told(one)}`);

  const asked = [...index.ran, ...one.ran].filter(({ source }) => source.includes('"articles"'));
  const some = [...new Map(asked.map((statement) => [statement.source, statement])).values()];
  const { steps, dear } = await planOf(some);
  t.comment(steps.join('; '));
  t.same(
    dear.filter((step) => /^scan |^sort|Seq Scan|TEMP B-TREE/i.test(step)),
    [],
    'nothing is read through, or sorted',
  );
});
