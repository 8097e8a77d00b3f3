/** The doors of comments, each said whole. */
import { Type } from 'typebox';
import { LONGEST_QUERY } from '../../core/search-query.ts';
import { ENTRY_ETAG } from '../../http/answer-headers.ts';
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
import { pageQuery } from '../../http/pagination.ts';
import { ById, closed, Id, oneOf, QueryList } from '../../http/schema.ts';
import { Comment, CommentList, PostedComment, ThreadEntry, ThreadList } from './answer-schemas.ts';
import { signatureFaults } from './rules.ts';
import { CommentPatch, NewComment, status } from './schemas.ts';
import { SHOWN_REPLIES, VIEWS } from './thread-rules.ts';

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
    'A guest’s comment may wait for an editor, as the site has it; one with a key that has an author is approved at once. ' +
    'Whoever posted it may change or withdraw it until `editableUntil`, by the `editToken` of this answer.\n\n' +
    'What a form needs: it is shown where the article’s `commentsOpen` is true. A name (up to 100 characters), an email ' +
    'address (up to 254) and a text (up to 10,000) are required, the address of a page is optional. It may say that the ' +
    'email address will not be published. A 400 names every field that cannot be taken, by its pointer.',
  params: ById,
  body: NewComment,
  refusals: ['comments-closed', 'unrenderable', 'invalid-parent', 'duplicate-comment'],
  answers: { 201: answer('The new comment', PostedComment, { ...ETAG, ...locationOf('/v1/comments/11') }) },
});

export const listArticleCommentsDoor = door({
  ...everyone,
  operationId: 'listArticleComments',
  summary: 'List the approved comments of an article, oldest first',
  description:
    'With them the places of removed ones that were replied to. Whether they are flat or a tree, what has changed since ' +
    'a page was read moves none behind its cursor.',
  params: ById,
  querystring: closed({
    ...pageQuery,
    view: Type.Optional(
      oneOf(VIEWS, {
        default: 'flat',
        description:
          `One after the other; or a \`tree\`: those that reply to none, each with its first ${SHOWN_REPLIES} replies, oldest first, ` +
          'and these with theirs',
      }),
    ),
    sort: Type.Optional(
      oneOf(['createdAt', '-createdAt'], { default: 'createdAt', description: 'The oldest first, or the newest' }),
    ),
  }),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Comments', ThreadList, { ...LIST_ETAG, ...linkOf('/v1/articles/7/comments') }) },
});

export const listRepliesDoor = door({
  ...everyone,
  operationId: 'listReplies',
  summary: 'List the approved replies to a comment, oldest first',
  description: 'The direct ones, and the places of removed ones that were replied to.',
  params: ById,
  querystring: closed(pageQuery),
  refusals: ['invalid-cursor'],
  answers: { 200: answer('Replies', ThreadList, { ...LIST_ETAG, ...linkOf('/v1/comments/7/replies') }) },
});

export const listCommentsDoor = door({
  ...editors,
  headers: IfNoneMatch,
  operationId: 'listComments',
  summary: 'List comments of any status, newest first',
  description:
    'The queue of those who moderate: filtered by status, article or guest, and searched, each with why it waits.',
  querystring: closed({
    ...pageQuery,
    status: Type.Optional(QueryList(status, { description: 'Any of these', examples: [['pending', 'spam']] })),
    article: Type.Optional(Id({ description: 'Those of one article', examples: [7] })),
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: LONGEST_QUERY,
        description:
          'What is searched for in name and text, as it was typed: words, the last of which may be a beginning, ' +
          '`"phrases"`, `-not`. At most the newest 10,000 matches are listed and counted. Never an email, which ' +
          'must not stand in addresses',
        examples: ['harbour "at night" -fog'],
      }),
    ),
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
  description: 'Of a removed one above replies that are shown, its place.',
  answers: { 200: answer('The comment', ThreadEntry, ENTRY_ETAG) },
});

export const editCommentDoor = door({
  ...editors,
  token: 'comment-token',
  headers: IfMatch,
  operationId: 'editComment',
  summary: 'Change the text or status of a comment',
  description:
    'With a key of an editor, or with the `Comment-Token` of the comment, which changes its `body` alone, for 15 minutes: ' +
    'it is moderated anew then, and may have to wait again. In the trash or as spam it is no longer there for a token.',
  params: ById,
  body: patch(CommentPatch),
  refusals: ['unrenderable'],
  answers: { 200: answer('The comment', Comment, ETAG) },
});

export const deleteCommentDoor = door({
  ...editors,
  token: 'comment-token',
  headers: IfMatch,
  operationId: 'deleteComment',
  summary: 'Put a comment in the trash, or delete it for good',
  description:
    'With a key of an editor; or with the `Comment-Token` of the comment, which withdraws it, for 15 minutes.',
  params: ById,
  querystring: closed({ permanent: Type.Optional(Type.Boolean({ description: 'For good; for admins' })) }),
  answers: { 204: noContent('It is no longer there') },
});
