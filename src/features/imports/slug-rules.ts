/** Slugs of what a record calls one. */
import { SLUG_MAX, SLUG_PATTERN, slugOf } from '../../core/slug.ts';

const SLUG = new RegExp(SLUG_PATTERN);
export const isSlug = (text: string): boolean => text.length <= SLUG_MAX && SLUG.test(text);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a per cent sign that means itself
  }
};

/** `/resources/how-to/` → `resources-how-to`; null where nothing can be made of it. */
export const cleanSlug = (slug: string): string | null =>
  isSlug(slug) ? slug : slugOf(decoded(slug).replace(/\.(?:md|html?)$/i, ''), '') || null;
