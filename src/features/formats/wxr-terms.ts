/** What the categories and tags of a WXR file are called here, where names and slugs are unique among them all. */
import { fold } from '../../core/folding.ts';
import { SLUG_MAX, slugOf } from '../../core/slug.ts';
import type { TagKind } from '../../store/tables.ts';
import type { Alteration, Found } from './found.ts';
import { cutTo, percentDecoded, plainOf } from './html-text.ts';
import { type Survey, type Term, termKey } from './wxr-survey.ts';

const LONGEST_NAME = 100;
const LONGEST_DESCRIPTION = 500;

/** A tag of ours: `key` is its slug. */
export type NamedTag = { key: string; name: string; kind: TagKind; term: Term; altered: Alteration[] };

/** The kinds that WordPress' own taxonomies become; topics are named first, so that they keep their names. */
const KINDS_BY_DOMAIN: [string, TagKind][] = [
  ['post_tag', 'topic'],
  ['category', 'section'],
];

/** The first name that is free: as it is, with what it is in or is, with a number. */
const freeName = (name: string, isTaken: (name: string) => boolean, besides: string[]): string => {
  const within = (more: string) => `${cutTo(name, LONGEST_NAME - more.length - 3)} (${more})`;
  for (const candidate of [cutTo(name, LONGEST_NAME), ...besides.map(within)])
    if (!isTaken(candidate)) return candidate;
  for (let n = 2; ; n += 1) if (!isTaken(within(`${besides.at(-1)} ${n}`))) return within(`${besides.at(-1)} ${n}`);
};

const freeKey = (wished: string, taken: ReadonlySet<string>, kind: TagKind): string => {
  const beside = (more: string) => `${wished.slice(0, SLUG_MAX - more.length - 1).replace(/-+$/, '')}-${more}`;
  if (!taken.has(wished)) return wished;
  if (!taken.has(beside(kind))) return beside(kind);
  for (let n = 2; ; n += 1) if (!taken.has(beside(String(n)))) return beside(String(n));
};

/**
 * Names every category and tag of a file, by `termKey`. The names depend on the file alone, so that a second run finds
 * what the first has made.
 */
export const nameTags = ({ terms }: Survey): Map<string, NamedTag> => {
  const named = new Map<string, NamedTag>();
  const [keys, names] = [new Set<string>(), new Set<string>()];
  const isTaken = (name: string) => names.has(fold(name));
  for (const [domain, kind] of KINDS_BY_DOMAIN) {
    const own = [...terms.values()].filter((term) => term.domain === domain);
    const declared = new Map<string, NamedTag>();
    for (const term of own.sort((one, other) => Number(other.isDeclared) - Number(one.isDeclared))) {
      const altered: Alteration[] = [];
      const wished = plainOf(term.name) || percentDecoded(term.slug);
      const same = declared.get(fold(wished));
      if (same && !term.isDeclared) {
        named.set(termKey(domain, term.slug), same); // another slug of the same, as WordPress' importer takes it
        continue;
      }
      if (!term.isDeclared)
        altered.push({ field: null, code: 'undeclared', reason: 'has no element of its own: an article names it' });
      const parent = plainOf(terms.get(termKey(domain, term.parent))?.name ?? '').slice(0, LONGEST_NAME / 2);
      const name = freeName(wished, isTaken, parent === '' ? [kind] : [parent, kind]);
      if (name !== wished) {
        const reason = isTaken(wished)
          ? `“${wished}” is the name of another category or tag: called “${name}”`
          : `is cut to ${LONGEST_NAME} characters`;
        altered.push({ field: '/name', code: isTaken(wished) ? 'name-taken' : 'too-long', reason });
      }
      const slug = slugOf(percentDecoded(term.slug), '') || slugOf(name, kind);
      const key = freeKey(slug, keys, kind);
      if (key !== slug) {
        const reason = `${slug} is the slug of another category or tag: stands as ${key}`;
        altered.push({ field: '/key', code: 'slug-taken', reason });
      } else if (slug !== percentDecoded(term.slug)) {
        const reason = `“${percentDecoded(term.slug)}” stands as ${key}`;
        altered.push({ field: '/key', code: 'key-changed', reason });
      }
      keys.add(key);
      names.add(fold(name));
      const tag = { key, name, kind, term, altered };
      named.set(termKey(domain, term.slug), tag);
      if (term.isDeclared && !declared.has(fold(wished))) declared.set(fold(wished), tag);
    }
  }
  return named;
};

const NO_PLACE: Record<string, string> = {
  nav_menu: 'is a menu, for which there is no place here',
  post_format: 'is a post format, which articles have in their metadata',
};

/** The records of the tags, and what of the taxonomies becomes none. */
export function* tagRecords(survey: Survey, tags: ReadonlyMap<string, NamedTag>): Generator<Found> {
  for (const { key, name, kind, term, altered } of new Set(tags.values())) {
    const whole = plainOf(term.description);
    const description = cutTo(whole, LONGEST_DESCRIPTION) || null;
    const value = { kind: 'tag', key, name, description, tagKind: kind };
    const cut = { field: '/description', code: 'too-long', reason: `is cut to ${LONGEST_DESCRIPTION} characters` };
    const all = description === (whole || null) ? altered : [...altered, cut];
    yield { line: term.line, bytes: whole.length + 100, value, digest: () => key, altered: all };
  }
  for (const [key, { domain, slug, line }] of survey.terms) {
    if (tags.has(key)) continue;
    const reason = NO_PLACE[domain] ?? `is of the taxonomy ${domain}, which articles have in their metadata`;
    const refused = [{ field: null, code: 'other-taxonomy', reason }];
    yield { line, bytes: 100, kind: null, record: `${domain} ${percentDecoded(slug)}`, refused };
  }
}
