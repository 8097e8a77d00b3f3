/** What happened, as it is answered. */
import type { AuditRow } from './queries.ts';
import { changeOf } from './rules.ts';

export { changeFor as answerChange } from './rules.ts';

/** A change as the audit tells it; `keyName` is the name that its key has now. */
export const answerAuditEntry = ({ keyName, ...event }: AuditRow & { keyName: string | null }) => ({
  ...changeOf(event),
  keyId: event.keyId,
  keyName,
  requestId: event.requestId,
  intoId: event.intoId,
  articleIds: event.articleIds,
});
