/** What writers do, chosen by chance: each as it is sent, with what it makes of the model once it is acknowledged. */
import type { Article, Author, Comment, Model, Patch, Policy, Site, Tag } from './model.ts';
import type { Random } from './random.ts';

export type Answered = { id: number; version: number; tags: { id: number; slug: string }[] };
export type Write = {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  /** Whose key it is sent with: only one with an author is staff. */
  role: 'admin' | 'author';
  status: number;
  /** Changes the model; returns the version the answer must have, where it has one. */
  apply(answer: Answered): number | undefined;
};

const WORDS = ['Harbour', 'Éclair', 'Quay', 'night', 'Zürich'];
const LANGUAGES = ['en', 'en-GB', 'fr'];
const POLICIES: (Policy | null)[] = ['open', 'closed', 'hidden', null, null];
const DAY = 86_400_000;
const MOST = { articles: 26, authors: 6, tags: 8 };
/** The author that the keys of staff are bound to, who cannot be deleted. */
const STAFF = 1;

/** Makes writes for a model. Every name and title holds a number that is never used again, and grows. */
export const createWriters = (model: Model, random: Random) => {
  let last = 0;
  const freed: string[] = [];
  const number = () => ++last;
  const newSlug = () => (freed.length > 0 && random.percent(50) ? (freed.pop() as string) : `story-${number()}`);
  const newTitle = () => {
    const word = `w${number()}z`;
    return { title: `${random.one(WORDS)} ${word}`, word };
  };
  const later = (seconds: number) => model.now + 1000 * (1 + random.below(seconds));
  const earlier = () => model.now - 1 - random.below(90 * DAY);
  const idsOf = (things: Map<number, unknown>) => [...things.keys()];
  const someAuthors = () => random.some(idsOf(model.authors), 1 + random.below(3));
  const someTags = () => random.some(idsOf(model.tags), random.below(5));

  const wire = ({ word: _, tagIds, publishedAt, unpublishAt, ...fields }: Patch) => {
    const text = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());
    return {
      ...fields,
      ...(tagIds && { tags: tagIds.map((id) => ({ id })) }),
      ...(publishedAt !== undefined && { publishedAt: text(publishedAt) }),
      ...(unpublishAt !== undefined && { unpublishAt: text(unpublishAt) }),
    };
  };
  const patchArticle = (article: Article, patch: Patch): Write => ({
    ...{ method: 'PATCH', path: `/v1/articles/${article.id}`, body: wire(patch), role: 'admin', status: 200 },
    apply: () => {
      model.patch(article, patch);
      return article.version;
    },
  });

  const edits: ((article: Article) => Patch)[] = [
    newTitle,
    newTitle,
    () => ({ tagIds: someTags() }),
    () => ({ tagIds: someTags() }),
    () => ({ authorIds: someAuthors() }),
    () => ({ authorIds: someAuthors() }),
    ({ featured }) => ({ featured: !featured }),
    () => ({ language: random.one(LANGUAGES) }),
    () => ({ translationKey: random.one(['one', 'two', null]) }),
    () => ({ commentPolicy: random.one(POLICIES) }),
    () => ({ slug: newSlug() }),
    ({ title }) => ({ title }), // nothing
  ];
  const publish = (): Patch => ({ status: 'published', unpublishAt: random.percent(20) ? later(60) : null });
  const schedule = (): Patch => {
    const publishedAt = later(40);
    const unpublishAt = random.percent(40) ? publishedAt + 1000 * (1 + random.below(40)) : null;
    return { status: 'scheduled', publishedAt, unpublishAt };
  };
  const moves: Record<'draft' | 'scheduled' | 'published' | 'archived', (() => Patch)[]> = {
    draft: [publish, publish, schedule],
    scheduled: [publish, () => ({ status: 'draft' }), schedule],
    published: [
      () => ({ status: 'draft' }),
      () => ({ status: 'archived' }),
      () => ({ unpublishAt: later(40) }),
      () => ({ publishedAt: earlier() }),
      () => ({ publishedAt: earlier() }),
    ],
    archived: [publish, publish, () => ({ status: 'draft' })],
  };

  const remove = (article: Article, permanent: boolean): Write => ({
    ...{ method: 'DELETE', path: `/v1/articles/${article.id}${permanent ? '?permanent=true' : ''}`, role: 'admin' },
    status: 204,
    apply: () => {
      if (!permanent) {
        if (!article.trashed) model.write(article, { trashed: true });
        return undefined;
      }
      model.removeArticle(article);
      freed.push(article.slug);
      return undefined;
    },
  });
  const restore = (article: Article): Write => ({
    ...{ method: 'POST', path: `/v1/articles/${article.id}/restore`, role: 'admin', status: 200 },
    apply: () => {
      model.write(article, { trashed: false, status: 'draft' });
      return article.version;
    },
  });

  /** A write that changes one article alone. */
  const toArticle = (article: Article): Write => {
    if (article.trashed) return random.percent(70) ? restore(article) : remove(article, true);
    if (random.percent(10)) return remove(article, random.percent(15));
    const status = model.statusOf(article);
    const isOut = status !== 'published' && status !== 'scheduled';
    if (random.percent(isOut ? 60 : 25)) return patchArticle(article, random.one(moves[status])());
    return patchArticle(
      article,
      Object.assign({}, ...random.some(edits, 1 + random.below(2)).map((edit) => edit(article))),
    );
  };

  const newArticle = (withNewTag = false): Write => {
    const { title, word } = newTitle();
    const first = { ...{ authorIds: someAuthors(), tagIds: someTags(), featured: random.percent(30) } };
    const others = {
      language: random.one(LANGUAGES),
      translationKey: random.one(['one', 'two', null]),
      slug: newSlug(),
    };
    const move: Patch = random.percent(60) ? publish() : random.percent(50) ? schedule() : {};
    if (move.status === 'published' && random.percent(50)) Object.assign(move, { publishedAt: earlier() });
    const fields = { title, ...first, ...others, ...move };
    const tag = withNewTag ? `Topic t${number()}n` : undefined;
    const body = { ...wire(fields), body: 'A *text*.' };
    return {
      ...{ method: 'POST', path: '/v1/articles', role: 'admin', status: 201 },
      body: tag === undefined ? body : { ...body, tags: [...(body.tags ?? []), tag] },
      apply: ({ id, tags }) => {
        const made = tags.at(-1);
        if (tag !== undefined && made) {
          const slug = tag.toLowerCase().replace(' ', '-');
          model.tags.set(made.id, { ...{ id: made.id, version: 1, name: tag, slug, kind: 'topic' } });
          fields.tagIds = [...fields.tagIds, made.id];
        }
        const blank = {
          status: 'draft' as const,
          publishedAt: null,
          unpublishAt: null,
          trashed: false,
          wasLive: false,
        };
        const { now } = model;
        const stamps = { version: 0, createdAt: now, updatedAt: now, commentPolicy: null };
        const article: Article = { id, ...stamps, ...blank, title: '', word, ...first, ...others };
        model.articles.set(id, article);
        model.leftSlugs.delete(article.slug);
        model.patch(article, fields);
        return article.version;
      },
    };
  };

  const newName = (kind: 'authors' | 'tags') => (kind === 'authors' ? `Byline a${number()}n` : `Topic t${number()}n`);
  /** A write that changes the name, address or kind of one author or tag. */
  const toName = (): Write => {
    const kind = random.one(['authors', 'tags'] as const);
    const named: Author | Tag = random.one([...model[kind].values()]);
    const isTag = 'kind' in named;
    const turned = isTag && named.kind === 'internal' ? random.one(['topic', 'section']) : 'internal';
    const changes = [{ name: newName(kind) }, { name: newName(kind) }, { slug: `${kind}-${number()}` }];
    const change = isTag && random.percent(55) ? { kind: turned } : random.one(changes);
    return {
      ...{ method: 'PATCH', path: `/v1/${kind}/${named.id}`, body: change, role: 'admin', status: 200 },
      apply: () => {
        Object.assign(named, change, { version: named.version + 1 });
        return named.version;
      },
    };
  };
  const newNamed = (kind: 'authors' | 'tags'): Write => {
    const body = { name: newName(kind), slug: `${kind}-${number()}` };
    return {
      ...{ method: 'POST', path: `/v1/${kind}`, body, role: 'admin', status: 201 },
      apply: ({ id }) => {
        if (kind === 'authors') model.authors.set(id, { id, version: 1, ...body });
        else model.tags.set(id, { id, version: 1, ...body, kind: 'topic' });
        return 1;
      },
    };
  };
  const deleteTag = (tag: Tag): Write => ({
    ...{ method: 'DELETE', path: `/v1/tags/${tag.id}`, role: 'admin', status: 204 },
    apply: () => {
      model.removeTag(tag);
      return undefined;
    },
  });
  const deleteAuthor = (author: Author): Write => {
    const isNamed = [...model.articles.values()].some(({ authorIds }) => authorIds.includes(author.id));
    const heir =
      isNamed || random.percent(50) ? random.one([...model.authors.values()].filter((it) => it !== author)) : undefined;
    return {
      ...{ method: 'DELETE', path: `/v1/authors/${author.id}${heir ? `?reassignTo=${heir.id}` : ''}`, role: 'admin' },
      status: 204,
      apply: () => {
        model.removeAuthor(author, heir);
        return undefined;
      },
    };
  };

  const newComment = (article: Article): Write => ({
    ...{ method: 'POST', path: `/v1/articles/${article.id}/comments`, role: 'author', status: 201 },
    body: { body: `Said ${number()}.` },
    apply: ({ id }) => {
      model.comments.set(id, { id, version: 1, articleId: article.id, status: 'approved', createdAt: model.now });
      return 1;
    },
  });
  const toComment = (comment: Comment): Write => {
    const path = `/v1/comments/${comment.id}`;
    if (random.percent(15)) {
      const apply = () => {
        model.removeComment(comment);
        return undefined;
      };
      return { method: 'DELETE', path: `${path}?permanent=true`, role: 'admin', status: 204, apply };
    }
    const status = random.one((['approved', 'pending', 'trash'] as const).filter((it) => it !== comment.status));
    const body = random.percent(30) ? { body: `Said anew ${number()}.` } : { status };
    return {
      ...{ method: 'PATCH', path, body, role: 'admin', status: 200 },
      apply: () => {
        comment.version += 1;
        if ('status' in body) comment.status = status;
        return comment.version;
      },
    };
  };
  /** A write to the comments of one of some articles; undefined where none takes any. */
  const toComments = (articles: readonly Article[]): Write | undefined => {
    const said = articles.flatMap(({ id }) => model.commentsOf(id));
    if (said.length > 0 && random.percent(50)) return toComment(random.one(said));
    const open = articles.filter((article) => model.isLive(article) && model.policyOf(article) === 'open');
    return open.length > 0 ? newComment(random.one(open)) : undefined;
  };

  const toSite = (): Write => {
    const changes: Partial<Site>[] = [
      { articleUrlPattern: random.one(['/{slug}', '/stories/{id}', '/{year}/{month}/{slug}']) },
      { commentPolicy: random.one(['open', 'open', 'closed', 'hidden']) },
      { timeZone: random.one(['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) },
      { url: random.one([null, 'https://news.example']) },
    ];
    const change = random.one(changes);
    return {
      ...{ method: 'PATCH', path: '/v1/site', body: change, role: 'admin', status: 200 },
      apply: () => {
        Object.assign(model.site, change);
        return undefined;
      },
    };
  };

  return {
    newArticle,
    newNamed,
    /** Writes that go well at the same time, in any order: none depends on what another changes. */
    together: (): Write[] => {
      const [first, ...others] = random.some([...model.articles.values()], model.articles.size);
      const edited = [first, ...others.slice(0, random.below(3))].filter((article) => article !== undefined);
      const writes = edited.map(toArticle);
      if (random.percent(40)) writes.push(toName());
      const comment = random.percent(50) ? toComments(others.slice(3)) : undefined;
      if (comment) writes.push(comment);
      return random.percent(50) ? writes : writes.slice(-1); // by itself, none hides what another leaves stale
    },
    /** A write that others could depend on. */
    alone: (): Write => {
      const mayGo = [...model.authors.values()].filter(({ id }) => id !== STAFF);
      const [{ size: articles }, { size: authors }, { size: tags }] = [model.articles, model.authors, model.tags];
      const choices = [
        ...(articles < MOST.articles ? [newArticle, newArticle, newArticle] : []),
        ...(tags < MOST.tags ? [() => newArticle(true), () => newNamed('tags')] : []),
        ...(authors < MOST.authors ? [() => newNamed('authors')] : []),
        ...(tags > 3 ? [() => deleteTag(random.one([...model.tags.values()]))] : []),
        ...(mayGo.length > 2 ? [() => deleteAuthor(random.one(mayGo))] : []),
        toSite,
      ];
      return random.one(choices)();
    },
  };
};
