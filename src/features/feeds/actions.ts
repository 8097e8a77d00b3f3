/** What can be done with feeds: they are read. What is not live stands in none, whoever asks. */
import type { Slice } from '../../core/slice.ts';
import type { Parts } from '../../store/store.ts';
import { readArticle } from '../articles/actions.ts';
import { listArticles } from '../articles/listing.ts';
import type { StoredArticle } from '../articles/queries.ts';
import { readAuthorBySlug } from '../authors/actions.ts';
import { readSite } from '../site/actions.ts';
import type { SiteRow } from '../site/queries.ts';
import { readTagBySlug } from '../tags/actions.ts';
import type { FeedContent, NamedSubject, Subject } from './rules.ts';

/** The tag or author by a slug, as everyone may know it; another slug than was asked for where that is an old one. */
export const findSubject = async (parts: Parts, kind: 'tag' | 'author', slug: string): Promise<NamedSubject> =>
  kind === 'tag'
    ? { kind, row: await readTagBySlug(parts, null, slug) }
    : { kind, row: await readAuthorBySlug(parts, null, slug) };

const NEWEST: Slice = { limit: 20, from: null, offset: 0, counted: false };

/** The newest articles of a feed with their texts, as many as a page of a list has room for. */
export const readFeed = async ({ store, clock }: Parts, subject: Subject): Promise<FeedContent> => {
  const filter = subject.kind === 'articles' ? {} : { [subject.kind]: [subject.row.slug] };
  const view = { caller: null, now: clock() };
  const { rows, fits } = await listArticles(store, view, '-publishedAt', NEWEST, { ...filter, include: ['html'] });
  const entries = rows
    .slice(0, Math.min(NEWEST.limit, fits ?? NEWEST.limit))
    .map(({ article, texts }) => ({ article, html: texts?.html ?? '' }));
  return { site: await readSite(store), subject, entries };
};

/** A live article, for search engines. */
export const readArticleForSearch = async (
  parts: Parts,
  id: number,
): Promise<{ article: StoredArticle; site: SiteRow }> => ({
  article: await readArticle(parts, null, id),
  site: await readSite(parts.store),
});
