import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { test } from 'tap';
import { decodePage } from '../../src/features/articles/cards.ts';
import { dealCards } from '../../src/features/articles/dealing.ts';
import { findPage } from '../../src/features/articles/public-queries.ts';
import { ensureSite } from '../../src/features/site/actions.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url));

/** The migrations of the first release alone. */
const firstMigrations = (directory: string): string => {
  const folder = join(directory, 'migrations');
  mkdirSync(join(folder, 'meta'), { recursive: true });
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8'));
  const entries = journal.entries.slice(0, 1);
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  cpSync(join(MIGRATIONS, `${entries[0].tag}.sql`), join(folder, `${entries[0].tag}.sql`));
  return folder;
};

test('a store of the first release is brought to this one with every word', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-'));
  const file = join(directory, 'galley.db');
  const old = new Database(file);
  migrate(drizzle({ client: old }), { migrationsFolder: firstMigrations(directory) });
  const now = Date.parse('2026-11-22T07:00:00Z');
  old.exec(`insert into authors (version, slug, name, name_folded, links, article_count, created_at, updated_at)
    values (1, 'ada', 'Ada', 'ada', '[]', 1, ${now}, ${now})`);
  const article = old.prepare(`insert into articles (version, slug, title, title_folded, generated_excerpt, body_format,
    status, shelf, published_at, sort_at, noted_live, language, featured, comment_count, word_count, created_at, updated_at)
    values (3, ?, 'Title', 'title', '', 'markdown', ?, ?, ${now}, ${now}, 1, 'en', 0, 0, 1, ${now}, ${now})`);
  const content = old.prepare(
    'insert into article_contents (article_id, body, html, seo, metadata) values (?, ?, ?, ?, ?)',
  );
  const html = '<p>“Quotes”, \\ and "more" — 日本語 🛶</p>\n';
  const empty = { title: null, description: null, imageUrl: null, canonicalUrl: null, noindex: null };
  const rows: [status: string, seo: object | null, answered: object | null][] = [
    ['published', null, null],
    ['published', { title: 'S "x"', noindex: true }, { ...empty, title: 'S "x"', noindex: true }],
    [
      'draft',
      { canonicalUrl: 'https://a.example/', noindex: false },
      { ...empty, canonicalUrl: 'https://a.example/', noindex: false },
    ],
  ];
  const metadata = { deep: [{ a: null, b: 1.5, c: 'ü' }] };
  for (const [i, [status, seo]] of rows.entries()) {
    article.run(`slug-${i}`, status, status);
    content.run(i + 1, 'Body', html, seo && JSON.stringify(seo), JSON.stringify(metadata));
    old.exec(`insert into article_authors values (${i + 1}, 1, 0, '${status}', ${now})`);
  }
  old.close();

  const store = openSqlite(file);
  t.teardown(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  await ensureSite({ store, clock: () => new Date(now) });
  for (const [i, [, , answered]] of rows.entries()) {
    const page = await findPage(store, i + 1);
    t.strictSame(decodePage(page?.page as Buffer), { html, seo: answered, metadata }, `article ${i + 1}`);
  }
  t.equal((await findPage(store, 1))?.card, null, 'cards are dealt later');
  await dealCards({ store });
  t.match(JSON.parse(String((await findPage(store, 1))?.card)), {
    version: 3,
    slug: 'slug-0',
    status: 'published',
    live: true,
  });
  t.strictSame((await findPage(store, 2))?.cardNames, { authorIds: [1], tagIds: [] });
  t.equal((await findPage(store, 3))?.card, null, 'a draft has none');
  const { articles } = store.tables;
  const told = { noindex: articles.noindex, canonicalUrl: articles.canonicalUrl };
  t.strictSame(
    await store.db.select(told).from(articles).orderBy(articles.id),
    rows.map(([, seo]) => ({
      noindex: false,
      canonicalUrl: null,
      ...(seo && 'title' in seo ? { noindex: true } : seo),
    })),
    'what search engines are told stands beside it, too',
  );
  t.equal((await store.db.select().from(store.tables.searchQueue)).length, 3, 'all are to be made findable');
});
