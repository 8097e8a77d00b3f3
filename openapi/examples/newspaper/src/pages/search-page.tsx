import type { ArticleList as Articles, Problem, Site } from '../galley.ts';
import { ArticleList, Paging } from './article-list.tsx';
import { Layout } from './layout.tsx';

type Found = { site: Site; q: string; articles?: Articles; problem?: Problem };

export const SearchPage = ({ site, q, articles, problem }: Found) => (
  <Layout site={site} title="Search" q={q}>
    <h1>Search</h1>
    {problem && (
      <p class="fault" role="alert">
        {problem.detail}
      </p>
    )}
    {articles && (
      <>
        <p role="status">
          {articles.pagination.total === 1 ? '1 article' : `${articles.pagination.total ?? 0} articles`} for “
          <bdi>{q}</bdi>”
        </p>
        <ArticleList site={site} articles={articles} />
        <Paging label="Pages of what was found" base="/search" query={{ q }} pagination={articles.pagination} />
      </>
    )}
  </Layout>
);
