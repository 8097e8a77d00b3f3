/** The image of an article in feeds that are XML, by Media RSS: an enclosure would have to say its length and type. */
import type { XmlTree } from '../../core/xml.ts';
import type { Feed } from './feed-answers.ts';

export const mediaOf = (image: Feed['items'][number]['image']): XmlTree => {
  if (image === null) return {};
  const { url, alt, caption, credit, width, height } = image;
  return {
    'media:content': {
      '@url': url,
      '@medium': 'image',
      ...(width !== null && { '@width': String(width) }),
      ...(height !== null && { '@height': String(height) }),
      ...(caption !== null && { 'media:description': { '@type': 'plain', '#text': caption } }),
      ...(alt !== '' && { 'media:title': { '@type': 'plain', '#text': alt } }),
      ...(credit !== null && { 'media:credit': credit }),
    },
  };
};
