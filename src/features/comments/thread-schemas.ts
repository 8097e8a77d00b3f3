/** What threads add to comments: how deep they stand, what stands below them, and what is left of those that were removed. */
import { Type } from 'typebox';
import { component, Id, Moment, nullable } from '../../http/schema.ts';
import { SHOWN_LEVELS, SHOWN_REPLIES } from './thread-rules.ts';

/** What a tree adds. Their type here is wider than that of the document: an entry's own would go in circles. */
export const inTree = {
  replies: Type.Optional(
    Type.Unsafe<object[]>({
      type: 'array',
      items: { $ref: 'ThreadEntry#' },
      description: `With \`view=tree\`: the first ${SHOWN_REPLIES} replies, oldest first; none are looked for below ${SHOWN_LEVELS} levels of them`,
    }),
  ),
  nextReplies: Type.Optional(
    nullable(
      Type.String({
        description:
          'With `view=tree`: the cursor with which `GET /v1/comments/{id}/replies` of this one goes on behind its `replies`; null: these are all',
      }),
    ),
  ),
};
export const depth = Type.Integer({ description: 'How deep in its thread, from 0' });
export const replyCount = Type.Integer({ description: 'Approved direct replies' });

export const removedExample = {
  ...{ id: 12, articleId: 7, parentId: null, depth: 0, replyCount: 1, removed: true },
  createdAt: '2026-11-22T07:00:00.000Z',
};
export const RemovedComment = component(
  'RemovedComment',
  Type.Object(
    {
      id: Id(),
      articleId: Id({ description: 'The article it was posted to' }),
      parentId: nullable(Id({ description: 'The comment it replied to' })),
      depth,
      replyCount,
      removed: Type.Literal(true, { description: 'Nobody reads it any more' }),
      createdAt: Moment(),
      ...inTree,
    },
    {
      description: 'The place of a comment that was removed, above the replies that are shown',
      examples: [removedExample],
    },
  ),
);
