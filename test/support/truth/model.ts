/**
 * A publication as anyone would keep it who has nothing but lists: what was written, and what is live. It shares no code
 * with Galley, so that what both say is true for two reasons.
 */
export type Policy = 'open' | 'closed' | 'hidden';
export type Status = 'draft' | 'scheduled' | 'published' | 'archived';

export type Article = {
  id: number;
  version: number;
  title: string;
  /** The word of the title that no other title has. */
  word: string;
  slug: string;
  status: Exclude<Status, 'scheduled'>;
  publishedAt: number | null;
  unpublishAt: number | null;
  trashed: boolean;
  /** Whether it was live at any time: then it is gone, not unknown, in the trash. */
  wasLive: boolean;
  authorIds: number[];
  tagIds: number[];
  featured: boolean;
  language: string;
  translationKey: string | null;
  commentPolicy: Policy | null;
  createdAt: number;
  updatedAt: number;
};
export type Author = { id: number; version: number; name: string; slug: string };
export type Tag = Author & { kind: 'topic' | 'section' | 'internal' };
export type Comment = {
  id: number;
  version: number;
  articleId: number;
  status: 'approved' | 'pending' | 'trash';
  createdAt: number;
};
export type Site = { url: string | null; articleUrlPattern: string; commentPolicy: Policy; timeZone: string };

/** A change of an article, as it is sent; moments in ms. */
export type Patch = Partial<
  Pick<
    Article,
    | 'title'
    | 'word'
    | 'slug'
    | 'publishedAt'
    | 'unpublishAt'
    | 'authorIds'
    | 'tagIds'
    | 'featured'
    | 'language'
    | 'translationKey'
    | 'commentPolicy'
  >
> & { status?: Status };

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export class Model {
  readonly articles = new Map<number, Article>();
  readonly authors = new Map<number, Author>();
  readonly tags = new Map<number, Tag>();
  readonly comments = new Map<number, Comment>();
  site: Site = { url: null, articleUrlPattern: '/{slug}', commentPolicy: 'open', timeZone: 'UTC' };
  /** Addresses under which something stood once. */
  readonly leftSlugs = new Set<string>();
  /** Ids of articles, authors, tags and comments that are deleted for good. */
  readonly deleted = {
    articles: [] as number[],
    authors: [] as number[],
    tags: [] as number[],
    comments: [] as number[],
  };
  /** Whether every moment that has come is counted; counts of articles may trail a schedule. */
  isSettled = true;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock();
  }

  /** The status an editor reads. */
  statusOf({ status, publishedAt, unpublishAt }: Article): Status {
    if (status !== 'published') return status;
    if (unpublishAt !== null && unpublishAt <= this.now) return 'archived';
    return publishedAt !== null && publishedAt > this.now ? 'scheduled' : 'published';
  }

  isLive(article: Article): boolean {
    return !article.trashed && this.statusOf(article) === 'published';
  }

  /** What is live, newest first. */
  live(): Article[] {
    return [...this.articles.values()]
      .filter((article) => this.isLive(article))
      .sort((a, b) => Number(b.publishedAt) - Number(a.publishedAt) || b.id - a.id);
  }

  /** To be called when the clock was moved or something was written. */
  remember(): void {
    for (const article of this.articles.values()) {
      const { trashed, status, publishedAt } = article;
      if (!trashed && status === 'published' && publishedAt !== null && publishedAt <= this.now) article.wasLive = true;
    }
  }

  /** Changes an article; nothing moves where nothing is another than it was. */
  patch(article: Article, { status, ...fields }: Patch): void {
    const was = this.statusOf(article);
    const next: Article = { ...article, ...fields, status: was === 'archived' ? 'archived' : article.status };
    if (status !== undefined) {
      next.status = status === 'scheduled' ? 'published' : status;
      const isOpen = next.publishedAt === null || (fields.publishedAt == null && next.publishedAt > this.now);
      if (status === 'published' && isOpen) next.publishedAt = this.now;
    }
    const seen = (one: Article, status: Status) => [
      ...[one.title, one.slug, status, one.publishedAt, one.unpublishAt, one.authorIds, one.tagIds],
      ...[one.featured, one.language, one.translationKey, one.commentPolicy],
    ];
    if (isSame(seen(article, was), seen(next, this.statusOf(next)))) return;
    if (next.slug !== article.slug) this.leave(article.slug, next.slug);
    this.write(article, next);
  }

  /** Writes a new version of an article. */
  write(article: Article, change: Partial<Article>): void {
    Object.assign(article, change, { version: article.version + 1, updatedAt: this.now });
  }

  /** Notes that something has another address now. */
  leave(old: string, taken?: string): void {
    this.leftSlugs.add(old);
    if (taken !== undefined) this.leftSlugs.delete(taken);
  }

  removeArticle({ id, slug }: Article): void {
    this.articles.delete(id);
    this.deleted.articles.push(id);
    this.leave(slug);
    for (const comment of this.commentsOf(id)) this.removeComment(comment);
  }

  removeComment({ id }: Comment): void {
    this.comments.delete(id);
    this.deleted.comments.push(id);
  }

  removeTag({ id }: Tag): void {
    this.tags.delete(id);
    this.deleted.tags.push(id);
    for (const article of this.articles.values()) article.tagIds = article.tagIds.filter((other) => other !== id);
  }

  /** Takes an author away; `heir` takes its bylines, but keeps its own place where an article names both. */
  removeAuthor({ id }: Author, heir?: Author): void {
    this.authors.delete(id);
    this.deleted.authors.push(id);
    if (heir === undefined) return;
    for (const article of this.articles.values()) {
      const { authorIds } = article;
      article.authorIds = authorIds.includes(heir.id)
        ? authorIds.filter((other) => other !== id)
        : authorIds.map((other) => (other === id ? heir.id : other));
    }
  }

  commentsOf(articleId: number): Comment[] {
    return [...this.comments.values()].filter((comment) => comment.articleId === articleId);
  }

  policyOf({ commentPolicy }: Article): Policy {
    return commentPolicy ?? this.site.commentPolicy;
  }

  /** The tags of an article that everyone may know. */
  publicTagsOf({ tagIds }: Article): Tag[] {
    return tagIds.map((id) => this.tags.get(id) as Tag).filter(({ kind }) => kind !== 'internal');
  }

  authorsOf({ authorIds }: Article): Author[] {
    return authorIds.map((id) => this.authors.get(id) as Author);
  }
}
