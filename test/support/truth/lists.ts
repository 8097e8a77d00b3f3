/** What every list of articles must show, by the model. */

import { ANY, type Read } from './expected.ts';
import type { Article, Author, Model } from './model.ts';
import type { Random } from './random.ts';

export const text = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());
export const named = ({ id, slug, name }: Author) => ({ id, slug, name });
export const fold = (title: string) => title.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
export const compare = (one: string | number, other: string | number) => (one < other ? -1 : Number(one > other));

const calendars = new Map<string, Intl.DateTimeFormat>();
/** The day of a moment in a time zone, as 2026-11-22. */
export const dayOf = (moment: number | null, timeZone: string): string => {
  const calendar = calendars.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  calendars.set(timeZone, calendar); // to make one is dear
  return calendar.format(Number(moment));
};

const addressOf = (article: Article, { site }: Model): string => {
  const [year = '', month = ''] = dayOf(article.publishedAt, site.timeZone).split('-');
  const path = site.articleUrlPattern.replace('{id}', String(article.id)).replace('{slug}', article.slug);
  return `${site.url ?? ''}${path.replace('{year}', year).replace('{month}', month)}`;
};

/** A live article, as a list shows it. */
export const cardOf = (article: Article, model: Model) => ({
  ...{ id: article.id, version: article.version, title: article.title, slug: article.slug },
  ...{
    status: 'published',
    live: true,
    publishedAt: text(article.publishedAt),
    unpublishAt: text(article.unpublishAt),
  },
  ...{ featured: article.featured, language: article.language, translationKey: article.translationKey },
  ...{ createdAt: text(article.createdAt), updatedAt: text(article.updatedAt), commentPolicy: article.commentPolicy },
  commentsOpen: model.policyOf(article) === 'open',
  url: addressOf(article, model),
  authors: model.authorsOf(article).map(named),
  tags: model.publicTagsOf(article).map(named),
});

/** The comments of an article that everyone may read. */
export const approvedOf = (model: Model, id: number) =>
  model.commentsOf(id).filter(({ status }) => status === 'approved');

const SORTS = {
  publishedAt: ({ publishedAt }: Article) => Number(publishedAt),
  updatedAt: ({ updatedAt }: Article) => updatedAt,
  createdAt: ({ createdAt }: Article) => createdAt,
  title: ({ title }: Article) => fold(title),
};
export const SORT_NAMES = Object.keys(SORTS).flatMap((name) => [name, `-${name}`]);

/** What is asked of a list. */
export type Query = {
  sort?: string;
  tag?: string[];
  tagsAll?: string[];
  tagsNot?: string[];
  author?: string[];
  featured?: boolean;
  language?: string;
  translationKey?: string;
  publishedBefore?: string;
  q?: string;
  limit?: number;
  page?: number;
  count?: 'exact';
  include?: 'commentCount';
};

/** A list, with what it must show. `q` is a word of a title or a name. */
export const listRead = (model: Model, query: Query): Read => {
  const { sort = '-publishedAt', limit = 20, page, count, include } = query;
  const tagsNamed = (article: Article, slugs: string[]) =>
    model.publicTagsOf(article).filter(({ slug }) => slugs.includes(slug)).length;
  const isWanted = (article: Article): boolean => {
    const { tag, tagsAll, tagsNot, author, featured, language, translationKey, publishedBefore, q } = query;
    const words = [
      article.title,
      ...[...model.authorsOf(article), ...model.publicTagsOf(article)].map((it) => it.name),
    ];
    return (
      (tag === undefined || tagsNamed(article, tag) > 0) &&
      (tagsAll === undefined || tagsNamed(article, tagsAll) === new Set(tagsAll).size) &&
      (tagsNot === undefined || tagsNamed(article, tagsNot) === 0) &&
      (author === undefined || model.authorsOf(article).some(({ slug }) => author.includes(slug))) &&
      (featured === undefined || article.featured === featured) &&
      (language === undefined || article.language === language || article.language.startsWith(`${language}-`)) &&
      (translationKey === undefined || article.translationKey === translationKey) &&
      (publishedBefore === undefined || Number(article.publishedAt) < Date.parse(publishedBefore)) &&
      (q === undefined || words.some((name) => fold(name).split(' ').includes(q)))
    );
  };
  const key = SORTS[sort.replace('-', '') as keyof typeof SORTS];
  const way = sort.startsWith('-') ? -1 : 1;
  const found = model
    .live()
    .filter(isWanted)
    .sort((a, b) => way * (compare(key(a), key(b)) || a.id - b.id));
  const offset = page === undefined ? 0 : (page - 1) * limit;
  const isNumbered = page !== undefined;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  return {
    path: `/v1/articles?${parameters}`.replace(/\?$/, ''),
    status: [200],
    body: {
      data: found.slice(offset, offset + limit).map((article) => ({
        ...cardOf(article, model),
        ...(include && { commentCount: approvedOf(model, article.id).length }),
      })),
      pagination: {
        ...{ limit, previous: null, next: !isNumbered && found.length > limit ? ANY : null },
        ...((isNumbered || count) && { total: found.length }),
        ...(isNumbered && { page, pages: Math.ceil(found.length / limit) }),
      },
    },
  };
};

/** Lists with filters that are put together by chance. */
export const mixedQueries = (model: Model, random: Random): Query[] => {
  const slugs = (things: Map<number, Author>, most: number) =>
    random.some([...things.values()], 1 + random.below(most)).map(({ slug }) => slug);
  const filters: (() => Query)[] = [
    () => ({ tag: slugs(model.tags, 3) }),
    () => ({ tagsAll: slugs(model.tags, 2) }),
    () => ({ tagsNot: slugs(model.tags, 2) }),
    () => ({ author: slugs(model.authors, 2) }),
    () => ({ featured: random.percent(50) }),
    () => ({ language: random.one(['en', 'en-GB', 'fr']) }),
    () => ({ limit: 1 + random.below(8) }),
    () => ({ page: 1 + random.below(3), limit: 4 }),
    () => ({ count: 'exact' }),
    () => ({ publishedBefore: random.one(['2026-11-22T00:00:00Z', '2026-11-01T00:00:00Z']) }),
  ];
  return Array.from({ length: 6 }, () => {
    const query: Query = Object.assign({}, ...random.some(filters, 3).map((filter) => filter()));
    if (query.page !== undefined) delete query.count;
    return { sort: random.one(SORT_NAMES), ...query };
  });
};
