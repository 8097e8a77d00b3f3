/** Many articles, stored by Galley's own functions: by its doors it would take minutes. */
import { searchedText } from '../../src/core/searched-text.ts';
import { recordOf, storeNew } from '../../src/features/articles/records.ts';
import { BY_ITSELF } from '../../src/store/events.ts';
import type { Store } from '../../src/store/store.ts';

const SENTENCE = 'The first boats are in, and the harbour is, as ever, full of them. ';
const TEXT = SENTENCE.repeat(40);
const RENDERED = {
  html: `<p>${TEXT}</p>`,
  wordCount: 13 * 40,
  excerpt: SENTENCE,
  searched: searchedText(TEXT),
};
/** How many a transaction stores, and how many of them at once, so that a server is not waited for at every statement. */
const UNIT = 1000;
const AT_ONCE = 20;

type Stated = { authorIds: number[]; tagIds: number[]; status?: 'draft' | 'published'; deletedAt?: Date };

const recordFor = (number: number, { authorIds, tagIds, status = 'published', deletedAt }: Stated, now: Date) => {
  const createdAt = new Date(now.getTime() - 60_000 * number);
  const publishedAt = status === 'published' ? createdAt : null;
  const writing = {
    ...{ title: `Boats, part ${number}`, slug: `boats-${number}`, subtitle: null, excerpt: null, publishedAt, status },
    ...{ body: TEXT, bodyFormat: 'markdown' as const, unpublishAt: null, authorIds, tagIds, coverImage: null },
    ...{ language: 'en', translationKey: null, featured: false, commentPolicy: null, contentUpdatedAt: null },
    ...{ seo: null, metadata: {}, source: null },
  };
  const past = { firstPublishedAt: null, slug: null, slugWasPublic: false };
  const standing = { status, publishedAt, unpublishAt: null, deletedAt: deletedAt ?? null, ...past };
  const rest = { version: 1, createdAt, updatedAt: deletedAt ?? createdAt, commentCount: 0 };
  return recordOf(writing, standing, RENDERED, rest, now);
};

/** Stores articles with the numbers 1 to `count`, each as `stateOf` says, under the slug `boats-<number>`. */
export const storeMany = async (
  store: Store,
  count: number,
  now: Date,
  stateOf: (number: number) => Stated,
): Promise<void> => {
  for (let first = 1; first <= count; first += UNIT) {
    await store.transaction(async (tx) => {
      const storeOne = (number: number) => storeNew(tx, BY_ITSELF, recordFor(number, stateOf(number), now), RENDERED);
      const last = Math.min(first + UNIT - 1, count);
      for (let from = first; from <= last; from += AT_ONCE) {
        const numbers = Array.from({ length: Math.min(AT_ONCE, last - from + 1) }, (_, i) => from + i);
        await Promise.all(numbers.map(storeOne));
      }
    });
  }
};
