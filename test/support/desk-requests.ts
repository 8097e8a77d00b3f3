/** Requests of the editor's desk, made by chance: versions, working copies, preview links, old slugs. */
import type { Role } from '../../src/core/access.ts';
import type { Asking, Known } from './requests.ts';
import type { Random } from './truth/random.ts';

/** What requests are made with. */
type With = {
  random: Random;
  known: Known;
  idOf: (things: { id: number }[]) => number | string;
  editing: () => Role | null;
  condition: (things: { etag: string }[]) => Record<string, string>;
  articleFields: () => Record<string, unknown>;
};
type Choice = [weight: number, make: () => Asking];

/** Reads and writes of the desk, each with how often it is made. */
export const deskRequests = ({ random, known, idOf, editing, condition, articleFields }: With) => {
  const { one, percent, below } = random;
  const article = () => `/v1/articles/${idOf(known.articles)}`;
  const version = () => (percent(95) ? 1 + below(5) : one([0, 99, 'x', '1e0']));
  const read = (url: () => string): (() => Asking) => {
    const roles: (Role | null)[] = ['editor', 'editor', 'viewer', 'author', 'admin', null];
    return () => ({ method: percent(4) ? 'HEAD' : 'GET', url: url(), role: one(roles) });
  };
  const copied = () => {
    const { slug, status, publishedAt, unpublishAt, translationKey, featured, commentPolicy, source, ...rest } =
      articleFields();
    const { contentUpdatedAt, ...content } = rest;
    return percent(4) ? { ...content, slug, status, featured } : content;
  };
  const writes: Choice[] = [
    [
      5,
      () => ({
        ...{ method: 'POST', url: `${article()}/revisions/${version()}/restore`, role: editing() },
        headers: condition(known.articles),
      }),
    ],
    [
      9,
      () => ({
        ...{ method: 'PATCH', url: `${article()}/working-copy`, role: editing(), body: copied() },
        headers: percent(15) ? { 'if-match': `"${below(4)}"` } : {},
      }),
    ],
    [4, () => ({ method: 'POST', url: `${article()}/working-copy/publish`, role: editing() })],
    [2, () => ({ method: 'DELETE', url: `${article()}/working-copy`, role: editing() })],
    [
      3,
      () => ({
        ...{ method: 'POST', url: `${article()}/preview-links`, role: editing() },
        body: one([undefined, {}, { expiresIn: 60 }, { expiresIn: 86_400 }, { expiresIn: 59 }, { expiresIn: '60' }]),
      }),
    ],
    [1, () => ({ method: 'DELETE', url: `${article()}/preview-links/${1 + below(5)}`, role: editing() })],
  ];
  const page = () => one(['', '', '?limit=1', '?limit=2&count=exact', '?page=1&limit=2', '?cursor=x']);
  const reads: Choice[] = [
    [5, read(() => `${article()}/revisions${page()}`)],
    [4, read(() => `${article()}/revisions/${version()}`)],
    [4, read(() => `${article()}/revisions/${version()}/diff${one(['', `?against=${version()}`])}`)],
    [4, read(() => `${article()}/working-copy`)],
    [2, read(() => `${article()}/preview-links${page()}`)],
    [4, read(() => `/v1/previews/${known.tokens.length > 0 && percent(95) ? one(known.tokens) : 'glp_none'}`)],
    [5, read(() => `/v1/articles/by-slug/slug-${below(40)}${one(['', '?include=related'])}`)],
    [3, read(() => `/v1/${one(['articles', 'tags', 'authors'])}/by-slug/${one(known.formerSlugs)}`)],
  ];
  return { writes, reads };
};
