/** What passes through the door at which the comments of somebody are erased. */
import { Type } from 'typebox';
import { answer, door } from '../../http/door.ts';
import { closed, component, Email, Id, Moment, oneOf } from '../../http/schema.ts';

const EraseComments = component(
  'EraseComments',
  closed(
    {
      authorEmail: Email({ description: 'Whose comments: the email they were posted with, in small or great letters' }),
      mode: oneOf(['delete', 'anonymise'], {
        description:
          '`delete`: they go for good, an empty place staying where others have replied; `anonymise`: their text stays, ' +
          'and nobody knows any more whose it is',
      }),
    },
    {
      description: 'Whose comments are erased, and how',
      examples: [{ authorEmail: 'grace@mail.example', mode: 'anonymise' }],
    },
  ),
);

const CommentErasure = component(
  'CommentErasure',
  Type.Object(
    {
      id: Id(),
      mode: oneOf(['delete', 'anonymise']),
      at: Moment({ description: 'When it was done' }),
      commentCount: Type.Integer({ description: 'How many comments were erased, of any status' }),
      articleIds: Type.Array(Id(), { description: 'The articles they were posted to, in the order of their ids' }),
    },
    {
      description: 'What was erased, to answer whoever asked for it; it is kept, and does not tell the email',
      examples: [{ id: 3, mode: 'anonymise', at: '2026-11-22T07:00:00.000Z', commentCount: 4, articleIds: [7, 12] }],
    },
  ),
);

export const eraseCommentsDoor = door({
  tag: 'Comments',
  access: 'delete permanently',
  operationId: 'eraseComments',
  summary: 'Erase all comments of an email, for a data request',
  description:
    'All of them or none, of any status and of staff too. The report tells what was done, and not whose they were.',
  body: EraseComments,
  answers: { 200: answer('What was erased', CommentErasure) },
});
