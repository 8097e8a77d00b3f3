/** How a tag is answered. */
import { formatMoment } from '../../core/moment.ts';
import type { TagName, TagRow } from './queries.ts';

/** A tag as an article embeds it. */
export const answerTagRef = ({ id, slug, name, kind }: TagName) => ({
  id,
  slug,
  name,
  kind,
});

export const answerTag = (tag: TagRow) => ({
  ...answerTagRef(tag),
  version: tag.version,
  description: tag.description,
  articleCount: tag.articleCount,
  createdAt: formatMoment(tag.createdAt),
  updatedAt: formatMoment(tag.updatedAt),
});
