/** What passes through the doors of comments. */
import { type Static, Type } from 'typebox';
import { LONGEST_QUERY } from '../../core/search-query.ts';
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
  components,
  Email,
  FilledText,
  Id,
  Moment,
  nullable,
  oneOf,
  QueryList,
  Url,
} from '../../http/schema.ts';
import { signatureFaults } from './rules.ts';
import { DEEPEST, SHOWN_REPLIES, VIEWS } from './thread-rules.ts';
import { depth, inTree, RemovedComment, removedExample, replyCount } from './thread-schemas.ts';

const body = FilledText(10_000, {
  description: 'Plain text with a small Markdown: emphasis, links, code, quotes, lists',
});
const status = oneOf(COMMENT_STATUSES, { description: 'Everyone reads `approved` ones' });
const GIVEN = ['id', 'version', 'articleId', 'depth', 'replyCount', 'isStaff', 'html', 'createdAt', 'updatedAt'];
/** What a guest cannot send, and what an editor cannot change, of the answered fields. */
const newReadOnly = { 'x-read-only': [...GIVEN, 'status'] };
const patchReadOnly = { 'x-read-only': [...GIVEN, 'parentId', 'authorName', 'authorEmail', 'authorUrl'] };

const NewComment = component(
  'NewComment',
  closed(
    {
      authorName: Type.Optional(
        FilledText(100, { description: 'Shown with the comment. Required without a key that has an author' }),
      ),
      authorEmail: Type.Optional(
        Email({
          description: 'The email address will not be published: editors alone are shown it. Required alike',
        }),
      ),
      authorUrl: Type.Optional(
        nullable(Url({ description: 'The absolute http or https address of a page of theirs, shown with the name' })),
      ),
      body,
      parentId: Type.Optional(
        nullable(
          Id({
            description: `The comment it replies to: an approved one of this article. Threads are ${DEEPEST} levels deep; a reply to a comment there stands beside it`,
          }),
        ),
      ),
    },
    {
      ...newReadOnly,
      description: 'A comment to be posted',
      examples: [{ authorName: 'Grace', authorEmail: 'grace@mail.example', body: 'What a *night* that was.' }],
    },
  ),
);

const editToken = `glc_${'q3Vx9bT7mK2sYwZ5nR8dLhE4gJ6uA1cF0pXvBtQyWoI'}`;

const CommentPatch = component(
  'CommentPatch',
  closed(
    { body: Type.Optional(body), status: Type.Optional(status) },
    { ...patchReadOnly, description: 'A merge patch of a comment', examples: [{ status: 'approved' }] },
  ),
);

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
const Comment = component(
  'Comment',
  Type.Object(
    {
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
      ...inTree,
    },
    {
      description: 'What a reader says',
      examples: [commentExample],
    },
  ),
);
const CommentList = listOf('CommentList', Comment, 'Comments');

type InThread = Static<typeof Comment> | Static<typeof RemovedComment>;
component('ThreadEntry', {
  anyOf: [Comment, RemovedComment],
  description: 'What stands in a thread: a comment, or the place of one that was removed',
  examples: [{ ...commentExample, status: 'approved' }, removedExample],
});
const ThreadEntry = Type.Unsafe<InThread>({ $ref: 'ThreadEntry#' });
const ThreadList = listOf('ThreadList', ThreadEntry, 'What stands in threads');
export type ThreadList = Static<typeof ThreadList>;

/** What a comment is declared as: it was, just now, as an object with an example. */
const declared = components.get('Comment') as Type.TObject & { examples: [object] };
const PostedComment = component(
  'PostedComment',
  Type.Unsafe<Static<typeof Comment> & { editToken: string | null; editableUntil: string | null }>(
    Type.Object(
      {
        ...declared.properties,
        editToken: nullable(
          Type.String({
            description:
              'Changes or withdraws it, as `Comment-Token`; told this once, null where a request was repeated',
          }),
        ),
        editableUntil: nullable(Moment({ description: 'Until when' })),
      },
      {
        description: 'A comment, as whoever posted it is answered',
        examples: [{ ...declared.examples[0], editToken, editableUntil: '2026-11-22T07:15:00.000Z' }],
      },
    ),
  ),
);

const everyone = { tag: 'Comments', access: 'read live', headers: IfNoneMatch } as const;
const editors = { tag: 'Comments', access: 'moderate comments' } as const;

export const postCommentDoor = door({
  tag: 'Comments',
  access: 'post comment',
  rate: 'comment',
  operationId: 'postComment',
  judge: (body, caller) => (caller?.authorId == null ? signatureFaults(body) : []),
  summary: 'Post a comment to a live article',
  description:
    'A guest’s comment waits for an editor; one with a key that has an author is approved at once. Whoever posted it may ' +
    'change or withdraw it until `editableUntil`, by the `editToken` of this answer.\n\n' +
    'What a form needs: it is shown where the article’s `commentsOpen` is true. A name (up to 100 characters), an email ' +
    'address (up to 254) and a text (up to 10,000) are required, the address of a page is optional. It may say that the ' +
    'email address will not be published. A 400 names every field that cannot be taken, by its pointer.',
  params: ById,
  body: NewComment,
  refusals: ['comments-closed', 'unrenderable', 'invalid-parent'],
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
  answers: { 200: answer('The comment', ThreadEntry, ETAG) },
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
