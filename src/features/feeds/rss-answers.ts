/** A feed as RSS 2.0 (the RSS Advisory Board’s), with the modules readers know: Atom, content, Dublin Core, media. */
import { documentOf, unescaped, type XmlTree } from '../../core/xml.ts';
import type { Feed } from './feed-answers.ts';
import { mediaOf } from './media-answers.ts';

/** RSS takes a description for HTML, whatever is in it. */
const asHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const itemOf = (item: Feed['items'][number]): XmlTree => ({
  title: item.title,
  link: item.url,
  guid: { '@isPermaLink': 'false', '#text': item.id },
  pubDate: item.publishedAt.toUTCString(),
  'atom:updated': item.updatedAt.toISOString(),
  'dc:creator': item.authors.map(({ name }) => name),
  'dc:language': item.language,
  category: item.tags.map(({ name }) => name),
  description: asHtml(item.summary),
  'content:encoded': unescaped(item.html),
  ...mediaOf(item.image),
});

export const answerRss = (feed: Feed): string =>
  documentOf({
    rss: {
      '@version': '2.0',
      '@xmlns:atom': 'http://www.w3.org/2005/Atom',
      '@xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
      '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      '@xmlns:media': 'http://search.yahoo.com/mrss/',
      channel: {
        title: feed.title,
        link: feed.home,
        description: asHtml(feed.description || feed.title), // a channel must have one
        language: feed.language,
        lastBuildDate: feed.updatedAt.toUTCString(),
        'atom:link': { '@href': feed.self, '@rel': 'self', '@type': 'application/rss+xml' },
        item: feed.items.map(itemOf),
      },
    },
  });
