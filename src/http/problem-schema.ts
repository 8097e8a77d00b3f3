/** The schema of a problem, for the document. */
import { Type } from 'typebox';
import { PROBLEMS } from './problem.ts';
import { component, oneOf } from './schema.ts';

const FaultSchema = component(
  'Fault',
  Type.Object(
    {
      in: oneOf(['body', 'query', 'path', 'header'], { description: 'The part of the request' }),
      pointer: Type.Optional(Type.String({ description: 'For the body: a JSON pointer (RFC 6901)' })),
      name: Type.Optional(Type.String({ description: 'For the other parts: the name of the parameter' })),
      code: Type.String({ description: 'What is wrong, for programs' }),
      detail: Type.String({ description: 'What is wrong, for people' }),
    },
    {
      description: 'One fault of a refused request',
      examples: [{ in: 'query', name: 'colour', code: 'unknown-field', detail: 'colour is not known here' }],
    },
  ),
);

/** Every refusal, RFC 9457. */
export const Problem = component(
  'Problem',
  Type.Object(
    {
      type: Type.String({ description: 'Where the code is explained' }),
      title: Type.String({ description: 'The code in words' }),
      status: Type.Integer({ description: 'The HTTP status' }),
      detail: Type.String({ description: 'What is wrong with this request' }),
      instance: Type.String({ description: 'The path that was asked' }),
      code: oneOf(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[], { description: 'The kind of refusal' }),
      requestId: Type.String({ description: 'The id under which this request is logged' }),
      errors: Type.Optional(Type.Array(FaultSchema, { description: 'Every fault of the level that failed' })),
      suggestion: Type.Optional(Type.String({ description: 'With `slug-taken`: a slug that is free' })),
      currentVersion: Type.Optional(Type.Integer({ description: 'With `version-mismatch`: the stored version' })),
      changedFields: Type.Optional(
        Type.Array(Type.String(), {
          description: 'With `version-mismatch`: the fields that others have changed since',
        }),
      ),
    },
    {
      description: 'A refusal, by RFC 9457',
      examples: [
        {
          type: '/problems/not-found',
          title: 'There is nothing here',
          status: 404,
          detail: 'There is no article 7',
          instance: '/v1/articles/7',
          code: 'not-found',
          requestId: '8c1a6f0e',
        },
      ],
    },
  ),
);
