/** How a working copy is answered: the article as it would be, with the version of the copy. */
import { formatMoment } from '../../core/moment.ts';
import { answerArticle, type View } from '../articles/answers.ts';
import type { StoredArticle } from '../articles/queries.ts';

type Shown = { article: StoredArticle; version: number; updatedAt: Date; changedFields: string[] };

export const answerWorkingCopy = ({ article, version, updatedAt, changedFields }: Shown, view: View) => ({
  ...answerArticle(article, view),
  body: article.content.body, // also to whom the copy, once published, would take the byline
  version,
  updatedAt: formatMoment(updatedAt),
  articleVersion: article.row.version,
  changedFields,
});
