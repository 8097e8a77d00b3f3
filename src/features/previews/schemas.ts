/** The doors of preview links and of the previews they lead to. */
import { Type } from 'typebox';
import { header } from '../../http/answer-headers.ts';
import { answer, door, ETAG, IfNoneMatch, LIST_ETAG, linkOf, locationOf, noContent } from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import { ById, closed, component, Id, Moment, nullable } from '../../http/schema.ts';
import { Article } from '../articles/answer-schemas.ts';

const desk = { tag: 'Articles', access: 'edit unpublished' } as const;

const token = `glp_${'AAAAAwAAAAcAAAGgCt3yAPV0Qm9f3cXkq2uJ5w7N1sRzLhEo8bTgYiKdMvPx'.padEnd(64, 'A')}`;
const linkExample = {
  id: 3,
  token,
  url: `https://harbour.example/preview?token=${token}`,
  expiresAt: '2026-11-29T07:00:00.000Z',
  createdAt: '2026-11-22T07:00:00.000Z',
};
const PreviewLink = component(
  'PreviewLink',
  Type.Object(
    {
      id: Id(),
      token: nullable(Type.String({ description: 'What opens the preview; null where a request was repeated' })),
      url: nullable(
        Type.String({
          description:
            'Where it is shown, by the setting PREVIEW_URL; else where this API answers it, by PUBLIC_URL or as the ' +
            'process knows itself; null with the token',
        }),
      ),
      expiresAt: Moment({ description: 'When it ceases to open anything' }),
      createdAt: Moment({ description: 'When it was made' }),
    },
    { description: 'A link to the preview of one article: whoever has it may read that', examples: [linkExample] },
  ),
);
const PreviewLinkList = listOf('PreviewLinkList', PreviewLink, 'Preview links, the newest first');

const NewPreviewLink = component(
  'NewPreviewLink',
  closed(
    {
      expiresIn: Type.Optional(
        Type.Integer({ minimum: 60, maximum: 2_592_000, description: 'In seconds; a week unless said' }),
      ),
    },
    { 'x-read-only': Object.keys(linkExample), description: 'A link to be made', examples: [{ expiresIn: 86_400 }] },
  ),
);

export const createPreviewLinkDoor = door({
  ...desk,
  operationId: 'createPreviewLink',
  summary: 'Make a link to the preview of an article',
  description:
    'Whoever has the link reads this article as it would be, in any state but the trash: a draft, or what is live with ' +
    'its working copy, while the key that made the link may edit that. It opens nothing else, until it expires or is revoked.',
  params: ById,
  body: NewPreviewLink,
  optionalBody: true,
  refusals: ['trashed', 'gone'],
  answers: { 201: answer('The new link', PreviewLink, locationOf('/v1/articles/7/preview-links/3')) },
});

export const listPreviewLinksDoor = door({
  ...desk,
  operationId: 'listPreviewLinks',
  summary: 'List the preview links of an article, the newest first',
  description: 'Expired ones too; those that expired more than thirty days ago go when the next is made.',
  params: ById,
  querystring: closed(pageQuery),
  headers: IfNoneMatch,
  refusals: ['invalid-cursor', 'gone'],
  answers: {
    200: answer('Preview links', PreviewLinkList, { ...LIST_ETAG, ...linkOf('/v1/articles/7/preview-links') }),
  },
});

const ByLink = closed({
  id: Id({ description: 'The id of the article', examples: [7] }),
  linkId: Id({ description: 'The id of the link', examples: [3] }),
});

export const readPreviewLinkDoor = door({
  ...desk,
  operationId: 'readPreviewLink',
  summary: 'Read one preview link of an article',
  description: 'Its token and address once more, for those who may edit the article.',
  params: ByLink,
  headers: IfNoneMatch,
  refusals: ['gone'],
  answers: { 200: answer('The link', PreviewLink, LIST_ETAG) },
});

export const revokePreviewLinkDoor = door({
  ...desk,
  operationId: 'revokePreviewLink',
  summary: 'Revoke a preview link',
  description: 'Whoever holds it reads nothing by it from now on.',
  params: ByLink,
  refusals: ['gone'],
  answers: { 204: noContent('It opens nothing any more') },
});

/** Nobody keeps a preview, and no search engine lists it. */
export const PREVIEW_CONTROL = 'private, no-store';

export const readPreviewDoor = door({
  tag: 'Articles',
  operationId: 'readPreview',
  summary: 'Read an article by the token of a preview link',
  description:
    'The article as it would be, in whatever state it is; a live one with its working copy. Without `body`, `source`, ' +
    '`deletedAt` and internal tags. A key changes nothing. Unknown and revoked tokens, and those of what is in the trash, ' +
    'are 404; expired ones are 410.',
  params: closed({
    // Any text may be asked for; what is no token is simply not found.
    token: Type.String({
      minLength: 1,
      maxLength: 2400,
      description: 'The token of a preview link',
      examples: [token],
    }),
  }),
  headers: IfNoneMatch,
  cacheControl: PREVIEW_CONTROL,
  refusals: ['gone'],
  answers: {
    200: answer('The article as it would be', Article, {
      ...ETAG,
      'X-Robots-Tag': header('Robots', 40, { description: 'Search engines leave it out', examples: ['noindex'] }),
      'Referrer-Policy': header('Referrer', 40, {
        description: 'Its address is told to nobody',
        examples: ['no-referrer'],
      }),
    }),
  },
});
