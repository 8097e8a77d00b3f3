/** Looks whether all of a store is sound, at one moment, and changes nothing. */
import type { Renderer } from '../../rendering/renderer.ts';
import type { Inspection, WordCheck } from '../../store/inspecting.ts';
import type { SearchedFields } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import { searchedBody, searchedFields } from '../articles/indexing.ts';
import { loadArticles } from '../articles/queries.ts';
import { namedOf } from '../articles/records.ts';
import { searchedComment } from '../comments/indexing.ts';
import { articleFaults, isEmailFolded, nameFaults } from './copies.ts';
import {
  listComments,
  listIncomplete,
  listKept,
  listMiscountedArticles,
  listMiscountedNames,
  listMiscountedReplies,
  listMisplaced,
  listMisshown,
  listNamed,
  listUnlikeCopies,
  type Miscounted,
} from './queries.ts';
import { type Fault, faultOf, type Kind } from './rules.ts';

/** How many things are loaded together. */
const AT_ONCE = 100;

/** What was looked at. */
export type Looked = { articles: number; comments: number; authors: number; tags: number };
type OnLooked = (looked: Readonly<Looked>) => void;
export type Checked = { faults: Fault[]; looked: Looked };

/** Hands over all there is, part by part, in the order of ids. */
async function* parts<T extends { id: number }>(list: (after: number, limit: number) => Promise<T[]>) {
  for (let last = 0; ; ) {
    const rows = await list(last, AT_ONCE);
    if (rows.length > 0) yield rows;
    if (rows.length < AT_ONCE) return;
    last = rows.at(-1)?.id ?? last;
  }
}

const miscounts = (kind: Kind, name: string, found: Miscounted[]): Fault[] =>
  found.map(({ id, stored, counted }) => ({
    check: 'counts',
    kind,
    id,
    detail: `${name} is ${stored}, and there are ${counted}`,
  }));

/** What the store counts, counted anew. */
const checkCounts = async (store: Store): Promise<Fault[]> => [
  ...miscounts('author', 'articleCount', await listMiscountedNames(store, 'author')),
  ...miscounts('tag', 'articleCount', await listMiscountedNames(store, 'tag')),
  ...miscounts('article', 'commentCount', await listMiscountedArticles(store)),
  ...miscounts('comment', 'replyCount', await listMiscountedReplies(store, 'replyCount')),
  ...miscounts('comment', 'the count of shown replies', await listMiscountedReplies(store, 'shownReplyCount')),
];

/** What stands at two places, and must be the same at both. */
const checkPlaces = async (store: Store): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for (const kind of ['author', 'tag'] as const)
    for (const { id, of } of await listUnlikeCopies(store, kind))
      faults.push({ check: 'copies', kind: 'article', id, detail: `stands otherwise in the list of ${kind} ${of}` });
  const told = (kind: Kind, rows: { id: number }[], detail: string) =>
    faults.push(...rows.map(({ id }) => faultOf('copies', kind, () => detail)(id)));
  told('article', await listIncomplete(store), 'has no text, or its newest version is not among its revisions');
  told('comment', await listMisplaced(store), 'does not stand below what it replies to');
  told('comment', await listMisshown(store), 'is shown, or hidden, against its status and its replies');
  return faults;
};

const checkArticles = async (
  { store, renderer, now }: { store: Store; renderer: Renderer; now: Date },
  words: WordCheck,
  onPart: (count: number) => void,
): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for await (const kept of parts((after, limit) => listKept(store, after, limit))) {
    const articles = new Map(
      (
        await loadArticles(
          store,
          kept.map(({ id }) => id),
        )
      ).map((each) => [each.row.id, each]),
    );
    const expected = await Promise.all(
      kept.map(async ({ id, content, queued, ...rest }): Promise<[number, SearchedFields | null]> => {
        const article = articles.get(id);
        if (!article) return [id, null];
        for (const detail of articleFaults(article, rest, now))
          faults.push({ check: 'copies', kind: 'article', id, detail });
        if (queued !== null || content === null) return [id, null]; // what waits to be written anew may stand either way
        const searched = await searchedBody(renderer, { content: { articleId: id, ...content } });
        return [
          id,
          await searchedFields(
            store,
            article.row,
            namedOf({ ...article, content: { articleId: id, ...content } }),
            searched,
          ),
        ];
      }),
    );
    await words.expect(new Map(expected));
    onPart(kept.length);
  }
  return faults;
};

const checkComments = async (store: Store, words: WordCheck, onPart: (count: number) => void): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for await (const rows of parts((after, limit) => listComments(store, after, limit))) {
    const spoken = rows.map((row) => [row.id, searchedComment(row)] as const);
    await words.expect(new Map(spoken.flatMap(([id, fields]) => (fields ? [[id, fields]] : []))));
    for (const row of rows)
      if (!isEmailFolded(row))
        faults.push({
          check: 'copies',
          kind: 'comment',
          id: row.id,
          detail: 'is compared by another email than its own',
        });
    onPart(rows.length);
  }
  return faults;
};

const wordFaults = async (kind: Kind, words: WordCheck): Promise<Fault[]> => {
  const { lacking, other, needless } = await words.finish();
  const told = (ids: number[], detail: string) => ids.map(faultOf('search', kind, () => detail));
  return [
    ...told(lacking, 'is not in the full text'),
    ...told(other, 'is found by other words than its own'),
    ...told(needless, 'is in the full text, and nowhere else'),
  ].sort((one, other) => (one.id ?? 0) - (other.id ?? 0));
};

/** Looks at all of a store; `onLooked` hears how far it is. */
export const checkStore = async (
  { store, listFaults, checkWords }: Inspection,
  renderer: Renderer,
  now: Date,
  onLooked: OnLooked = () => {},
): Promise<Checked> => {
  const looked: Looked = { articles: 0, comments: 0, authors: 0, tags: 0 };
  const add = (what: keyof Looked) => (count: number) => {
    looked[what] += count;
    onLooked(looked);
  };
  const faults: Fault[] = (await listFaults()).map((detail) => ({ check: 'integrity', kind: null, id: null, detail }));
  faults.push(...(await checkCounts(store)), ...(await checkPlaces(store)));
  for (const kind of ['author', 'tag'] as const) {
    for await (const rows of parts((after, limit) => listNamed(store, kind, after, limit))) {
      for (const row of rows)
        for (const detail of nameFaults(row)) faults.push({ check: 'copies', kind, id: row.id, detail });
      add(`${kind}s`)(rows.length);
    }
  }
  const [ofArticles, ofComments] = [checkWords('articles'), checkWords('comments')];
  faults.push(...(await checkArticles({ store, renderer, now }, ofArticles, add('articles'))));
  faults.push(...(await checkComments(store, ofComments, add('comments'))));
  faults.push(...(await wordFaults('article', ofArticles)), ...(await wordFaults('comment', ofComments)));
  return { faults, looked };
};
