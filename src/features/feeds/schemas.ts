/** The doors of feeds, of the sitemap, and of articles as search engines read them. */
import { Type } from 'typebox';
import { answerAs, door, ETAG, IfNoneMatch, LIST_ETAG, moved } from '../../http/door.ts';
import { ById, BySlug, closed, component, Moment, oneOf, Url } from '../../http/schema.ts';

const address = 'https://harbour.example/the-harbour-at-night';
const moment = '2026-11-22T07:00:00.000Z';
const items = '<title>The harbour at night</title>';
const examples = {
  rss: `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><item>${items}</item></channel></rss>\n`,
  atom: `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><entry>${items}</entry></feed>\n`,
};

const Person = Type.Object(
  {
    name: Type.String({ description: 'The name' }),
    url: Type.Optional(Url({ description: 'Where more is to be read' })),
    avatar: Type.Optional(Url({ description: 'A picture' })),
  },
  { description: 'Who something is by', examples: [{ name: 'Ada Lovelace' }] },
);
const itemExample = {
  id: 'tag:harbour.example,2026:article-7',
  url: address,
  title: 'The harbour at night',
  content_html: '<p>The first boats are in.</p>',
  summary: 'The first boats are in.',
  date_published: moment,
  date_modified: moment,
  authors: [{ name: 'Ada Lovelace' }],
  tags: ['Harbour'],
  language: 'en',
};
const JsonFeedItem = Type.Object(
  {
    id: Type.String({ description: 'Its name for ever, also when its slug is another' }),
    url: Url({ description: 'Where readers find it' }),
    title: Type.String({ description: 'The title' }),
    content_html: Type.String({ description: 'The text, sanitised; its links are absolute' }),
    summary: Type.String({ description: 'The excerpt, plain text' }),
    image: Type.Optional(Url({ description: 'The cover image' })),
    date_published: Moment({ description: 'When it went live' }),
    date_modified: Moment({ description: 'When its editor says it was updated, else when it went live' }),
    authors: Type.Array(Person, { description: 'Who it is by, in order' }),
    tags: Type.Array(Type.String(), { description: 'The names of its tags' }),
    language: Type.String({ description: 'BCP 47' }),
  },
  { description: 'An article in a feed', examples: [itemExample] },
);
export const JsonFeed = component(
  'JsonFeed',
  Type.Object(
    {
      version: oneOf(['https://jsonfeed.org/version/1.1'], { description: 'What this is' }),
      title: Type.String({ description: 'Of the publication, and of the tag or author' }),
      home_page_url: Url({ description: 'Where readers find the publication' }),
      feed_url: Url({ description: 'Where this feed is' }),
      description: Type.Optional(Type.String({ description: 'A few words; absent where there are none' })),
      language: Type.String({ description: 'BCP 47' }),
      authors: Type.Array(Person, { description: 'The publication' }),
      items: Type.Array(JsonFeedItem, { description: 'The newest articles' }),
    },
    {
      description: 'A feed as JSON Feed 1.1 (jsonfeed.org); its names are those of that standard',
      examples: [
        {
          version: 'https://jsonfeed.org/version/1.1',
          title: 'The Harbour',
          home_page_url: 'https://harbour.example/',
          feed_url: 'https://api.harbour.example/feeds/articles.json',
          language: 'en',
          authors: [{ name: 'The Harbour', url: 'https://harbour.example/' }],
          items: [itemExample],
        },
      ],
    },
  ),
);

const Rss = component('RssFeed', Type.String({ description: 'A feed as RSS 2.0', examples: [examples.rss] }));
const Atom = component(
  'AtomFeed',
  Type.String({ description: 'A feed as Atom (RFC 4287)', examples: [examples.atom] }),
);

/** How feeds are told: the end of the path, what the operations are called by, and the answer. */
export const FORMATS = {
  rss: { name: 'Rss', title: 'RSS 2.0', type: 'application/rss+xml', schema: Rss },
  atom: { name: 'Atom', title: 'Atom', type: 'application/atom+xml', schema: Atom },
  json: { name: 'JsonFeed', title: 'JSON Feed 1.1', type: 'application/feed+json', schema: JsonFeed },
} as const;
export type Format = keyof typeof FORMATS;

const everyone = { tag: 'Feeds', headers: IfNoneMatch } as const;
const CONTENT =
  'The newest 20 live articles with their whole texts, fewer where these come to 4 MiB. Every address in it is absolute, by ' +
  'the `url` of the site and the setting PUBLIC_URL; an article keeps its id when its slug changes. A key changes nothing.';

const feedAnswer = (format: Format) => {
  const { type, title, schema } = FORMATS[format];
  return answerAs(type, `The feed, as ${title}`, schema, LIST_ETAG);
};

export const articlesFeedDoor = (format: Format) =>
  door({
    ...everyone,
    operationId: `readArticles${FORMATS[format].name}`,
    summary: `Read the newest articles as ${FORMATS[format].title}`,
    description: CONTENT,
    answers: { 200: feedAnswer(format) },
  });

/** The feed of a tag or author. */
export const subjectFeedDoor = (kind: 'tag' | 'author', format: Format) =>
  door({
    ...everyone,
    operationId: `read${kind === 'tag' ? 'Tag' : 'Author'}${FORMATS[format].name}`,
    summary: `Read the newest articles of ${kind === 'tag' ? 'a tag' : 'an author'} as ${FORMATS[format].title}`,
    description: `${CONTENT} Without a live article there is no such feed; an old slug leads to the one it has now.`,
    params: BySlug(kind === 'tag' ? 'harbour' : 'ada-lovelace'),
    answers: {
      200: feedAnswer(format),
      308: moved(kind === 'tag' ? `/feeds/tags/quay.${format}` : `/feeds/authors/ada.${format}`),
    },
  });

