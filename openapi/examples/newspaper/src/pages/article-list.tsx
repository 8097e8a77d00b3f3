/** Articles one after the other, and the way to the other pages of a list. */
import type { ArticleSummary, ArticleList as Articles, Site } from '../galley.ts';
import { Moment } from './layout.tsx';

type Names = { base: string; names: { slug: string; name: string }[] };

/** Names as links, with commas between them. */
export const Links = ({ base, names }: Names) =>
  names.map(({ slug, name }, i) => (
    <>
      {i > 0 && ', '}
      <a href={`${base}/${slug}`} dir="auto">
        {name}
      </a>
    </>
  ));

const Card = ({ site, article }: { site: Site; article: ArticleSummary }) => {
  const { slug, language, title, excerpt, publishedAt, authors, readingMinutes, highlights } = article;
  return (
    <li>
      <article>
        <div lang={language}>
          <h2 dir="auto">
            {/* in highlights all but `<mark>` is escaped */}
            {highlights ? (
              <a href={`/articles/${slug}`} dangerouslySetInnerHTML={{ __html: highlights.title }} />
            ) : (
              <a href={`/articles/${slug}`}>{title}</a>
            )}
          </h2>
          {highlights ? (
            <p dir="auto" dangerouslySetInnerHTML={{ __html: highlights.snippet }} />
          ) : (
            <p dir="auto">{excerpt}</p>
          )}
        </div>
        <p class="byline">
          By <Links base="/authors" names={authors} />
          {publishedAt !== null && (
            <>
              {' · '}
              <Moment site={site} at={publishedAt} />
            </>
          )}
          {` · ${readingMinutes} min`}
        </p>
      </article>
    </li>
  );
};

export const ArticleList = ({ site, articles }: { site: Site; articles: Articles }) => (
  <ol class="list">
    {articles.data.map((article) => (
      <Card site={site} article={article} />
    ))}
  </ol>
);

type Pages = { label: string; base: string; pagination: Articles['pagination']; query?: Record<string, string> };

/** The page before and the one behind; nothing where there is but one. */
export const Paging = ({ label, base, pagination: { page = 1, pages = 1 }, query = {} }: Pages) => {
  const to = (number: number) => `${base}?${new URLSearchParams({ ...query, page: String(number) })}`;
  if (pages <= 1 && page === 1) return null;
  return (
    <nav class="paging" aria-label={label}>
      {page > 1 && (
        <a rel="prev" href={to(Math.min(page - 1, Math.max(pages, 1)))}>
          Page before
        </a>
      )}
      <span>
        Page {page} of {pages}
      </span>
      {page < pages && (
        <a rel="next" href={to(page + 1)}>
          Next page
        </a>
      )}
    </nav>
  );
};
