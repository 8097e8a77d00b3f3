/** A feed as JSON Feed 1.1 (jsonfeed.org); what is empty is absent there. */
import type { Static } from 'typebox';
import type { Feed } from './feed-answers.ts';
import type { JsonFeed } from './schemas.ts';

const personOf = ({ name, url, avatarUrl }: Feed['items'][number]['authors'][number]) => ({
  name,
  ...(url !== null && { url }),
  ...(avatarUrl !== null && { avatar: avatarUrl }),
});

const itemOf = (item: Feed['items'][number]) => ({
  id: item.id,
  url: item.url,
  title: item.title,
  content_html: item.html,
  summary: item.summary,
  ...(item.image && { image: item.image.url }),
  date_published: item.publishedAt.toISOString(),
  date_modified: item.updatedAt.toISOString(),
  authors: item.authors.map(personOf),
  tags: item.tags.map(({ name }) => name),
  language: item.language,
});

export const answerJsonFeed = (feed: Feed): string => {
  const answer: Static<typeof JsonFeed> = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home,
    feed_url: feed.self,
    ...(feed.description !== '' && { description: feed.description }),
    language: feed.language,
    authors: [{ name: feed.publisher, url: feed.home }],
    items: feed.items.map(itemOf),
  };
  return JSON.stringify(answer);
};
