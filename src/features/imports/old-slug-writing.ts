/** Keeps the slugs that a thing had elsewhere, so that they lead to it here. */
import { bringOldSlug } from '../../store/slug-history.ts';
import type { Alteration } from '../formats/found.ts';
import type { Desk } from './desk.ts';
import type { PlannedSlug } from './past-rules.ts';

/** What has old slugs, as records know it. */
type Owner = { kind: 'article' | 'author' | 'tag'; id: number };

/** Keeps old slugs of what was made just now; tells which lead to another already. */
export const writeOldSlugs = async (
  { tx, now }: Desk,
  { kind, id: entityId }: Owner,
  oldSlugs: readonly PlannedSlug[],
): Promise<Alteration[]> => {
  const altered: Alteration[] = [];
  for (const { slug, at = now, isHidden } of oldSlugs) {
    const isOf = isHidden && kind !== 'article' ? (`hidden-${kind}` as const) : kind;
    if (await bringOldSlug(tx, { kind: isOf, slug, entityId, at })) continue;
    const reason = `${slug} leads to another ${kind} already: left out`;
    altered.push({ field: '/oldSlugs', code: 'slug-taken', reason });
  }
  return altered;
};
