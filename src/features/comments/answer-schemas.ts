/** What comes out of the doors of comments. */
import { type Static, Type } from 'typebox';
import { listOf } from '../../http/pagination.ts';
import { component, Id, Moment, nullable } from '../../http/schema.ts';
import { HOLD_AT } from './moderation-rules.ts';
import { status } from './schemas.ts';
import { depth, inTree, RemovedComment, removedExample, replyCount } from './thread-schemas.ts';

const commentExample = {
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
};

const CommentModeration = component(
  'CommentModeration',
  Type.Object(
    {
      score: Type.Integer({ description: `What was found in it weighs so much; it waits from ${HOLD_AT}` }),
      reasons: Type.Array(
        Type.Object({
          code: Type.String({
            description: 'What it is, such as `all-moderated`, `first-time`, `links`, `word-list`, `withdrawn`',
          }),
          detail: Type.String({ description: 'The same in words' }),
        }),
      ),
    },
    {
      description: 'What was found in a comment when it was posted, or changed or withdrawn by its guest',
      examples: [{ score: 10, reasons: [{ code: 'links', detail: 'There are 2 links in it' }] }],
    },
  ),
);

const members = {
  id: Id(),
  version: Type.Integer({ description: 'From 1, one more with every stored change' }),
  articleId: Id({ description: 'The article it was posted to' }),
  parentId: nullable(Id({ description: 'The comment it replies to' })),
  depth,
  replyCount,
  authorName: Type.String({ description: 'Plain text: to be escaped in a page' }),
  authorUrl: nullable(Type.String({ description: 'An http or https address, for a link with rel="nofollow ugc"' })),
  isStaff: Type.Boolean({ description: 'Written with a key of the publication' }),
  html: Type.String({ description: 'The text, safe for a page' }),
  status,
  createdAt: Moment(),
  updatedAt: Moment(),
  body: Type.Optional(Type.String({ description: 'As it was sent; for editors' })),
  authorEmail: Type.Optional(nullable(Type.String({ description: 'For editors' }))),
  moderation: Type.Optional(CommentModeration),
};

export const Comment = component(
  'Comment',
  Type.Object({ ...members, ...inTree }, { description: 'What a reader says', examples: [commentExample] }),
);
export const CommentList = listOf('CommentList', Comment, 'Comments');

type InThread = Static<typeof Comment> | Static<typeof RemovedComment>;
component('ThreadEntry', {
  anyOf: [Comment, RemovedComment],
  description: 'What stands in a thread: a comment, or the place of one that was removed',
  examples: [{ ...commentExample, status: 'approved' }, removedExample],
});
export const ThreadEntry = Type.Unsafe<InThread>({ $ref: 'ThreadEntry#' });
export const ThreadList = listOf('ThreadList', ThreadEntry, 'What stands in threads');
export type ThreadList = Static<typeof ThreadList>;

const editToken = `glc_${'q3Vx9bT7mK2sYwZ5nR8dLhE4gJ6uA1cF0pXvBtQyWoI'}`;
export const PostedComment = component(
  'PostedComment',
  Type.Object(
    {
      ...members,
      editToken: nullable(
        Type.String({
          description: 'Changes or withdraws it, as `Comment-Token`; told this once, null where a request was repeated',
        }),
      ),
      editableUntil: nullable(Moment({ description: 'Until when' })),
    },
    {
      description: 'A comment, as whoever posted it is answered',
      examples: [{ ...commentExample, editToken, editableUntil: '2026-11-22T07:15:00.000Z' }],
    },
  ),
);
