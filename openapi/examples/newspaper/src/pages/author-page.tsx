import type { ArticleList as Articles, Author, Site } from '../galley.ts';
import { ArticleList, Paging } from './article-list.tsx';
import { Layout } from './layout.tsx';

export const AuthorPage = ({ site, author, articles }: { site: Site; author: Author; articles: Articles }) => (
  <Layout site={site} title={author.name} description={author.bio}>
    <h1 dir="auto">{author.name}</h1>
    {author.bio !== null && <p dir="auto">{author.bio}</p>}
    <ArticleList site={site} articles={articles} />
    <Paging label="Pages of articles" base={`/authors/${author.slug}`} pagination={articles.pagination} />
  </Layout>
);
