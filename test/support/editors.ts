/** Many editors at the same articles at once, each writing only over the version that was read: nothing anyone wrote is lost. */
import { asc, eq } from 'drizzle-orm';
import type { Test } from 'tap';
import type { Galley } from './app.ts';

type Editor = { name: string; key: string; galley: Galley };
type Written = { articleId: number; token: string; by: string; version: number };

/**
 * Appends a token of its own to the body of an article, as an editor does: reads, writes over what was read, and where
 * another was faster reads again. Returns the version it made.
 */
const append = async (t: Test, { galley, key }: Editor, articleId: number, token: string): Promise<number> => {
  const path = `/v1/articles/${articleId}`;
  for (;;) {
    const { body: read, headers } = await galley.ask('GET', path, { key });
    const { body, status } = await galley.ask('PATCH', path, {
      key,
      headers: { 'if-match': String(headers.etag) },
      body: { body: `${read.body} ${token}`, metadata: { [token]: read.version } },
    });
    if (status === 200) return body.version;
    const isTold = body.code === 'version-mismatch' && body.currentVersion > read.version;
    const fields = [...(body.changedFields ?? [])].sort().join();
    if (status !== 412 || !isTold || fields !== 'body,metadata') t.fail('an editor who was late is told why', body);
  }
};

/** Lets editors write at once, each in turn on every article; tells what they wrote, as they were answered. */
export const writeAtOnce = async (
  t: Test,
  editors: Editor[],
  articleIds: number[],
  edits: number,
): Promise<Written[]> => {
  const written = await Promise.all(
    editors.map(async (editor, i) => {
      const mine: Written[] = [];
      for (let n = 0; n < edits; n++) {
        const articleId = articleIds[(i + n) % articleIds.length] as number;
        const token = `${editor.name}-${n}`;
        mine.push({ articleId, token, by: editor.name, version: await append(t, editor, articleId, token) });
      }
      return mine;
    }),
  );
  return written.flat();
};

/** Holds each article and each of its versions to what the editors were answered. */
export const checkNothingLost = async (t: Test, { ask, keys, store }: Galley, ids: number[], written: Written[]) => {
  const { revisions } = store.tables;
  for (const id of ids) {
    const mine = written.filter(({ articleId }) => articleId === id).sort((a, b) => a.version - b.version);
    const tokens = mine.map(({ token }) => token);
    const versions = Array.from({ length: mine.length + 1 }, (_, i) => i + 1);
    t.same(
      mine.map(({ version }) => version),
      versions.slice(1),
      'each edit made a version of its own',
    );
    const now = (await ask('GET', `/v1/articles/${id}`, { key: keys.editor })).body;
    t.equal(now.body, ['Begun.', ...tokens].join(' '), `article ${id} holds all ${tokens.length} edits, in order`);
    t.same(Object.keys(now.metadata).sort(), [...tokens].sort());

    const rows = await store.db
      .select()
      .from(revisions)
      .where(eq(revisions.articleId, id))
      .orderBy(asc(revisions.version));
    t.same(
      rows.map(({ version }) => version),
      versions,
      'no version is missing',
    );
    const listed: { version: number; by: { name: string }; changedFields: string[] }[] = [];
    for (let page = 1; listed.length < versions.length; page++) {
      const { data } = (await ask('GET', `/v1/articles/${id}/revisions?limit=100&page=${page}`, { key: keys.editor }))
        .body;
      if (data.length === 0) break;
      listed.push(...data);
    }
    t.same(
      listed.slice(0, -1).map(({ version, by: { name }, changedFields }) => [version, name, changedFields]),
      mine.map(({ version, by }) => [version, by, ['body', 'metadata']]).reverse(),
      'each by who was answered that it was made',
    );
    for (const version of versions) {
      const { snapshot } = (await ask('GET', `/v1/articles/${id}/revisions/${version}`, { key: keys.editor })).body;
      const expected = ['Begun.', ...tokens.slice(0, version - 1)].join(' ');
      if (snapshot.body !== expected) t.equal(snapshot.body, expected, `version ${version} of article ${id}`);
    }
  }
};

/** Makes so many articles to be written on. */
export const begin = async ({ ask, keys }: Galley, articles: number): Promise<number[]> => {
  const ids: number[] = [];
  for (let i = 0; i < articles; i++)
    ids.push(
      (await ask('POST', '/v1/articles', { key: keys.editor, body: { title: `T ${i}`, body: 'Begun.' } })).body.id,
    );
  return ids;
};

/** Editors, each with a key of that name, at one process or another. */
export const hire = async (galleys: Galley[], many: number): Promise<Editor[]> => {
  const editors: Editor[] = [];
  for (let i = 0; i < many; i++) {
    const galley = galleys[i % galleys.length] as Galley;
    const name = `editor-${i}`;
    const { body } = await galley.ask('POST', '/v1/keys', { key: galley.keys.admin, body: { name, role: 'editor' } });
    editors.push({ name, key: body.secret, galley });
  }
  return editors;
};
