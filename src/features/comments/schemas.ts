/** What is sent to the doors of comments. */
import { Type } from 'typebox';
import { COMMENT_STATUSES } from '../../core/statuses.ts';
import { closed, component, Email, FilledText, Id, nullable, oneOf, Url } from '../../http/schema.ts';
import { DEEPEST } from './thread-rules.ts';

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

export const NewComment = component(
  'NewComment',
  closed(
    {
      authorName: Type.Optional(
        FilledText(100, { description: 'Shown with the comment. Required without a key that has an author' }),
      ),
      authorEmail: Type.Optional(
        Email({
          description: 'The email address will not be published: editors alone are shown it. Required as the name is',
        }),
      ),
      authorUrl: Type.Optional(
        nullable(Url({ description: 'The absolute http or https address of a page of theirs, shown with the name' })),
      ),
      body,
      parentId: Type.Optional(
        nullable(
          Id({
            description: `The comment it replies to: an approved one of this article. None stands deeper than ${DEEPEST}, counted from 0; a reply to one there stands beside it`,
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

export const CommentPatch = component(
  'CommentPatch',
  closed(
    { body: Type.Optional(body), status: Type.Optional(status) },
    { ...patchReadOnly, description: 'A merge patch of a comment', examples: [{ status: 'approved' }] },
  ),
);
