/** How the stored versions of an article are answered. */
import { isDeepStrictEqual } from 'node:util';
import { formatMoment } from '../../core/moment.ts';
import { answerNamed, answerSource } from '../articles/answers.ts';
import { answerCover, answerSeo } from '../articles/cards.ts';
import type { Revision } from '../articles/revision-queries.ts';
import type { PastVersion } from '../articles/snapshot-rules.ts';

/** A stored version, as a list shows it. */
export const answerRevision = ({ version, at, by, changedFields }: Revision) => ({
  version,
  at: formatMoment(at),
  by,
  changedFields,
});

const answerSnapshot = ({ snapshot, body }: PastVersion) => ({
  ...snapshot,
  body,
  authorIds: snapshot.authors.map(({ id }) => id),
  authors: snapshot.authors.map(answerNamed),
  tags: snapshot.tags.map(answerNamed),
  coverImage: answerCover(snapshot.coverImage),
  seo: answerSeo(snapshot.seo),
  source: answerSource(snapshot.source),
});

/** A stored version whole. */
export const answerVersion = (past: PastVersion) => ({ ...answerRevision(past), snapshot: answerSnapshot(past) });

type Answered = ReturnType<typeof answerSnapshot>;

/** What two versions are compared by: authors and tags are the same whatever they were called. */
const compared = ({ authors, tags, ...fields }: Answered) => ({ ...fields, tags: tags.map(({ id }) => id) });

const FIELDS = [
  ...(['title', 'slug', 'subtitle', 'excerpt', 'body', 'bodyFormat', 'status', 'publishedAt', 'unpublishAt'] as const),
  ...(['authorIds', 'tags', 'coverImage', 'language', 'translationKey', 'featured', 'commentPolicy'] as const),
  ...(['contentUpdatedAt', 'seo', 'metadata', 'source', 'deletedAt'] as const),
] as const;

/** How one version differs from another, field by field; from nothing where there is no other. */
export const answerDiff = ({ version, against }: { version: PastVersion; against: PastVersion | null }) => {
  const to = answerSnapshot(version);
  const from = against && answerSnapshot(against);
  const isSame = (field: (typeof FIELDS)[number]) =>
    from === null ? to[field] === null : isDeepStrictEqual(compared(to)[field], compared(from)[field]);
  return {
    version: version.version,
    against: against?.version ?? null,
    changes: FIELDS.filter((field) => !isSame(field)).map((field) => ({
      field,
      from: from?.[field] ?? null,
      to: to[field],
    })),
  };
};
