/** What passes through the doors of comments. */
import { Type } from 'typebox';
import { COMMENT_STATUSES } from '../../core/statuses.ts';
import {
  answer,
  door,
  ETAG,
  IfMatch,
  IfNoneMatch,
  LIST_ETAG,
  linkOf,
  locationOf,
  noContent,
  patch,
} from '../../http/door.ts';
import { listOf, pageQuery } from '../../http/pagination.ts';
import {
  ById,
  closed,
  component,
  Email,
  FilledText,
  Id,
  Moment,
  nullable,
  oneOf,
  QueryList,
  Url,
} from '../../http/schema.ts';
import { HOLD_AT } from './moderation-rules.ts';
import { signatureFaults } from './rules.ts';

const body = FilledText(10_000, {
  description: 'Plain text with a small Markdown: emphasis, links, code, quotes, lists',
});
export const status = oneOf(COMMENT_STATUSES, { description: 'Everyone reads `approved` ones' });
const GIVEN = [
  ...['id', 'version', 'articleId', 'depth', 'replyCount', 'isStaff', 'html', 'createdAt', 'updatedAt'],
  'moderation',
];
/** What a guest cannot send, and what an editor cannot change, of the answered fields. */
const newReadOnly = { 'x-read-only': [...GIVEN, 'status'] };
const patchReadOnly = { 'x-read-only': [...GIVEN, 'parentId', 'authorName', 'authorEmail', 'authorUrl'] };

const NewComment = component(
  'NewComment',
  closed(
    {
      authorName: Type.Optional(FilledText(100, { description: 'Required without a key that has an author' })),
      authorEmail: Type.Optional(
        Email({ description: 'Required without a key that has an author; shown to editors alone, never public' }),
      ),
      authorUrl: Type.Optional(nullable(Url())),
      body,
    },
    {
      ...newReadOnly,
      description: 'A comment to be posted',
      examples: [{ authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'What a *night* that was.' }],
    },
  ),
);

const CommentPatch = component(
  'CommentPatch',
  closed(
    { body: Type.Optional(body), status: Type.Optional(status) },
    { ...patchReadOnly, description: 'A merge patch of a comment', examples: [{ status: 'approved' }] },
  ),
);

const CommentModeration = component(
  'CommentModeration',
  Type.Object(
    {
      score: Type.Integer({ description: `What was found in it weighs so much; it waits from ${HOLD_AT}` }),
      reasons: Type.Array(
        Type.Object({
          code: Type.String({ description: 'What it is, such as `all-moderated`, `first-time`, `links`, `word-list`' }),
          detail: Type.String({ description: 'The same in words' }),
        }),
      ),
    },
    {
      description: 'What was found in a comment when it was posted',
      examples: [{ score: 10, reasons: [{ code: 'links', detail: 'There are 2 links in it' }] }],
    },
  ),
);

export const Comment = component(
  'Comment',
  Type.Object(
    {
      id: Id(),
      version: Type.Integer({ description: 'From 1, one more with every stored change' }),
      articleId: Id({ description: 'The article it was posted to' }),
      parentId: nullable(Id({ description: 'The comment it replies to' })),
      depth: Type.Integer({ description: 'How deep in its thread, from 0' }),
      replyCount: Type.Integer({ description: 'Approved direct replies' }),
      authorName: Type.String(),
      authorUrl: nullable(Type.String()),
      isStaff: Type.Boolean({ description: 'Written with a key of the publication' }),
      html: Type.String({ description: 'The text, safe for a page' }),
      status,
      createdAt: Moment(),
      updatedAt: Moment(),
      body: Type.Optional(Type.String({ description: 'As it was sent; for editors' })),
      authorEmail: Type.Optional(nullable(Type.String({ description: 'For editors' }))),
      moderation: Type.Optional(CommentModeration),
    },
    {
      description: 'What a reader says',
      examples: [
        {
          id: 11,
          version: 1,
          articleId: 7,
          parentId: null,
          depth: 0,
          replyCount: 0,
          authorName: 'Grace',
          authorUrl: null,
          isStaff: false,
          html: '<p>What a <em>night</em> that was.</p>\n',
          status: 'pending',
          createdAt: '2026-11-22T07:00:00.000Z',
          updatedAt: '2026-11-22T07:00:00.000Z',
        },
      ],
    },
  ),
);
const CommentList = listOf('CommentList', Comment, 'Comments');

const everyone = { tag: 'Comments', access: 'read live', headers: IfNoneMatch } as const;
export const editors = { tag: 'Comments', access: 'moderate comments' } as const;

export const postCommentDoor = door({
  tag: 'Comments',
  access: 'post comment',
  rate: 'comment',
  operationId: 'postComment',
  judge: (body, caller) => (caller?.authorId == null ? signatureFaults(body) : []),
  summary: 'Post a comment to a live article',
  description:
    'A guest’s comment may wait for an editor, as the site has it; one with a key that has an author is approved at once.',
  params: ById,
  body: NewComment,
  refusals: ['comments-closed', 'unrenderable', 'duplicate-comment'],
  answers: { 201: answer('The new comment', Comment, { ...ETAG, ...locationOf('/v1/comments/11') }) },
});

export const listArticleCommentsDoor = door({
  ...everyone,
  operationId: 'listArticleComments',
  summary: 'List the approved comments of an article, oldest first',
  params: ById,
  querystring: closed({
    ...pageQuery,
    sort: Type.Optional(
      oneOf(['createdAt', '-createdAt'], { default: 'createdAt', description: 'The oldest first, or the newest' }),
    ),
  }),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Comments', CommentList, { ...LIST_ETAG, ...linkOf('/v1/articles/7/comments') }) },
});

export const listCommentsDoor = door({
  ...editors,
  headers: IfNoneMatch,
  operationId: 'listComments',
  summary: 'List comments of any status, newest first',
  querystring: closed({
    ...pageQuery,
    status: Type.Optional(QueryList(status, { description: 'Any of these', examples: [['pending', 'spam']] })),
    article: Type.Optional(Id({ description: 'Those of one article', examples: [7] })),
    sameGuestAs: Type.Optional(
      Id({ description: 'Those by the email of this comment, or from where it came', examples: [11] }),
    ),
  }),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Comments', CommentList, { ...LIST_ETAG, ...linkOf('/v1/comments') }) },
});

export const readCommentDoor = door({
  ...everyone,
  operationId: 'readComment',
  summary: 'Read one comment',
  params: ById,
  answers: { 200: answer('The comment', Comment, ETAG) },
});

export const editCommentDoor = door({
  ...editors,
  headers: IfMatch,
  operationId: 'editComment',
  summary: 'Change the text or status of a comment',
  params: ById,
  body: patch(CommentPatch),
  refusals: ['unrenderable'],
  answers: { 200: answer('The comment', Comment, ETAG) },
});

export const deleteCommentDoor = door({
  ...editors,
  headers: IfMatch,
  operationId: 'deleteComment',
  summary: 'Put a comment in the trash, or delete it for good',
  params: ById,
  querystring: closed({ permanent: Type.Optional(Type.Boolean({ description: 'For good; for admins' })) }),
  answers: { 204: noContent('It is no longer there') },
});