const urlset =
  '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' +
  `<url><loc>${address}</loc><lastmod>${moment}</lastmod></url></urlset>\n`;
const Sitemap = component(
  'Sitemap',
  Type.String({ description: 'A sitemap, or an index of sitemaps (sitemaps.org)', examples: [urlset] }),
);

/** So many ids share a sitemap where there is more than one. */
export const IDS_A_PAGE = 10_000;
const LAST_PAGE = Math.ceil(2_147_483_647 / IDS_A_PAGE);

export const readSitemapDoor = door({
  ...everyone,
  operationId: 'readSitemap',
  summary: 'Read the sitemap, for search engines',
  description:
    'The live articles, but those whose `seo` says `noindex` or a canonical address elsewhere; the front page comes first. ' +
    'Past 50,000 of them, or 8 MB, it is an index of sitemaps.',
  answers: { 200: answerAs('application/xml', 'The sitemap', Sitemap, LIST_ETAG) },
});

export const readSitemapPageDoor = door({
  ...everyone,
  operationId: 'readSitemapPage',
  summary: 'Read one of several sitemaps',
  description: `The articles of ${IDS_A_PAGE.toLocaleString('en')} ids, so that each stays in its sitemap. Without one that is live it is 404.`,
  params: closed({
    page: Type.Integer({ minimum: 1, maximum: LAST_PAGE, description: 'Its number in the index', examples: [1] }),
  }),
  answers: { 200: answerAs('application/xml', 'The sitemap', Sitemap, LIST_ETAG) },
});

const ImageObject = Type.Object(
  {
    '@type': oneOf(['ImageObject'], { description: 'An image' }),
    url: Url({ description: 'Where it is' }),
    width: Type.Optional(Type.Integer({ description: 'In pixels' })),
    height: Type.Optional(Type.Integer({ description: 'In pixels' })),
    caption: Type.Optional(Type.String({ description: 'What stands below it' })),
  },
  {
    description: 'An image of the article',
    examples: [{ '@type': 'ImageObject', url: 'https://harbour.example/a.jpg' }],
  },
);
const personExample = { '@type': 'Person', name: 'Ada Lovelace' };
const publisherExample = { '@type': 'Organization', name: 'The Harbour', url: 'https://harbour.example/' };
const pageExample = { '@type': 'WebPage', '@id': address };
const words = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));
export const ArticleJsonLd = component(
  'ArticleJsonLd',
  Type.Object(
    {
      '@context': oneOf(['https://schema.org'], { description: 'Whose words these are' }),
      '@type': oneOf(['NewsArticle'], { description: 'What this is' }),
      mainEntityOfPage: Type.Object(
        {
          '@type': oneOf(['WebPage'], { description: 'A page' }),
          '@id': Url({ description: 'Its canonical address' }),
        },
        { description: 'The page that the article is the matter of', examples: [pageExample] },
      ),
      url: Url({ description: 'Where readers find it' }),
      headline: Type.String({ description: 'The title' }),
      alternativeHeadline: Type.Optional(Type.String({ description: 'The subtitle' })),
      description: Type.String({ description: 'By its `seo`, else the excerpt' }),
      image: Type.Optional(Type.Array(ImageObject, { description: 'That of its `seo`, and the cover image' })),
      datePublished: Moment({ description: 'When it went live' }),
      dateModified: Moment({ description: 'When its editor says it was updated, else when it went live' }),
      author: Type.Array(
        Type.Object(
          {
            '@type': oneOf(['Person'], { description: 'A person' }),
            name: Type.String({ description: 'The name' }),
            url: Type.Optional(Url({ description: 'Where more is to be read' })),
          },
          { description: 'Who it is by', examples: [personExample] },
        ),
        { description: 'Who it is by, in order' },
      ),
      publisher: Type.Object(
        {
          '@type': oneOf(['Organization'], { description: 'The publication' }),
          name: Type.String({ description: 'Its name' }),
          url: Url({ description: 'Where readers find it' }),
        },
        { description: 'The publication', examples: [publisherExample] },
      ),
      inLanguage: Type.String({ description: 'BCP 47' }),
      keywords: words('The names of its tags'),
      articleSection: words('The names of its tags that are sections'),
      wordCount: Type.Integer({ description: 'How many words it has' }),
      isAccessibleForFree: Type.Boolean({ description: 'Everyone may read it' }),
    },
    {
      description: 'An article as schema.org’s NewsArticle; what is empty is absent',
      examples: [
        {
          '@context': 'https://schema.org',
          '@type': 'NewsArticle',
          mainEntityOfPage: pageExample,
          url: address,
          headline: 'The harbour at night',
          description: 'The first boats are in.',
          datePublished: moment,
          dateModified: moment,
          author: [personExample],
          publisher: publisherExample,
          inLanguage: 'en',
          keywords: ['Harbour'],
          wordCount: 5,
          isAccessibleForFree: true,
        },
      ],
    },
  ),
);

export const readArticleJsonLdDoor = door({
  ...everyone,
  operationId: 'readArticleJsonLd',
  summary: 'Read a live article as JSON-LD, for the head of its page',
  description:
    'schema.org’s NewsArticle, ready to stand in a script element: every `<` in it is escaped. A key ' +
    'changes nothing: what is not live is not found.',
  params: ById,
  refusals: ['gone'],
  answers: { 200: answerAs('application/ld+json', 'The article', ArticleJsonLd, ETAG) },
});
