import type { ArticleList as Articles, Site, Tag } from '../galley.ts';
import { ArticleList, Paging } from './article-list.tsx';
import { Layout } from './layout.tsx';

export const TagPage = ({ site, tag, articles }: { site: Site; tag: Tag; articles: Articles }) => (
  <Layout site={site} title={tag.name} description={tag.description}>
    <h1 dir="auto">{tag.name}</h1>
    {tag.description !== null && <p dir="auto">{tag.description}</p>}
    <ArticleList site={site} articles={articles} />
    <Paging label="Pages of articles" base={`/tags/${tag.slug}`} pagination={articles.pagination} />
  </Layout>
);
