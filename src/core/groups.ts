/**
 * Cache groups (RFC 9875): what an answer holds, and so which answers a change makes untrue. One notion for the cache in
 * the process, for what is kept in memory and for the headers that tell caches outside.
 */

export type Group =
  | `article-${number}`
  | `author-${number}`
  | `tag-${number}`
  | `comments-${number}`
  | 'articles'
  | 'authors'
  | 'tags'
  | 'comments'
  | 'site'
  /** No answer is in it: the moments to come at which articles go live, cease to be or take no more comments. */
  | 'schedule';

export const articleGroup = (id: number): Group => `article-${id}`;
export const authorGroup = (id: number): Group => `author-${id}`;
export const tagGroup = (id: number): Group => `tag-${id}`;
/** The comments of an article. */
export const commentsGroup = (articleId: number): Group => `comments-${articleId}`;

/** The most groups an answer tells of itself. */
const MOST_TOLD = 32;

type Names = { authorIds: readonly number[]; tagIds: readonly number[] };

/** The groups of the page of an article. Where it names too many, the group of all tags stands for its own. */
export const groupsOfArticle = (id: number, { authorIds, tagIds }: Names): Group[] => {
  const own: Group[] = [articleGroup(id), 'site'];
  const authors = authorIds.map(authorGroup);
  const tags = tagIds.map(tagGroup);
  if (own.length + authors.length + tags.length <= MOST_TOLD) return [...own, ...authors, ...tags];
  return [...own, ...authors, 'tags'];
};

/** The groups of a list of articles that is filtered by some authors and tags. */
export const groupsOfList = ({ authorIds, tagIds }: Names): Group[] =>
  (['articles', 'site', ...authorIds.map(authorGroup), ...tagIds.map(tagGroup)] satisfies Group[]).slice(0, MOST_TOLD);

/** What the public sees of an article at one side of a change. */
export type Seen = Names & { live: boolean };

const sameIds = (one: readonly number[], other: readonly number[]) =>
  one.length === other.length && one.every((id) => other.includes(id));

/**
 * The groups a change of an article touches, from what was to what is; null: it is not there. None where the public saw
 * nothing before and sees nothing after. Lists of authors and tags show counts, which move with whom a live one names.
 */
export const touchedByArticle = (id: number, before: Seen | null, after: Seen | null): Group[] => {
  const seen = [before, after].filter((side) => side?.live === true) as Seen[];
  if (seen.length === 0) return [];
  const [was, is] = [before?.live ? before : null, after?.live ? after : null];
  const movesAuthors = !was || !is || !sameIds(was.authorIds, is.authorIds);
  const movesTags = !was || !is || !sameIds(was.tagIds, is.tagIds);
  const touched: Group[] = ['articles', articleGroup(id)];
  for (const side of seen) touched.push(...side.authorIds.map(authorGroup), ...side.tagIds.map(tagGroup));
  if (movesAuthors) touched.push('authors');
  if (movesTags) touched.push('tags');
  return [...new Set(touched)];
};
