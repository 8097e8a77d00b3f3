/** All that WordPress has a place for, as WXR: without the trash, working copies and internal tags. */
import type { Store } from '../../store/store.ts';
import { readSite } from '../site/actions.ts';
import { findGreatestArticleId, walkArticles, walkAuthors, walkComments, walkTags } from './queries.ts';
import type { Count } from './tally.ts';
import { wordPressDates } from './wxr-date-rules.ts';
import {
  type Setting,
  WXR_FOOT,
  WXR_POST_END,
  wxrAttachment,
  wxrAuthor,
  wxrComment,
  wxrHead,
  wxrPost,
  wxrTag,
} from './wxr-rules.ts';

/** The comments of an article. Of what is removed nothing is there: what stood below it stands below the next above. */
async function* formatComments(
  store: Store,
  articleId: number,
  setting: Setting,
  count: Count,
): AsyncGenerator<string> {
  const above = new Map<number, number | null>();
  for await (const comments of walkComments(store, articleId))
    for (const comment of comments) {
      const { id, parentId, status } = comment.row;
      let parent = parentId;
      while (parent !== null && above.has(parent)) parent = above.get(parent) ?? null;
      if (status === 'deleted') above.set(id, parent);
      else {
        count('comments');
        yield wxrComment(comment, parent, setting);
      }
    }
}

export async function* formatWxr(store: Store, now: Date, count: Count): AsyncGenerator<string> {
  const site = await readSite(store);
  const firstFreeId = (await findGreatestArticleId(store)) + 1;
  const setting: Setting = { site, now, dates: wordPressDates(site.timeZone), firstFreeId };
  yield wxrHead(site, now);
  for await (const authors of walkAuthors(store))
    for (const author of authors) {
      count('authors');
      yield wxrAuthor(author);
    }
  for await (const tags of walkTags(store))
    for (const tag of tags) {
      const written = wxrTag(tag);
      if (written === '') continue;
      count('tags');
      yield written;
    }
  for await (const articles of walkArticles(store))
    for (const article of articles) {
      if (article.row.deletedAt !== null) continue;
      count('articles');
      yield wxrAttachment(article, setting);
      yield wxrPost(article, setting);
      yield* formatComments(store, article.id, setting, count);
      yield WXR_POST_END;
    }
  yield WXR_FOOT;
}
