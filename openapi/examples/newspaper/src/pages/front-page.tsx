import type { ArticleList as Articles, Site } from '../galley.ts';
import { ArticleList, Paging } from './article-list.tsx';
import { Layout } from './layout.tsx';

export const FrontPage = ({ site, articles }: { site: Site; articles: Articles }) => (
  <Layout site={site} description={site.description}>
    <h1>News</h1>
    {articles.data.length === 0 && <p>Nothing is published here.</p>}
    <ArticleList site={site} articles={articles} />
    <Paging label="Pages of news" base="/" pagination={articles.pagination} />
  </Layout>
);
