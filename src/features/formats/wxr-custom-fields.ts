/** What becomes of the custom fields of a WordPress post: metadata, what search engines are told, old slugs. */
import type { Seo } from '../../store/tables.ts';
import { webAddressOf } from './field-schemas.ts';
import type { Alteration } from './found.ts';
import { cutTo } from './html-text.ts';
import { childrenOf, type Element, textOf } from './wxr-elements.ts';

/** Every value of a key, in the order of the file. */
export type CustomFields = ReadonlyMap<string, readonly string[]>;

export const customFieldsOf = (item: Element): CustomFields => {
  const fields = new Map<string, string[]>();
  for (const meta of childrenOf(item, 'wp:postmeta')) {
    const key = textOf(meta, 'wp:meta_key');
    const value = childrenOf(meta, 'wp:meta_value')[0]?.text ?? '';
    if (key !== '') fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  return fields;
};

/** Of these WordPress makes its own use, or they say what stands elsewhere in the file. */
const INTERNAL =
  /^_(?:edit_last|edit_lock|thumbnail_id|encloseme|pingme|wp_.*|oembed_.*|menu_item_.*|publicize_.*|wpas_.*|jetpack_.*|yoast_wpseo_.*|aioseop?_.*)$/;
const OF_RANK_MATH = /^rank_math_/;

/** Where the plugins for search engines keep what we have a field for. */
const SEO_KEYS = {
  title: ['_yoast_wpseo_title', 'rank_math_title', '_aioseo_title', '_aioseop_title'],
  description: ['_yoast_wpseo_metadesc', 'rank_math_description', '_aioseo_description', '_aioseop_description'],
  canonicalUrl: ['_yoast_wpseo_canonical', 'rank_math_canonical_url', '_aioseo_canonical_url'],
  imageUrl: ['_yoast_wpseo_opengraph-image', 'rank_math_facebook_image'],
} as const;
/** A place for a text of the page's: `%%title%%`, `%sep%`, `#post_title`. */
const PLACEHOLDER = /%%[\w-]+%%|%[a-z_]+(?:\([^)]*\))?%|#(?:post|site|separator|author|category)_\w+/;
const LONGEST = { title: 300, description: 500 };

const isUnindexed = (fields: CustomFields): boolean =>
  fields.get('_yoast_wpseo_meta-robots-noindex')?.[0] === '1' ||
  /"noindex"/.test(fields.get('rank_math_robots')?.[0] ?? '') ||
  fields.get('_aioseop_noindex')?.[0] === 'on';

/** What search engines are told instead; null where nothing is. */
export const seoOf = (fields: CustomFields, altered: Alteration[]): Seo | null => {
  const givenAs = (member: keyof typeof SEO_KEYS) =>
    SEO_KEYS[member].map((key) => fields.get(key)?.[0]?.trim()).find((value) => value !== undefined && value !== '');
  const note = (member: string, code: string, reason: string) =>
    altered.push({ field: `/seo/${member}`, code, reason });
  const seo: Seo = {};
  for (const member of ['title', 'description'] as const) {
    const value = givenAs(member);
    if (value === undefined) continue;
    if (PLACEHOLDER.test(value)) note(member, 'template', `“${cutTo(value, 100)}” is a template: left out`);
    else {
      seo[member] = cutTo(value, LONGEST[member]);
      if (seo[member] !== value) note(member, 'too-long', `is cut to ${LONGEST[member]} characters`);
    }
  }
  for (const member of ['canonicalUrl', 'imageUrl'] as const) {
    const value = givenAs(member);
    const address = webAddressOf(value ?? '');
    if (address !== null) seo[member] = address;
    else if (value !== undefined) note(member, 'wrong-format', `“${cutTo(value, 100)}” is no address: left out`);
  }
  if (isUnindexed(fields)) seo.noindex = true;
  return Object.keys(seo).length > 0 ? seo : null;
};

/** What metadata may have as JSON, in bytes. */
const MOST_METADATA = 16_384;

/**
 * The metadata of an article: what Galley itself says of it, and every custom field of its writers, several values of
 * one as a list. What does not fit is left out, and said.
 */
export const metadataOf = (
  fields: CustomFields,
  said: Record<string, unknown>,
  altered: Alteration[],
): Record<string, unknown> | null => {
  const entries = new Map(Object.entries(said));
  const [hidden, tooMuch]: [string[], string[]] = [[], []];
  let bytes = Buffer.byteLength(JSON.stringify(said));
  for (const [key, values] of fields) {
    if (INTERNAL.test(key) || OF_RANK_MATH.test(key)) continue;
    const value = values.length === 1 ? values[0] : values;
    const more = Buffer.byteLength(JSON.stringify({ [key]: value }));
    if (key.startsWith('_')) hidden.push(key);
    else if (entries.has(key) || bytes + more > MOST_METADATA) tooMuch.push(key);
    else {
      bytes += more;
      entries.set(key, value);
    }
  }
  const note = (keys: string[], code: string, why: string) => {
    if (keys.length === 0) return;
    const reason = `${cutTo(keys.join(', '), 500)}: custom fields ${why}: left out`;
    altered.push({ field: '/metadata', code, reason });
  };
  note(hidden, 'hidden-field', 'that plugins keep for themselves');
  note(tooMuch, 'too-long', `for which metadata, ${MOST_METADATA} bytes of JSON, has no more room`);
  return entries.size > 0 ? Object.fromEntries(entries) : null;
};
