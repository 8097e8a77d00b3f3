/** What stands in the store of a benchmark: every article follows from its number and how many there are. */
import { COMMON, markdownOf, RARE, sentenceOf, wordsOf } from './prose.ts';
import { randomOf, zipf } from './random.ts';

export const AUTHORS = 200;
export const TAGS = 500;
/** How many bodies are rendered; every article has one of them behind a sentence of its own. */
export const BODIES = 200;
/** How many approved comments the most discussed article has. */
export const MOST_COMMENTS = 200;

const FIRST = Date.UTC(2015, 0, 1);
const LAST = Date.UTC(2025, 0, 1);
/** Moments that no run will see come due. */
const FAR = Date.UTC(2060, 0, 1);
const DAY = 86_400_000;

export type Content = {
  title: string;
  slug: string;
  subtitle: string | null;
  /** Stands before the body. */
  sentence: string;
  /** Which of the rendered bodies. */
  body: number;
  status: 'draft' | 'published';
  /** Null: a draft; far away: scheduled. */
  publishedAt: Date | null;
  createdAt: Date;
  featured: boolean;
  hasCover: boolean;
  /** Ranks, the most frequent first. */
  authors: number[];
  tags: number[];
  comments: { approved: number; pending: number };
};

export const authorNameOf = (rank: number): string => {
  const [first = '', last = ''] = wordsOf(randomOf(2, rank), 2);
  return `${first} ${last} ${rank}`;
};
export const authorSlugOf = (rank: number): string => `author-${rank}`;
export const tagNameOf = (rank: number): string => `Tag ${wordsOf(randomOf(3, rank), 1).join()} ${rank}`;
export const tagSlugOf = (rank: number): string => `tag-${rank}`;
export const bodyOf = (number: number): string => markdownOf(randomOf(4, number), 3900);

/** The number of the article with the most comments, and those of the ones with the rare word. */
export const mostDiscussed = (articles: number): number => Math.floor(articles / 2);
const isRare = (number: number, articles: number): boolean =>
  [1, 2, 3].some((quarter) => number === Math.floor((articles * quarter) / 4) - 1);

const pickTag = zipf(TAGS);
const distinct = (count: number, pick: () => number): number[] => [...new Set(Array.from({ length: count }, pick))];

const discussionOf = (random: () => number, isMost: boolean) => {
  if (isMost) return { approved: MOST_COMMENTS, pending: 10 };
  if (random() > 0.05) return { approved: 0, pending: 0 };
  return { approved: 1 + Math.floor(random() * 5), pending: random() < 0.2 ? 1 : 0 };
};

/** The article of a number, from 0, the oldest. The first has the id 1. */
export const contentOf = (number: number, articles: number): Content => {
  const random = randomOf(5, number);
  const isMost = number === mostDiscussed(articles);
  const isRareOne = isRare(number, articles);
  const chance = isMost || isRareOne ? 1 : random();
  const createdAt = new Date(Math.floor(FIRST + ((LAST - FIRST) * (number + random())) / articles));
  const title = wordsOf(random, 4 + Math.floor(random() * 5)).join(' ');
  const scheduledAt = new Date(FAR + number * 1000);
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    slug: `${title.replaceAll(' ', '-')}-${number}`,
    subtitle: random() < 0.5 ? sentenceOf(random) : null,
    sentence: sentenceOf(random, COMMON, ...(isRareOne ? [RARE] : [])),
    body: Math.floor(random() * BODIES),
    status: chance < 0.02 ? 'draft' : 'published',
    publishedAt: chance < 0.02 ? null : chance < 0.03 ? scheduledAt : new Date(createdAt.getTime() + random() * DAY),
    createdAt,
    featured: random() < 0.02,
    hasCover: random() < 0.6,
    authors: distinct(random() < 0.8 ? 1 : 2, () => Math.floor(AUTHORS * random() ** 2)),
    tags: distinct(Math.floor(random() * 7), () => pickTag(random)),
    comments: discussionOf(random, isMost),
  };
};

/** Whether everyone can read an article. */
export const isLive = ({ publishedAt }: Content): boolean => publishedAt !== null && publishedAt.getTime() < FAR;
