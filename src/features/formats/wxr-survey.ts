/** The first walk through a WXR file: whether all of it can be read, and what its articles name. */
import { plainOf } from './html-text.ts';
import { UnreadableFile } from './lines.ts';
import { Offsets } from './wxr-dates.ts';
import { childrenOf, type Element, own, textOf, walkChannel } from './wxr-elements.ts';

/** `domain` is the taxonomy: `category`, `post_tag` or one of a theme's or plugin's own. Texts as they stand in the file. */
export type Term = {
  domain: string;
  slug: string;
  name: string;
  parent: string;
  description: string;
  /** Whether it has an element of its own, or is only named by an article. */
  isDeclared: boolean;
  line: number;
};
export type Login = { login: string; id: string; email: string; name: string; line: number };
export type Attachment = { url: string; alt: string; caption: string };

export type Survey = {
  /** Tells the file's articles from those of others: host and path of the blog. */
  system: string;
  site: { title: string; description: string; url: string; language: string; line: number };
  /** By login. */
  logins: Map<string, Login>;
  /** By domain and slug. */
  terms: Map<string, Term>;
  /** Those that some article has as its image, by post id. */
  attachments: Map<string, Attachment>;
  /** How far the clock of the site is ahead of GMT, in milliseconds. */
  offset: number;
};

const VERSIONS = ['1.0', '1.1', '1.2'];

/** A login as WordPress' own importer reads it (`sanitize_user`, strict); as it is where that leaves nothing. */
const cleanLogin = (login: string): string =>
  login.replaceAll(/<[^>]*>|%[a-f0-9]{2}|&[^;\s]{1,20};|[^a-z0-9 _.@-]/gi, '').trim() || login;

/** Who wrote an article, by the name that it gives. */
export const findLogin = (logins: ReadonlyMap<string, Login>, creator: string): Login | undefined =>
  logins.get(creator) ?? logins.get(cleanLogin(creator));

export const termKey = (domain: string, slug: string): string => `${domain}\n${slug.toLowerCase()}`;

/** `https://harbour.example/blog/` → `harbour.example/blog` */
const systemOf = (...addresses: string[]): string => {
  const address = addresses.find((each) => /^https?:/i.test(each) && URL.canParse(each));
  if (address === undefined) return 'wordpress';
  const { host, pathname } = new URL(address);
  return `${host}${pathname.replace(/\/+$/, '')}`.slice(0, 100);
};

const loginOf = (element: Element): Login => ({
  login: own(textOf(element, 'wp:author_login')),
  id: own(textOf(element, 'wp:author_id')),
  email: own(textOf(element, 'wp:author_email')),
  name: own(
    plainOf(textOf(element, 'wp:author_display_name')) ||
      plainOf(`${textOf(element, 'wp:author_first_name')} ${textOf(element, 'wp:author_last_name')}`),
  ),
  line: element.line,
});

/** Where the parts of a term stand, by the element it is in. */
const TERM_PARTS: Record<string, { domain?: string; slug: string; name: string; parent?: string; about: string }> = {
  'wp:category': {
    domain: 'category',
    slug: 'wp:category_nicename',
    name: 'wp:cat_name',
    parent: 'wp:category_parent',
    about: 'wp:category_description',
  },
  'wp:tag': { domain: 'post_tag', slug: 'wp:tag_slug', name: 'wp:tag_name', about: 'wp:tag_description' },
  'wp:term': { slug: 'wp:term_slug', name: 'wp:term_name', parent: 'wp:term_parent', about: 'wp:term_description' },
};

/** Gathers what later records need, element by element. */
class Gathering {
  readonly #texts = new Map<string, { text: string; line: number }>();
  readonly #logins = new Map<string, Login>();
  readonly #terms = new Map<string, Term>();
  readonly #images = new Map<string, Attachment>();
  readonly #wanted = new Set<string>();
  readonly #offsets = new Offsets();
  readonly #path: string;
  readonly #takesPages: boolean;

  constructor(path: string, takesPages: boolean) {
    this.#path = path;
    this.#takesPages = takesPages;
  }

