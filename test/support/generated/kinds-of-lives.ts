/** The kinds of things that live: how each is made, where it is of use, and what its end is. */
import { type Galley, START } from '../app.ts';
import type { Json } from './document.ts';

export type Fields = Record<string, unknown>;

/** What the document leaves open of a life: how one is made that is sure to begin, who sees it, and what its end is. */
export type Life = {
  makes: string;
  edits?: string;
  path: string;
  /** What of it is not left to chance; `n` is another each time. */
  fixed: (n: number, galley: Galley) => Fields;
  /** A field, and a value of it that is another than any by chance. */
  other: (n: number) => [field: string, value: unknown];
  /** What does not change, so that it stays in sight. */
  kept: string[];
  /** The door at which it is of use, and the statuses there while it is in sight, and when not. */
  use: (made: Json, path: string) => { url: string; key?: string };
  out: number[];
  /** After a DELETE: it is gone, or an admin still reads it. */
  end: 'gone' | 'put away';
};

/** Of a test, whose clock stands still. */
export const YESTERDAY = new Date(Date.parse(START) - 86_400_000).toISOString();

export const LIVES: Life[] = [
  {
    ...{ makes: 'createArticle', edits: 'editArticle', path: '/v1/articles', out: [404, 410], end: 'put away' },
    fixed: (n, { authorId }) => ({
      ...{
        title: `Boats ${n}`,
        slug: null,
        body: 'Text.',
        status: 'published',
        publishedAt: YESTERDAY,
        unpublishAt: null,
      },
      ...{ authorIds: [authorId], tags: [], source: null, bodyFormat: 'markdown' },
    }),
    kept: ['status', 'publishedAt', 'unpublishAt', 'authorIds', 'body', 'slug'],
    other: (n) => ['title', `Ships ${n}`],
    use: (_, path) => ({ url: path }),
  },
  {
    ...{ makes: 'createAuthor', edits: 'editAuthor', path: '/v1/authors', out: [404], end: 'gone', kept: ['slug'] },
    fixed: () => ({ slug: null }),
    other: (n) => ['name', `Grace ${n}`],
    use: ({ slug }, path) => ({ url: `${path.replace(/\d+$/, 'by-slug')}/${slug}`, key: 'viewer' }),
  },
  {
    ...{ makes: 'createTag', edits: 'editTag', path: '/v1/tags', out: [404], end: 'gone', kept: ['slug', 'name'] },
    fixed: (n) => ({ name: `Tag ${n}`, slug: null }),
    other: (n) => ['name', `Ships ${n}`],
    use: ({ slug }, path) => ({ url: `${path.replace(/\d+$/, 'by-slug')}/${slug}`, key: 'viewer' }),
  },
  {
    ...{ makes: 'createKey', edits: 'editKey', path: '/v1/keys', out: [401], end: 'put away' },
    fixed: () => ({ role: 'editor', authorId: null, expiresAt: null }),
    kept: ['role', 'authorId', 'expiresAt'],
    other: (n) => ['name', `Another ${n}`],
    use: ({ secret }) => ({ url: '/v1/me', key: secret }),
  },
  {
    ...{ makes: 'createWebhook', edits: 'editWebhook', path: '/v1/webhooks', out: [404], end: 'gone', kept: [] },
    fixed: (n) => ({ url: `https://hooks.harbour.example/${n}` }),
    other: (n) => ['url', `https://hooks.harbour.example/another-${n}`],
    use: (_, path) => ({ url: `${path}/deliveries`, key: 'admin' }),
  },
  {
    ...{ makes: 'postComment', edits: 'editComment', path: '/v1/articles/1/comments', out: [404], end: 'put away' },
    fixed: (n) => ({
      authorName: `Guest ${n}`,
      authorEmail: `guest-${n}@mail.example`,
      parentId: null,
    }),
    kept: ['status'],
    other: (n) => ['authorName', `Another ${n}`],
    use: (_, path) => ({ url: path }),
  },
  {
    ...{ makes: 'createPreviewLink', path: '/v1/articles/1/preview-links', out: [404], end: 'gone', kept: [] },
    fixed: () => ({}),
    other: (n) => ['expiresIn', 2_000_000 + n],
    use: ({ token }) => ({ url: `/v1/previews/${token}` }),
  },
];
