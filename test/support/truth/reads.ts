/** What every read must show, by the model: its status, and the members of its answer that the model knows. */
import type { Read } from './expected.ts';
import { approvedOf, cardOf, compare, dayOf, fold, listRead, named, type Query, SORT_NAMES, text } from './lists.ts';
import type { Article, Author, Model, Tag } from './model.ts';
import type { Random } from './random.ts';

const pageOf = (article: Article, model: Model) => ({
  ...cardOf(article, model),
  tags: model.publicTagsOf(article).map(({ kind, ...tag }) => ({ ...named({ ...tag }), kind })),
  commentCount: approvedOf(model, article.id).length,
});

const NOT_THERE = [404];
const ELSEWHERE = [404, 308];

/** The pages of an article: itself, what stands around it and what is said of it. */
export const articleReads = (model: Model, article: Article): Read[] => {
  const { id, slug, trashed, wasLive, word } = article;
  const [byId, bySlug] = [`/v1/articles/${id}`, `/v1/articles/by-slug/${slug}`];
  const search = { path: `/v1/search?q=${word}`, status: [200] };
  if (!model.isLive(article)) {
    const status = trashed && wasLive ? [410] : NOT_THERE;
    return [
      ...[byId, bySlug, `${byId}?include=adjacent`].map((path) => ({ path, status })),
      { path: `${byId}/comments`, status: NOT_THERE },
      { ...search, body: { data: [] } },
      listRead(model, { q: word, sort: '-publishedAt' }),
    ];
  }
  const live = model.live();
  const place = live.indexOf(article);
  const beside = (other: Article | undefined) =>
    other === undefined
      ? null
      : { ...{ id: other.id, slug: other.slug, title: other.title }, publishedAt: text(other.publishedAt) };
  const shares = (other: Article) =>
    model.publicTagsOf(other).filter((tag) => model.publicTagsOf(article).includes(tag)).length;
  const related = live
    .filter((other) => other !== article && shares(other) > 0)
    .sort((a, b) => shares(b) - shares(a)) // what shares as much stays newest first
    .slice(0, 5);
  const translations = live
    .filter(
      (other) =>
        other !== article && article.translationKey !== null && other.translationKey === article.translationKey,
    )
    .sort((a, b) => compare(a.language, b.language) || a.id - b.id);
  const around = {
    adjacent: { previous: beside(live[place + 1]), next: beside(live[place - 1]) },
    related: related.map((other) => cardOf(other, model)),
    translations: translations.map((other) => ({ id: other.id, slug: other.slug, language: other.language })),
  };
  const page = pageOf(article, model);
  const said = approvedOf(model, id)
    .sort((a, b) => a.createdAt - b.createdAt || a.id - b.id)
    .map(({ id, version }) => ({ id, version, status: 'approved' }));
  const isSaid = model.policyOf(article) !== 'hidden';
  const comments = (sort: string, data: object[]): Read =>
    isSaid
      ? { path: `${byId}/comments${sort}`, status: [200], body: { data } }
      : { path: `${byId}/comments${sort}`, status: NOT_THERE };
  return [
    { path: byId, status: [200], body: page },
    { path: bySlug, status: [200], body: page },
    { path: `${byId}?include=adjacent,related,translations`, status: [200], body: { ...page, ...around } },
    { path: `${bySlug}?include=adjacent`, status: [200], body: { ...page, adjacent: around.adjacent } },
    { path: `${byId}/jsonld`, status: [200], body: { headline: article.title } },
    comments('', said),
    comments('?sort=-createdAt', said.toReversed()),
    { ...search, body: { data: [{ type: 'article', id, slug, title: article.title }] } },
    listRead(model, { q: word, sort: '-publishedAt' }),
  ];
};

/** The newest articles of a feed. */
const feedRead = (model: Model, path: string, articles: readonly Article[]): Read => ({
  path: `/feeds/${path}.json`,
  status: [200],
  body: {
    items: articles.slice(0, 20).map((article) => {
      const { title, authors, tags } = cardOf(article, model);
      return { title, authors: authors.map(({ name }) => ({ name })), tags: tags.map(({ name }) => name) };
    }),
  },
});

