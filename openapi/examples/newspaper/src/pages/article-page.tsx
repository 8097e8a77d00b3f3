/** One article: its text, who wrote it, what was published before and after it, and what readers say. */
import type { Article, Site, ThreadList } from '../galley.ts';
import { Links, Paging } from './article-list.tsx';
import { CommentForm, type FormState } from './comment-form.tsx';
import { Thread } from './comments.tsx';
import { Layout, Moment } from './layout.tsx';

/** A page of comments; `hidden` where none are to be shown. */
export type CommentsShown = ThreadList | 'hidden';

type Shown = { site: Site; article: Article; comments: CommentsShown; form: FormState };

const Cover = ({ image }: { image: Article['coverImage'] }) =>
  image && (
    <figure>
      <img
        src={image.url}
        alt={image.alt}
        {...(image.width !== null && { width: image.width })}
        {...(image.height !== null && { height: image.height })}
      />
      {(image.caption ?? image.credit) !== null && (
        <figcaption dir="auto">{[image.caption, image.credit].filter((text) => text !== null).join(' · ')}</figcaption>
      )}
    </figure>
  );

const AuthorBox = ({ author }: { author: Article['authors'][number] }) => (
  <div class="author">
    <h3 dir="auto">
      <a href={`/authors/${author.slug}`}>{author.name}</a>
    </h3>
    {author.avatarUrl !== null && <img src={author.avatarUrl} alt="" width={80} height={80} loading="lazy" />}
    {author.bio !== null && <p dir="auto">{author.bio}</p>}
    {(author.websiteUrl !== null || author.links.length > 0) && (
      <ul>
        {author.websiteUrl !== null && (
          <li>
            <a href={author.websiteUrl}>Website</a>
          </li>
        )}
        {author.links.map(({ label, url }) => (
          <li>
            <a href={url} dir="auto">
              {label}
            </a>
          </li>
        ))}
      </ul>
    )}
  </div>
);

const Adjacent = ({ adjacent }: { adjacent: NonNullable<Article['adjacent']> }) => (
  <nav class="paging" aria-label="Articles before and after">
    {adjacent.previous && (
      <a rel="prev" href={`/articles/${adjacent.previous.slug}`}>
        Before: <bdi>{adjacent.previous.title}</bdi>
      </a>
    )}
    {adjacent.next && (
      <a rel="next" href={`/articles/${adjacent.next.slug}`}>
        Next: <bdi>{adjacent.next.title}</bdi>
      </a>
    )}
  </nav>
);

const Comments = ({ site, article, comments, form }: Shown & { comments: ThreadList }) => (
  <section class="comments" aria-labelledby="comments">
    <h2 id="comments">Comments</h2>
    {comments.data.length === 0 && <p>None yet.</p>}
    <Thread site={site} article={article} entries={comments.data} />
    <Paging label="Pages of comments" base={`/articles/${article.slug}`} pagination={comments.pagination} />
    {form.posted && (
      <p class="told" id="your-comment" role="status">
        {form.posted === 'pending'
          ? 'Thank you. Your comment waits until an editor has read it.'
          : 'Thank you. Your comment is published.'}
      </p>
    )}
    {article.commentsOpen ? (
      <>
        <h2>Say something</h2>
        <CommentForm article={article} form={form} />
      </>
    ) : (
      <p>Comments are closed.</p>
    )}
  </section>
);

export const ArticlePage = ({ site, article, comments, form }: Shown) => {
  const { title, subtitle, excerpt, language, html, authors, tags, publishedAt, contentUpdatedAt, adjacent } = article;
  return (
    <Layout
      site={site}
      title={article.seo?.title ?? title}
      description={article.seo?.description ?? excerpt}
      canonical={article.seo?.canonicalUrl ?? article.url}
      noindex={article.seo?.noindex ?? false}
    >
      <article>
        <div lang={language}>
          <h1 dir="auto">{title}</h1>
          {subtitle !== null && <p dir="auto">{subtitle}</p>}
        </div>
        <p class="byline">
          By <Links base="/authors" names={authors} />
          {publishedAt !== null && (
            <>
              {' · '}
              <Moment site={site} at={publishedAt} />
            </>
          )}
          {contentUpdatedAt !== null && (
            <>
              {' · updated '}
              <Moment site={site} at={contentUpdatedAt} />
            </>
          )}
          {` · ${article.readingMinutes} min`}
        </p>
        <div lang={language}>
          <Cover image={article.coverImage} />
          <div dir="auto" dangerouslySetInnerHTML={{ __html: html }} />
        </div>
        {tags.length > 0 && (
          <p>
            Tags: <Links base="/tags" names={tags} />
          </p>
        )}
      </article>
      <aside aria-labelledby="authors">
        <h2 id="authors">Written by</h2>
        {authors.map((author) => (
          <AuthorBox author={author} />
        ))}
      </aside>
      {adjacent && <Adjacent adjacent={adjacent} />}
      {comments !== 'hidden' && <Comments site={site} article={article} comments={comments} form={form} />}
    </Layout>
  );
};
