/** Reads what was sent of an article into what the actions take; its schema has checked the form. */
import type { Static } from 'typebox';
import { parseMoment } from '../../core/moment.ts';
import type { ArticleInput } from './actions.ts';
import type { ArticlePatch, NewArticle } from './schemas.ts';

type Sent = Static<typeof NewArticle> | Static<typeof ArticlePatch>;

const MOMENTS = ['publishedAt', 'unpublishAt', 'contentUpdatedAt'] as const;

/** The input with its moments read; absent fields stay absent. */
export const inputOf = (sent: Sent): ArticleInput => {
  const moments = MOMENTS.filter((name) => sent[name] !== undefined).map((name) => {
    const text = sent[name];
    return [name, text == null ? null : parseMoment(text)];
  });
  // A patch of an object stands here for the object itself: `applyPatch` merges it, `checkMerged` looks at the whole.
  return { ...sent, ...Object.fromEntries(moments) } as ArticleInput;
};