/** The pages and lists of authors, or of tags: who exists for everyone, and how many live articles name each. */
const namesReads = (model: Model, kind: 'authors' | 'tags'): Read[] => {
  const live = model.live();
  const all: (Author | Tag)[] = [...model[kind].values()];
  const liveOf = (id: number) => live.filter((one) => (kind === 'tags' ? one.tagIds : one.authorIds).includes(id));
  const countOf = (id: number) => liveOf(id).length;
  const known = all.filter((one) => countOf(one.id) > 0 && (!('kind' in one) || one.kind !== 'internal'));
  const shown = (one: Author | Tag) => ({ ...one, ...(model.isSettled && { articleCount: countOf(one.id) }) });
  const byName = known.toSorted((a, b) => compare(fold(a.name), fold(b.name)) || a.id - b.id);
  const byCount = known.toSorted((a, b) => countOf(b.id) - countOf(a.id) || b.id - a.id);
  return [
    { path: `/v1/${kind}`, status: [200], body: { data: byName.map(shown) } },
    {
      path: `/v1/${kind}?page=1&limit=2`,
      status: [200],
      body: { data: byName.slice(0, 2).map(shown), pagination: { total: known.length } },
    },
    {
      path: `/v1/${kind}?sort=-articleCount`,
      status: [200],
      ...(model.isSettled && { body: { data: byCount.map(shown) } }),
    },
    ...all.flatMap((one) =>
      [`/v1/${kind}/${one.id}`, `/v1/${kind}/by-slug/${one.slug}`].map((path) =>
        known.includes(one) ? { path, status: [200], body: shown(one) } : { path, status: NOT_THERE },
      ),
    ),
    ...all.map((one) =>
      known.includes(one)
        ? feedRead(model, `${kind}/${one.slug}`, liveOf(one.id))
        : { path: `/feeds/${kind}/${one.slug}.json`, status: NOT_THERE },
    ),
    ...model.deleted[kind].map((id) => ({ path: `/v1/${kind}/${id}`, status: NOT_THERE })),
  ];
};

const archivesRead = (model: Model): Read => {
  const { timeZone } = model.site;
  const counts = new Map<string, number>();
  for (const { publishedAt } of model.live()) {
    const month = dayOf(publishedAt, timeZone).slice(0, 7);
    counts.set(month, (counts.get(month) ?? 0) + 1);
  }
  return {
    path: '/v1/archives',
    status: [200],
    body: { data: [...counts].map(([month, count]) => ({ month, count })) },
  };
};

/** Every kind of read, of everything there is, and lists with filters of one's own. */
export const allReads = (model: Model, queries: readonly Query[]): Read[] => {
  const [tags, authors] = [[...model.tags.values()], [...model.authors.values()]];
  return [
    ...[...model.articles.values()].flatMap((article) => articleReads(model, article)),
    ...model.deleted.articles.map((id) => ({ path: `/v1/articles/${id}`, status: NOT_THERE })),
    ...[...model.leftSlugs].map((slug) => ({ path: `/v1/articles/by-slug/${slug}`, status: ELSEWHERE })),
    listRead(model, {}),
    ...SORT_NAMES.map((sort) => listRead(model, { sort })),
    ...tags.flatMap(({ slug }) => [
      listRead(model, { tag: [slug] }),
      listRead(model, { tagsNot: [slug] }),
      listRead(model, { tagsAll: [slug, (tags[0] as Tag).slug] }),
    ]),
    ...authors.map(({ slug }) => listRead(model, { author: [slug] })),
    ...[true, false].map((featured) => listRead(model, { featured })),
    ...['en', 'en-GB', 'fr'].map((language) => listRead(model, { language })),
    ...['one', 'two'].map((translationKey) => listRead(model, { translationKey })),
    ...[1, 2, 3].map((page) => listRead(model, { page, limit: 5 })),
    ...['harbour', 'eclair', 'quay'].map((q) => listRead(model, { q, sort: '-publishedAt' })),
    listRead(model, { limit: 1 }),
    listRead(model, { count: 'exact', limit: 3 }),
    listRead(model, { include: 'commentCount' }),
    ...queries.map((query) => listRead(model, query)),
    ...namesReads(model, 'authors'),
    ...namesReads(model, 'tags'),
    archivesRead(model),
    feedRead(model, 'articles', model.live()),
    { path: '/v1/site', status: [200], body: model.site },
    ...[...model.comments.values()].map(({ id, version, articleId, status }) => {
      const article = model.articles.get(articleId) as Article;
      const isShown = status === 'approved' && model.isLive(article) && model.policyOf(article) !== 'hidden';
      return {
        path: `/v1/comments/${id}`,
        ...(isShown ? { status: [200], body: { id, version, status } } : { status: NOT_THERE }),
      };
    }),
    ...model.deleted.comments.map((id) => ({ path: `/v1/comments/${id}`, status: NOT_THERE })),
  ];
};

/** Searches for the names of authors and tags, once those that changed are searchable. */
export const searchesOfNames = (model: Model): Read[] =>
  [...model.authors.values(), ...model.tags.values()]
    .filter((named) => !('kind' in named) || named.kind !== 'internal')
    .map(({ name }) => listRead(model, { q: fold(name).split(' ').at(-1) as string, sort: '-publishedAt' }));

/** What a path asks for, whatever it asks it of. */
const kindOf = (path: string): string => {
  const { pathname, searchParams } = new URL(path, 'http://galley');
  const place = pathname.replace(/\/\d+/, '/id').replace(/by-slug\/.*/, 'by-slug');
  return [place, ...searchParams.keys(), searchParams.get('include')].join(' ');
};

/** So many reads of each kind at most. */
export const ofEachKind = (reads: readonly Read[], most: number, random: Random): Read[] => {
  const kinds = new Map<string, Read[]>();
  for (const read of reads) {
    const kind = kindOf(read.path);
    kinds.set(kind, [...(kinds.get(kind) ?? []), read]);
  }
  return [...kinds.values()].flatMap((alike) => random.some(alike, most));
};
