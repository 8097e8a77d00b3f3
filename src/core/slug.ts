/** Slugs: lower-case Latin letters, digits and single hyphens, made from a title in any script. */
import { transliterate } from 'transliteration';
import { bodyFault, refuse } from './errors.ts';

export const SLUG_PATTERN = '^[a-z0-9]+(?:-[a-z0-9]+)*$';
export const SLUG_MAX = 200;

/** The slug of a title; `fallback` where nothing of it can be written in Latin letters, as with emoji alone. */
export const slugOf = (title: string, fallback: string): string => {
  const latin = transliterate(title).toLowerCase().replaceAll(/['’]/g, '');
  const slug = latin.replaceAll(/[^a-z0-9]+/g, '-').replace(/^-/, '');
  return cut(slug, SLUG_MAX) || fallback;
};

/** The first `length` characters without a hyphen at the end. */
const cut = (slug: string, length: number) => slug.slice(0, length).replace(/-+$/, '');

/** The slug with a number behind it, no longer than a slug may be. */
const numbered = (slug: string, n: number) => `${cut(slug, SLUG_MAX - String(n).length - 1)}-${n}`;

/**
 * A free slug: the wished one, else with `-2`, `-3`…  Galloping, then halving, so that the ten-thousandth
 * "article" costs some thirty questions instead of ten thousand.
 */
export const freeSlug = async (wished: string, isTaken: (slug: string) => Promise<boolean>): Promise<string> => {
  if (!(await isTaken(wished))) return wished;
  let [taken, free] = [1, 2];
  while (await isTaken(numbered(wished, free))) [taken, free] = [free, free * 2];
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (await isTaken(numbered(wished, middle))) taken = middle;
    else free = middle;
  }
  return numbered(wished, free);
};

/**
 * The slug a thing gets: the wished one, else (null) one made from its name, with `fallback` where that gives none.
 * `isTaken` must not count the thing's own. Throws `slug-taken` with a free suggestion.
 */
export const chooseSlug = async (
  wished: string | null,
  name: string,
  fallback: string,
  isTaken: (slug: string) => Promise<boolean>,
): Promise<string> => {
  if (wished === null) return freeSlug(slugOf(name, fallback), isTaken);
  if (!(await isTaken(wished))) return wished;
  const detail = `The slug ${wished} is taken`;
  throw refuse('slug-taken', detail, {
    errors: [bodyFault('/slug', 'slug-taken', detail)],
    extra: { suggestion: await freeSlug(wished, isTaken) },
  });
};