  #text(name: string): string {
    return this.#texts.get(name)?.text ?? '';
  }

  /** Throws `UnreadableFile` where the file is other RSS, or a version of WXR that is not known. */
  checkVersion(): void {
    const version = this.#text('wp:wxr_version');
    const told = `cannot read ${this.#path}: `;
    if (version === '') throw new UnreadableFile(`${told}it is no WXR file: its channel has no wp:wxr_version`);
    if (!VERSIONS.includes(version))
      throw new UnreadableFile(`${told}it is WXR ${version.slice(0, 20)}; ${VERSIONS.join(', ')} can be read`);
  }

  #addTerm(term: Term): void {
    const key = termKey(term.domain, term.slug);
    const known = this.#terms.get(key);
    if (!known || (term.isDeclared && !known.isDeclared)) this.#terms.set(key, term);
  }

  #addItem(item: Element): void {
    const type = textOf(item, 'wp:post_type');
    this.#offsets.learn(textOf(item, 'wp:post_date'), textOf(item, 'wp:post_date_gmt'));
    const metaOf = (key: string) => childrenOf(item, 'wp:postmeta').find((meta) => textOf(meta, 'wp:meta_key') === key);
    if (type === 'attachment') {
      const alt = metaOf('_wp_attachment_image_alt');
      this.#images.set(own(textOf(item, 'wp:post_id')), {
        url: own(textOf(item, 'wp:attachment_url') || textOf(item, 'guid')),
        alt: own(alt ? textOf(alt, 'wp:meta_value') : ''),
        caption: own(textOf(item, 'excerpt:encoded').slice(0, 5000)),
      });
    }
    if (type !== 'post' && !(type === 'page' && this.#takesPages)) return;
    const image = metaOf('_thumbnail_id');
    if (image) this.#wanted.add(own(textOf(image, 'wp:meta_value')));
    const login = own(textOf(item, 'dc:creator'));
    if (login !== '' && !findLogin(this.#logins, login))
      this.#logins.set(login, { login, id: '', email: '', name: login, line: item.line });
    for (const { attributes, text, line } of childrenOf(item, 'category')) {
      const { domain = '', nicename = '' } = attributes;
      if (!['category', 'post_tag', 'tag'].includes(domain) || nicename === '') continue;
      const named = domain === 'tag' ? 'post_tag' : domain;
      if (this.#terms.has(termKey(named, nicename))) continue;
      const parts = { domain: named, slug: nicename, name: text.trim() };
      this.#addTerm({ ...this.#ownTerm(parts), parent: '', description: '', isDeclared: false, line });
    }
  }

  #ownTerm({ domain, slug, name }: Pick<Term, 'domain' | 'slug' | 'name'>) {
    return { domain: own(domain), slug: own(slug), name: own(name) };
  }

  add(element: Element): void {
    const { name, line } = element;
    const parts = TERM_PARTS[name];
    if (name === 'item') {
      if (!this.#texts.has('wp:wxr_version')) this.checkVersion();
      this.#addItem(element);
    } else if (name === 'wp:author') {
      const login = loginOf(element);
      if (login.login !== '') this.#logins.set(login.login, login);
    } else if (parts) {
      const termName = textOf(element, parts.name);
      this.#addTerm({
        ...this.#ownTerm({
          domain: parts.domain ?? textOf(element, 'wp:term_taxonomy'),
          slug: textOf(element, parts.slug) || termName,
          name: termName || textOf(element, parts.slug),
        }),
        parent: parts.parent ? own(textOf(element, parts.parent)) : '',
        description: own(textOf(element, parts.about)),
        isDeclared: true,
        line,
      });
    } else if (!this.#texts.has(name)) this.#texts.set(name, { text: own(element.text.trim().slice(0, 5000)), line });
  }

  result(): Survey {
    this.checkVersion();
    const attachments = new Map<string, Attachment>();
    for (const id of this.#wanted) {
      const image = this.#images.get(id);
      if (image) attachments.set(id, image);
    }
    return {
      system: systemOf(this.#text('wp:base_blog_url'), this.#text('link'), this.#text('wp:base_site_url')),
      site: {
        title: this.#text('title'),
        description: this.#text('description'),
        url: this.#text('link') || this.#text('wp:base_blog_url'),
        language: this.#text('language'),
        line: this.#texts.get('title')?.line ?? 1,
      },
      logins: this.#logins,
      terms: this.#terms,
      attachments,
      offset: this.#offsets.usual,
    };
  }
}

/**
 * Walks through a file once, to its end. Throws `UnreadableFile` where it is not well-formed, is no WXR, or cannot be read.
 */
export const surveyWxr = async (
  path: string,
  takesPages: boolean,
  onRead: (bytes: number) => void,
): Promise<Survey> => {
  const gathering = new Gathering(path, takesPages);
  for await (const element of walkChannel(path, onRead)) gathering.add(element);
  return gathering.result();
};
