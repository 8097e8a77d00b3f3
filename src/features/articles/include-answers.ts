/** How is answered what was asked for beside an article, or beside the summaries of a list. */
import { formatMoment } from '../../core/moment.ts';
import { answerSummary, type View } from './answers.ts';
import type { ListInclude } from './includes.ts';
import type { Neighbour, Surroundings } from './neighbour-queries.ts';
import type { ListedArticle } from './queries.ts';
import type { Texts } from './text-queries.ts';

type Highlights = { title: string; snippet: string };
const NOWHERE: Highlights = { title: '', snippet: '' };
type Beside = {
  texts: Texts | undefined;
  /** By the ids of articles; undefined: not asked for. */
  highlights: ReadonlyMap<number, Highlights> | undefined;
  include: readonly ListInclude[];
};

/** An article of a list with what is asked for; texts for which there was no room, or that are not for the caller, are absent. */
export const answerListed = (article: ListedArticle, { texts, highlights, include }: Beside, view: View) => ({
  ...answerSummary(article, view),
  ...(texts && texts.html !== null && { html: texts.html }),
  ...(texts && texts.body !== null && { body: texts.body }),
  ...(include.includes('commentCount') && { commentCount: article.row.commentCount }),
  ...(highlights && { highlights: highlights.get(article.row.id) ?? NOWHERE }),
});

const answerNeighbour = (neighbour: Neighbour | null) =>
  neighbour && { ...neighbour, publishedAt: formatMoment(neighbour.publishedAt) };

export const answerSurroundings = ({ adjacent, related, translations }: Surroundings, view: View) => ({
  ...(adjacent && {
    adjacent: { previous: answerNeighbour(adjacent.previous), next: answerNeighbour(adjacent.next) },
  }),
  ...(related && { related: related.map((article) => answerSummary(article, view)) }),
  ...(translations && { translations }),
});
