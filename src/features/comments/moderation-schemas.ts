/** What passes through the doors by which editors see what waits, and moderate many comments at once. */
import { type Static, Type } from 'typebox';
import { answer, door, IfNoneMatch, LIST_ETAG } from '../../http/door.ts';
import { closed, component, Id } from '../../http/schema.ts';
import { Comment } from './answer-schemas.ts';
import { editors } from './doors.ts';
import { status } from './schemas.ts';

const CommentModerating = component(
  'CommentModerating',
  closed(
    {
      ids: Type.Array(Id(), { minItems: 1, maxItems: 100, uniqueItems: true, description: 'The comments' }),
      status,
    },
    { description: 'What many comments become', examples: [{ ids: [11, 12], status: 'spam' }] },
  ),
);
export type Moderating = Static<typeof CommentModerating>;

const ModeratedComments = component(
  'ModeratedComments',
  Type.Object(
    { data: Type.Array(Comment) },
    { description: 'Comments, in the order of the ids', examples: [{ data: [] }] },
  ),
);

const CommentSummary = component(
  'CommentSummary',
  Type.Object(
    { pending: Type.Integer(), approved: Type.Integer(), spam: Type.Integer(), trash: Type.Integer() },
    {
      description: 'How many comments have each status',
      examples: [{ pending: 3, approved: 120, spam: 14, trash: 0 }],
    },
  ),
);

export const summarizeCommentsDoor = door({
  ...editors,
  headers: IfNoneMatch,
  operationId: 'summarizeComments',
  summary: 'Count the comments of each status',
  description: 'How much waits, for those who moderate.',
  answers: { 200: answer('The counts', CommentSummary, LIST_ETAG) },
});

export const moderateCommentsDoor = door({
  ...editors,
  operationId: 'moderateComments',
  summary: 'Give many comments a status, all or none',
  description: 'Those that have it already stay as they are.',
  body: CommentModerating,
  refusals: ['unknown-reference'],
  answers: { 200: answer('The comments', ModeratedComments) },
});
