/** The doors of working copies, said whole. */
import { Type } from 'typebox';
import { answer, door, ETAG, IfMatch, IfNoneMatch, noContent, patch } from '../../http/door.ts';
import { ARTICLE_BODY_LIMIT } from '../../http/json-body.ts';
import { ById, component, Moment } from '../../http/schema.ts';
import { Article, articleExample, articleMembers } from '../articles/answer-schemas.ts';
import { WorkingCopyPatch } from '../articles/schemas.ts';

const WorkingCopy = component(
  'WorkingCopy',
  Type.Object(
    {
      ...articleMembers,
      body: Type.String({ description: 'As it was sent' }),
      version: Type.Integer({ description: 'That of the copy; it goes on where the article had a copy before' }),
      updatedAt: Moment({ description: 'When the copy was last changed' }),
      articleVersion: Type.Integer({ description: 'The version of the live article the copy lies over' }),
      changedFields: Type.Array(Type.String(), { description: 'The fields in which it differs from the live article' }),
    },
    {
      description: 'A live article as it would be with the changes that wait for it',
      examples: [
        {
          ...articleExample,
          ...{ title: 'The harbour at dawn', body: 'The *first* boats are in.' },
          ...{ version: 2, articleVersion: 1, changedFields: ['title'] },
        },
      ],
    },
  ),
);

const desk = { tag: 'Articles', access: 'edit unpublished', params: ById } as const;
const writers = { ...desk, headers: IfMatch } as const;

const WHO = 'For those who may edit the article as it stands: a contributor’s key may not, once it is live.';

export const readWorkingCopyDoor = door({
  ...desk,
  operationId: 'readWorkingCopy',
  headers: IfNoneMatch,
  summary: 'Read the working copy of a live article',
  description:
    `The article as it would be, with the version of the copy. ${WHO}\n\n` +
    'Authors and tags that were deleted since they came into the copy are left out.',
  refusals: ['trashed', 'not-live', 'gone'],
  answers: { 200: answer('The article with the changes that wait for it', WorkingCopy, ETAG) },
});

export const editWorkingCopyDoor = door({
  ...writers,
  operationId: 'editWorkingCopy',
  summary: 'Change the working copy of a live article, or begin one',
  description:
    `A merge patch over what the copy shows; readers see nothing of it until the copy is published. ${WHO}\n\n` +
    'Its content alone can wait in a copy. Fields that are as in the live article again drop out of it. `If-Match` is ' +
    'about the version of the copy: `"0"` where there is none yet.',
  bodyLimit: ARTICLE_BODY_LIMIT,
  body: patch(WorkingCopyPatch),
  refusals: ['unknown-reference', 'not-publishable', 'unrenderable', 'trashed', 'not-live', 'gone'],
  answers: { 200: answer('The article with the changes that wait for it', WorkingCopy, ETAG) },
});

export const deleteWorkingCopyDoor = door({
  ...writers,
  operationId: 'deleteWorkingCopy',
  summary: 'Drop the working copy of an article, live or no longer',
  description: 'What is live stays as it is; what was written in the copy is gone.',
  refusals: ['trashed', 'gone'],
  answers: { 204: noContent('The changes are dropped; the article is as it was') },
});

export const publishWorkingCopyDoor = door({
  ...writers,
  operationId: 'publishWorkingCopy',
  summary: 'Make the working copy live',
  description:
    `The copy becomes the article, and is gone. ${WHO}\n\n` +
    '`If-Match` is about the version of the copy. Where others have changed the article in the same fields since those ' +
    'came into the copy, it is 412 with `changedFields`: send such a field as it is in the article, which takes it out of ' +
    'the copy, and then as it should be; or drop the copy. Tags that were deleted meanwhile are left out; an author that was ' +
    'is 422. A copy with other authors is published by editors.',
  refusals: ['unknown-reference', 'not-publishable', 'unrenderable', 'trashed', 'not-live', 'gone'],
  answers: { 200: answer('The article', Article, ETAG) },
});
