/** Reads what was sent of an article into what the actions take; its schema has checked the form. */
import type { Static } from 'typebox';
import { bodyFault, refuseAll } from '../../core/errors.ts';
import { parseMoment } from '../../core/moment.ts';
import type { ArticleInput } from './actions.ts';
import type { ArticlePatch, NewArticle } from './schemas.ts';

type Sent = Static<typeof NewArticle> | Static<typeof ArticlePatch>;

const MOMENTS = ['publishedAt', 'unpublishAt', 'contentUpdatedAt'] as const;

/** Throws 400 for tags that are told by nothing: all their members would be ignored. */
const checkTags = (tags: Sent['tags']): void => {
  const faults = (tags ?? []).flatMap((tag, position) => {
    const isTold = typeof tag === 'string' || tag.id !== undefined || tag.slug !== undefined || tag.name !== undefined;
    return isTold ? [] : [bodyFault(`/tags/${position}`, 'required', `tags/${position} must have id, slug or name`)];
  });
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
};

/** The input with its moments read; absent fields stay absent. */
export const inputOf = (sent: Sent): ArticleInput => {
  checkTags(sent.tags);
  const moments = MOMENTS.filter((name) => sent[name] !== undefined).map((name) => {
    const text = sent[name];
    return [name, text == null ? null : parseMoment(text)];
  });
  // A patch of an object stands here for the object itself: `applyPatch` merges it, `checkWriting` looks at the whole.
  return { ...sent, ...Object.fromEntries(moments) } as ArticleInput;
};
