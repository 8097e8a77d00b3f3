/** How an article is answered, whole or in a list. */
import { type Caller, may } from '../../core/access.ts';
import { formatMoment } from '../../core/moment.ts';
import { answerAuthorRef } from '../authors/answers.ts';
import type { SiteRow } from '../site/queries.ts';
import { answerTagRef } from '../tags/answers.ts';
import { addressOf } from './addresses.ts';
import { decodePage, ownMembers } from './cards.ts';
import type { ListedArticle, StoredArticle } from './queries.ts';
import { commentsAreOpen } from './rules.ts';
import { type Source, sourceOf } from './writing.ts';

/** What an answer depends on besides the article. */
export type View = { caller: Caller; site: SiteRow; now: Date };

/** Tags the caller may know of: internal ones are for holders of keys. */
const shownTags = ({ tags }: ListedArticle, caller: Caller) =>
  may(caller, 'use a key') ? tags : tags.filter(({ kind }) => kind !== 'internal');

/** Whether a caller may read an article unpublished, and so sees of it what is not for everyone. */
const seesUnpublished = ({ authors }: ListedArticle, caller: Caller) =>
  may(
    caller,
    'read unpublished',
    authors.map(({ id }) => id),
  );

const EMPTY_SOURCE = { url: null };

const answerFields = (article: ListedArticle, view: View) => {
  const { row } = article;
  const { now, site, caller } = view;
  return {
    id: row.id,
    ...ownMembers(row, now),
    commentsOpen: commentsAreOpen(row, site, now),
    url: addressOf(row, site),
    ...(seesUnpublished(article, caller) && { deletedAt: formatMoment(row.deletedAt) }),
  };
};

/** A source as it is answered. */
export const answerSource = (source: Source | null) => source && { ...EMPTY_SOURCE, ...source };

/** An author or tag, as a list embeds it. */
export const answerNamed = ({ id, slug, name }: { id: number; slug: string; name: string }) => ({ id, slug, name });

/** An article, as a list shows it. */
export const answerSummary = (article: ListedArticle, view: View) => ({
  ...answerFields(article, view),
  authors: article.authors.map(answerNamed),
  tags: shownTags(article, view.caller).map(answerNamed),
});

/** An article whole; body and source stand in it for those who may read it unpublished. */
export const answerArticle = (article: StoredArticle, view: View) => ({
  ...answerFields(article, view),
  authors: article.authors.map(answerAuthorRef),
  tags: shownTags(article, view.caller).map(answerTagRef),
  commentCount: article.row.commentCount,
  ...decodePage(article.content.page),
  ...(seesUnpublished(article, view.caller) && {
    body: article.content.body,
    source: answerSource(sourceOf(article.row)),
  }),
});
