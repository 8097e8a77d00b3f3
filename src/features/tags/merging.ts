/** What makes one tag of two. */
import { bodyFault, refuseAll } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { tagGroup } from '../../core/groups.ts';
import { type Origin, recordEvents } from '../../store/events.ts';
import { handOver } from '../../store/handing-over.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import { handOldSlugsOver } from '../../store/slug-history.ts';
import type { Parts, Store } from '../../store/store.ts';
import { touch } from '../../store/touches.ts';
import { demandVersion } from '../../store/version-changes.ts';
import { keepTagSlug, notFound, SLUG_KINDS } from './actions.ts';
import { addToTagCounts, deleteTagRow, findTag, type TagRow, wasTagPublic } from './queries.ts';

/** Throws `unknown-reference` unless a tag can go into another. */
const findOther = async (tx: Store, id: number, into: number): Promise<TagRow> => {
  const other = into === id ? undefined : await findTag(tx, into);
  if (other) return other;
  const detail = into === id ? 'into must be another tag' : `There is no tag ${into}`;
  throw refuseAll('unknown-reference', [bodyFault('/into', 'unknown-reference', detail)]);
};

/**
 * Merges a tag into another: every article that carries it, trashed ones too, carries the other in its place, and its
 * slugs lead there. No article changes its version; one event names them all. Returns the other.
 */
export const mergeTag = (
  { store, clock }: Parts,
  origin: Origin,
  id: number,
  expected: Expectation,
  into: number,
): Promise<TagRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const tag = await findTag(tx, id);
    if (!tag) throw notFound(String(id));
    await demandVersion(tx, 'tag', expected, tag);
    const other = await findOther(tx, id, into);
    const wasPublic = await wasTagPublic(tx, id, now);
    const { articleIds, gained } = await handOver(tx, { kind: 'tag', from: id, to: into });
    await addToTagCounts(tx, [into], gained);
    await handOldSlugsOver(tx, SLUG_KINDS, id, into);
    await deleteTagRow(tx, id);
    await keepTagSlug(tx, tag.slug, wasPublic, into, now);
    touch(tx, origin, [tagGroup(id), tagGroup(into), 'tags', 'articles']);
    // Pages that do not show a tag are not in its group: of what becomes public, or ceases to be, all are told.
    if ((tag.kind === 'internal') !== (other.kind === 'internal')) touch(tx, origin, ['site']);
    const { version, slug } = tag;
    await recordEvents(tx, origin, [
      { type: 'tag.merged', at: now, entityId: id, version, slug, intoId: into, articleIds },
    ]);
    await keepOutcome(tx, origin, { kind: 'tag', id: into }, now);
    return (await findTag(tx, into)) as TagRow;
  });
