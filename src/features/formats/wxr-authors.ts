/** What the users of a WordPress site are called here. */
import { slugOf } from '../../core/slug.ts';
import { isEmail, isFilled } from './field-schemas.ts';
import type { Alteration, Found } from './found.ts';
import { cutTo } from './html-text.ts';
import type { Login, Survey } from './wxr-survey.ts';

const LONGEST_NAME = 120;

/** An author of ours: `key` is the slug. */
export type NamedAuthor = { key: string; name: string; login: Login; altered: Alteration[] };

/** A login may be an address, which is nobody's business: what stands before the @ has to do. */
const publicName = (name: string) => (isEmail(name) ? name.replace(/@.*$/, '') : name);

/**
 * Names every author of a file, by login: by the name that readers see, so that logins, half of what opens a site, stay
 * where they are. The names depend on the file alone.
 */
export const nameAuthors = ({ logins }: Survey): Map<string, NamedAuthor> => {
  const named = new Map<string, NamedAuthor>();
  const keys = new Set<string>();
  for (const login of logins.values()) {
    const altered: Alteration[] = [];
    const given = login.name || login.login;
    const shown = cutTo(publicName(given), LONGEST_NAME);
    const name = isFilled(shown) ? shown : 'Author';
    if (name !== login.name) {
      const reason = login.name === '' ? 'has no name: called by the login' : `“${login.name}” stands as “${name}”`;
      altered.push({ field: '/name', code: 'name-changed', reason });
    }
    const wished = slugOf(name, '').slice(0, 100).replace(/-+$/, '') || 'author';
    let key = wished;
    for (let n = 2; keys.has(key); n += 1) key = `${wished}-${n}`;
    if (key !== wished) {
      const reason = `${wished} is another author of this name: stands as ${key}`;
      altered.push({ field: '/key', code: 'slug-taken', reason });
    }
    keys.add(key);
    named.set(login.login, { key, name, login, altered });
  }
  return named;
};

/** The records of the authors. */
export function* authorRecords(authors: ReadonlyMap<string, NamedAuthor>): Generator<Found> {
  for (const { key, name, login, altered } of authors.values()) {
    const email = isEmail(login.email) ? login.email : null;
    const dropped = { field: '/email', code: 'wrong-format', reason: `“${login.email}” is no address: left out` };
    const all = email === null && login.email !== '' ? [...altered, dropped] : altered;
    const value = { kind: 'author', key, name, email };
    yield { line: login.line, bytes: 200, value, digest: () => key, altered: all };
  }
}
