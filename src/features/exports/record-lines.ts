/** All content as records, one a line, in an order in which they can be imported. */
import type { Store } from '../../store/store.ts';
import type { ImportRecord } from '../formats/records.ts';
import { readSite } from '../site/actions.ts';
import { mapOldSlugs, walkArticles, walkAuthors, walkComments, walkTags } from './queries.ts';
import { articleRecord, authorRecord, commentRecord, siteRecord, tagRecord } from './record-rules.ts';
import type { Count } from './tally.ts';

const lineOf = (record: ImportRecord): string => `${JSON.stringify(record)}\n`;
const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);

async function* formatAuthors(store: Store, count: Count): AsyncGenerator<string> {
  for await (const authors of walkAuthors(store)) {
    const oldSlugs = await mapOldSlugs(store, ['author', 'hidden-author'], idsOf(authors));
    for (const author of authors) {
      count('authors');
      yield lineOf(authorRecord(author, oldSlugs.get(author.id)));
    }
  }
}

async function* formatTags(store: Store, count: Count): AsyncGenerator<string> {
  for await (const tags of walkTags(store)) {
    const oldSlugs = await mapOldSlugs(store, ['tag', 'hidden-tag'], idsOf(tags));
    for (const tag of tags) {
      count('tags');
      yield lineOf(tagRecord(tag, oldSlugs.get(tag.id)));
    }
  }
}

export async function* formatRecords(store: Store, now: Date, count: Count): AsyncGenerator<string> {
  yield lineOf(siteRecord(await readSite(store)));
  yield* formatAuthors(store, count);
  yield* formatTags(store, count);
  for await (const articles of walkArticles(store))
    for (const article of articles) {
      count('articles');
      yield lineOf(articleRecord(article, now));
    }
  for await (const comments of walkComments(store))
    for (const comment of comments) {
      count('comments');
      yield lineOf(commentRecord(comment));
    }
}
