/** The doors of the newspaper: each asks Galley for what its page shows. */
import { fileURLToPath } from 'node:url';
import { getConnInfo } from '@hono/node-server/conninfo';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { galley, type Problem, Refusal, take } from './galley.ts';
import { ArticlePage, type CommentsShown } from './pages/article-page.tsx';
import { AuthorPage } from './pages/author-page.tsx';
import { EMPTY_FORM, type FormState } from './pages/comment-form.tsx';
import { FrontPage } from './pages/front-page.tsx';
import { RefusalPage } from './pages/refusal-page.tsx';
import { RepliesPage } from './pages/replies-page.tsx';
import { SearchPage } from './pages/search-page.tsx';
import { TagPage } from './pages/tag-page.tsx';

const PER_PAGE = 10;
/** What a reader can have done to be refused; any other refusal is none of theirs. */
const TOLD = [400, 403, 404, 409, 410, 413, 422, 429] as const;

export const app = new Hono();

// `html` of Galley has no scripts and no styles: a strict policy is a second wall, and takes nothing away.
app.use(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      imgSrc: ['https:', "'self'"],
      frameSrc: ['https://www.youtube-nocookie.com', 'https://player.vimeo.com'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  }),
);
app.use('/static/*', serveStatic({ root: fileURLToPath(new URL('../', import.meta.url)) }));

const pageOf = (c: Context): number => Number(/^[1-9]\d{0,5}$/.exec(c.req.query('page') ?? '')?.[0] ?? 1);
const page = (content: unknown) => html`<!doctype html>${content}`;
const readSite = async () => take(await galley.GET('/v1/site'));

app.get('/', async (c) => {
  const query = { page: pageOf(c), limit: PER_PAGE };
  const [site, articles] = await Promise.all([readSite(), galley.GET('/v1/articles', { params: { query } })]);
  return c.html(page(<FrontPage site={site} articles={take(articles)} />));
});

app.get('/search', async (c) => {
  const q = c.req.query('q')?.trim() ?? '';
  const site = await readSite();
  if (q === '') return c.html(page(<SearchPage site={site} q={q} />));
  const { data, error } = await galley.GET('/v1/articles', {
    params: { query: { q, page: pageOf(c), limit: PER_PAGE, include: ['highlights'] } },
  });
  if (error) return c.html(page(<SearchPage site={site} q={q} problem={error} />), statusOf(error));
  return c.html(page(<SearchPage site={site} q={q} articles={data} />));
});

app.get('/authors/:slug', async (c) => {
  const path = { slug: c.req.param('slug') };
  const [site, author] = await Promise.all([
    readSite(),
    galley.GET('/v1/authors/by-slug/{slug}', { params: { path } }).then(take),
  ]);
  if (author.slug !== path.slug) return c.redirect(`/authors/${author.slug}`, 308);
  const query = { author: [author.slug], page: pageOf(c), limit: PER_PAGE };
  const articles = take(await galley.GET('/v1/articles', { params: { query } }));
  return c.html(page(<AuthorPage site={site} author={author} articles={articles} />));
});

app.get('/tags/:slug', async (c) => {
  const path = { slug: c.req.param('slug') };
  const [site, tag] = await Promise.all([
    readSite(),
    galley.GET('/v1/tags/by-slug/{slug}', { params: { path } }).then(take),
  ]);
  if (tag.slug !== path.slug) return c.redirect(`/tags/${tag.slug}`, 308);
  const query = { tag: [tag.slug], page: pageOf(c), limit: PER_PAGE };
  const articles = take(await galley.GET('/v1/articles', { params: { query } }));
  return c.html(page(<TagPage site={site} tag={tag} articles={articles} />));
});

const readArticle = async (slug: string) =>
  take(
    await galley.GET('/v1/articles/by-slug/{slug}', { params: { path: { slug }, query: { include: ['adjacent'] } } }),
  );

/** The page of an article, with its comments and the form as it stands. */
const showArticle = async (slug: string, pageOfComments: number, form: FormState) => {
  const [site, article] = await Promise.all([readSite(), readArticle(slug)]);
  let comments: CommentsShown = 'hidden';
  if ((article.commentPolicy ?? site.commentPolicy) !== 'hidden') {
    const query = { view: 'tree', page: pageOfComments, limit: 20 } as const;
    comments = take(await galley.GET('/v1/articles/{id}/comments', { params: { path: { id: article.id }, query } }));
  }
  return { article, content: page(<ArticlePage site={site} article={article} comments={comments} form={form} />) };
};

app.get('/articles/:slug', async (c) => {
  const slug = c.req.param('slug');
  const replyTo = Number(/^[1-9]\d{0,9}$/.exec(c.req.query('replyTo') ?? '')?.[0] ?? 0);
  const posted = c.req.query('posted');
  const form: FormState = {
    ...EMPTY_FORM,
    ...(replyTo > 0 && { parentId: replyTo }),
    ...((posted === 'pending' || posted === 'approved') && { posted }),
  };
  const { article, content } = await showArticle(slug, pageOf(c), form);
  // Galley leads from an old slug to the new one, and so does the newspaper
  return article.slug === slug ? c.html(content) : c.redirect(`/articles/${article.slug}`, 308);
});

app.get('/articles/:slug/replies/:id{[1-9][0-9]{0,9}}', async (c) => {
  const id = Number(c.req.param('id'));
  const query = { page: pageOf(c), limit: 20 };
  const [site, article, replies] = await Promise.all([
    readSite(),
    readArticle(c.req.param('slug')),
    galley.GET('/v1/comments/{id}/replies', { params: { path: { id }, query } }).then(take),
  ]);
  return c.html(page(<RepliesPage site={site} article={article} id={id} replies={replies} />));
});

app.post('/articles/:slug/comments', bodyLimit({ maxSize: 128 * 1024 }), async (c) => {
  const slug = c.req.param('slug');
  const sent = await c.req.formData();
  const field = (name: string) => {
    const value = sent.get(name);
    return typeof value === 'string' ? value : '';
  };
  const values = {
    authorName: field('authorName'),
    authorEmail: field('authorEmail'),
    authorUrl: field('authorUrl'),
    body: field('body'),
  };
  const parentId = Number(field('parentId')) || null;
  const article = await readArticle(slug);
  const { data, error } = await galley.POST('/v1/articles/{id}/comments', {
    params: { path: { id: article.id } },
    body: { ...values, authorUrl: values.authorUrl === '' ? null : values.authorUrl, parentId },
    // Whose comment it is: without this all readers would share one rate limit, that of the newspaper's address
    headers: { 'X-Forwarded-For': getConnInfo(c).remote.address ?? '' },
  });
  if (!error) return c.redirect(`/articles/${article.slug}?posted=${data.status}#your-comment`, 303);
  const { content } = await showArticle(slug, 1, { values, parentId, problem: error });
  return c.html(content, statusOf(error));
});

const statusOf = ({ status }: Problem) => TOLD.find((told) => told === status) ?? 502;

app.notFound((c) => c.html(page(<RefusalPage title="There is no such page" detail="It may have been moved." />), 404));
app.onError((error, c) => {
  if (error instanceof Refusal && statusOf(error.problem) !== 502) {
    const { title, detail } = error.problem;
    return c.html(page(<RefusalPage title={title} detail={detail} />), statusOf(error.problem));
  }
  console.error(error);
  const detail = 'The newsroom does not answer. Please try again in a moment.';
  return c.html(page(<RefusalPage title="No news just now" detail={detail} />), 502);
});
