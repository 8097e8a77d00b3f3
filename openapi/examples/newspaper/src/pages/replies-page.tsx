import type { Article, Site, ThreadList } from '../galley.ts';
import { Paging } from './article-list.tsx';
import { Thread } from './comments.tsx';
import { Layout } from './layout.tsx';

type Replies = { site: Site; article: Article; id: number; replies: ThreadList };

/** All replies to one comment: an article shows the first of them. */
export const RepliesPage = ({ site, article, id, replies }: Replies) => (
  <Layout site={site} title={`Replies: ${article.title}`}>
    <h1>
      Replies under{' '}
      <a href={`/articles/${article.slug}#comment-${id}`} lang={article.language} dir="auto">
        {article.title}
      </a>
    </h1>
    <div class="comments">
      <Thread site={site} article={article} entries={replies.data} />
    </div>
    <Paging label="Pages of replies" base={`/articles/${article.slug}/replies/${id}`} pagination={replies.pagination} />
  </Layout>
);
