/** A feed as Atom 1.0 (RFC 4287). */
import { documentOf, heldOf, unescaped, type XmlTree } from '../../core/xml.ts';
import type { Feed } from './feed-answers.ts';
import { mediaOf } from './media-answers.ts';

const entryOf = (item: Feed['items'][number]): XmlTree => ({
  '@xml:lang': item.language,
  id: item.id,
  title: { '@type': 'text', '#text': item.title },
  link: { '@rel': 'alternate', '@type': 'text/html', '@href': item.url },
  published: item.publishedAt.toISOString(),
  updated: item.updatedAt.toISOString(),
  // A name may not be empty there.
  author: item.authors
    .filter(({ name }) => heldOf(name) !== '')
    .map(({ name, url }) => ({ name, ...(url !== null && { uri: url }) })),
  category: item.tags.map(({ slug, name }) => ({ '@term': slug, '@label': name })),
  summary: { '@type': 'text', '#text': item.summary },
  content: { '@type': 'html', ...unescaped(item.html) },
  ...mediaOf(item.image),
});

export const answerAtom = (feed: Feed): string =>
  documentOf({
    feed: {
      '@xmlns': 'http://www.w3.org/2005/Atom',
      '@xmlns:media': 'http://search.yahoo.com/mrss/',
      '@xml:lang': feed.language,
      id: feed.id,
      title: { '@type': 'text', '#text': feed.title },
      ...(feed.description !== '' && { subtitle: { '@type': 'text', '#text': feed.description } }),
      updated: feed.updatedAt.toISOString(),
      // Of entries that name nobody.
      author: { name: feed.publisher, uri: feed.home },
      link: [
        { '@rel': 'self', '@type': 'application/atom+xml', '@href': feed.self },
        { '@rel': 'alternate', '@type': 'text/html', '@href': feed.home },
      ],
      entry: feed.items.map(entryOf),
    },
  });
