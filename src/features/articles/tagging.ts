/** Turns the tags an editor names into tags: by id, folded name or slug, made where an editor's name is new. */
import { may } from '../../core/access.ts';
import { bodyFault, type Fault, refuseAll } from '../../core/errors.ts';
import { fold } from '../../core/folding.ts';
import type { Origin } from '../../store/events.ts';
import type { Store } from '../../store/store.ts';
import { addTag } from '../tags/actions.ts';
import { listTagsNamed } from '../tags/queries.ts';

/** A tag as it may be sent: a name or slug, or an object such as an answer carries. */
export type TagInput = string | { id?: number; slug?: string; name?: string };

type Wish = { id?: number | undefined; slugs: string[]; name?: string | undefined };

const wishOf = (input: TagInput): Wish => {
  if (typeof input === 'string') return { slugs: [input], name: input };
  if (input.id !== undefined) return { id: input.id, slugs: [] };
  return { slugs: input.slug === undefined ? [] : [input.slug], name: input.name };
};

const isString = (input: TagInput): input is string => typeof input === 'string';

/**
 * The ids of tags, in order and each once. A string is a folded name first, then a slug; of an object the first of
 * `id`, `slug`, `name` that says something counts. Throws `unknown-reference` with every tag that is unknown and may
 * not be made by the caller.
 */
export const resolveTags = async (
  tx: Store,
  origin: Origin,
  now: Date,
  inputs: readonly TagInput[],
): Promise<number[]> => {
  const wishes = inputs.map(wishOf);
  const known = await listTagsNamed(tx, {
    ids: wishes.flatMap(({ id }) => id ?? []),
    slugs: wishes.flatMap(({ slugs }) => slugs),
    foldedNames: wishes.flatMap(({ name }) => (name === undefined ? [] : fold(name))),
  });
  const byId = new Map(known.map((tag) => [tag.id, tag.id]));
  const bySlug = new Map(known.map((tag) => [tag.slug, tag.id]));
  const byName = new Map(known.map((tag) => [tag.nameFolded, tag.id]));
  const find = ({ id, slugs, name }: Wish, input: TagInput): number | undefined => {
    if (id !== undefined) return byId.get(id);
    const named = name === undefined ? undefined : byName.get(fold(name));
    const slugged = slugs.map((slug) => bySlug.get(slug)).find((found) => found !== undefined);
    return isString(input) ? (named ?? slugged) : (slugged ?? named);
  };

  const ids: number[] = [];
  const faults: Fault[] = [];
  for (const [position, wish] of wishes.entries()) {
    const found = find(wish, inputs[position] as TagInput);
    if (found !== undefined) ids.push(found);
    else if (wish.name !== undefined && may(origin.caller, 'manage tags')) {
      const tag = await addTag(tx, origin, now, { name: wish.name });
      byName.set(tag.nameFolded, tag.id);
      bySlug.set(tag.slug, tag.id);
      ids.push(tag.id);
    } else {
      const what = wish.name ?? wish.slugs[0] ?? wish.id;
      faults.push(bodyFault(`/tags/${position}`, 'unknown-reference', `There is no tag ${what}`));
    }
  }
  if (faults.length > 0) throw refuseAll('unknown-reference', faults);
  return [...new Set(ids)];
};
