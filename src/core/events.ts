/** The catalogue of events: everything that happens to what a publication has, by its name. */

/** The kinds of things that events are about. */
export const EVENT_KINDS = ['article', 'author', 'tag', 'comment', 'site'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What each type of event tells. */
export const EVENTS = {
  'article.created': 'An article was made',
  'article.updated': 'An article was changed',
  'article.published': 'An article went live, by a write or because its moment came',
  'article.unpublished': 'An article is live no longer, by a write or because its moment came',
  'article.trashed': 'An article went to the trash',
  'article.restored': 'An article came out of the trash, as a draft',
  'article.deleted': 'An article was deleted for good, and its comments with it',
  'author.created': 'An author was made',
  'author.updated': 'An author was changed',
  'author.deleted': 'An author was deleted; its articles may have gone over to another',
  'tag.created': 'A tag was made',
  'tag.updated': 'A tag was changed',
  'tag.deleted': 'A tag was deleted, and articles name it no longer',
  'tag.merged': 'A tag became part of another, and its articles went over',
  'comment.created': 'A comment was posted',
  'comment.updated': 'A comment was changed',
  'comment.approved': 'A comment was approved: everyone may read it',
  'comment.marked-spam': 'A comment was marked as spam',
  'comment.trashed': 'A comment went to the trash',
  'comment.deleted': 'A comment was deleted for good',
  'site.updated': 'The site was changed',
} as const satisfies Record<`${EventKind}.${string}`, string>;

export type EventType = keyof typeof EVENTS;
export const EVENT_TYPES = Object.keys(EVENTS) as EventType[];
