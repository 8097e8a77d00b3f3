/** Keys as they are answered. */
import { formatMoment } from '../../core/moment.ts';
import type { KeyRow } from './queries.ts';

/** A key without its secret. */
export const answerKey = ({
  id,
  name,
  role,
  authorId,
  prefix,
  createdAt,
  lastUsedAt,
  expiresAt,
  revokedAt,
}: KeyRow) => ({
  ...{ id, name, role, authorId, prefix },
  createdAt: formatMoment(createdAt),
  lastUsedAt: formatMoment(lastUsedAt),
  expiresAt: formatMoment(expiresAt),
  revokedAt: formatMoment(revokedAt),
});
