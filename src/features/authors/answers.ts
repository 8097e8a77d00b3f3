/** How an author is answered. */
import { type Caller, may } from '../../core/access.ts';
import { formatMoment } from '../../core/moment.ts';
import type { AuthorName, AuthorRow } from './queries.ts';

/** An author as an article embeds it. */
export const answerAuthorRef = ({ id, slug, name, bio, avatarUrl, websiteUrl, links }: AuthorName) => ({
  id,
  slug,
  name,
  bio,
  avatarUrl,
  websiteUrl,
  links,
});

/** An author; the email stands in it for editors alone. */
export const answerAuthor = (author: AuthorRow, caller: Caller) => ({
  ...answerAuthorRef(author),
  version: author.version,
  ...(may(caller, 'read private emails') && { email: author.email }),
  articleCount: author.articleCount,
  createdAt: formatMoment(author.createdAt),
  updatedAt: formatMoment(author.updatedAt),
});
