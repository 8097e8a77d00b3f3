/** What Ajv found, as the faults a caller reads: one for each cause, each with its place, a code and a sentence. */
import type { ErrorObject } from 'ajv';
import type { Fault } from '../core/errors.ts';
import { FORMAT_WORDS, PATTERN_WORDS } from './formats.ts';
import { pointerStep } from './json-shape.ts';

/** The keywords of JSON Schema, as the codes of faults. */
const CODES: Record<string, string> = {
  additionalProperties: 'unknown-field',
  required: 'required',
  type: 'wrong-type',
  minLength: 'too-short',
  maxLength: 'too-long',
  minimum: 'too-small',
  maximum: 'too-large',
  minItems: 'too-few',
  maxItems: 'too-many',
  minProperties: 'too-few',
  uniqueItems: 'not-unique',
  pattern: 'wrong-pattern',
  format: 'wrong-format',
  enum: 'not-allowed',
  repeated: 'repeated',
  unplain: 'wrong-format',
};

const TYPE_WORDS: Record<string, string> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** Names and pointers come from the caller; what is told of them ends here. */
const LONGEST_NAME = 200;
const shorten = (text: string) =>
  text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…`.toWellFormed() : text;

const some = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

const typesOf = ({ params }: ErrorObject): string[] => [params.type].flat();

/** Ajv's own remarks about combinators say nothing that the faults inside them do not. */
const COMBINATORS = ['if', 'anyOf', 'oneOf', 'not'];

/** Keywords that say nothing more once another has failed at the same place. */
const FOLLOWS: Record<string, readonly string[]> = {
  type: ['enum', 'pattern', 'format', 'minLength'],
  minLength: ['pattern', 'format', 'enum'],
  pattern: ['format'],
};

/**
 * The faults of alternatives (`anyOf`) at one place: where a branch fails inside, or by more than its type, that branch
 * was meant, and the others are silent; where all fail by type, one fault names all types.
 */
const chooseBranch = (errors: ErrorObject[], { instancePath }: ErrorObject): ErrorObject[] => {
  const isTypeHere = (error: ErrorObject) => error.keyword === 'type' && error.instancePath === instancePath;
  const isInside = ({ instancePath: path }: ErrorObject) =>
    path === instancePath || path.startsWith(`${instancePath}/`);
  const [first, ...others] = errors.filter(isTypeHere);
  if (!first) return errors;
  const meant = errors.some((error) => isInside(error) && !isTypeHere(error) && !COMBINATORS.includes(error.keyword));
  const all = { ...first, params: { type: [first, ...others].flatMap(typesOf) } };
  return errors.flatMap((error) => (error === first && !meant ? all : isTypeHere(error) ? [] : error));
};

/** More of Ajv's errors than 50 faults can come of. */
const MOST_ERRORS = 500;

/** One error for each cause. */
const causes = (errors: ErrorObject[]): ErrorObject[] => {
  const bounded = errors.slice(0, MOST_ERRORS);
  const chosen = bounded.filter(({ keyword }) => keyword === 'anyOf').reduce(chooseBranch, bounded);
  return chosen.filter(
    ({ keyword, instancePath }) =>
      !COMBINATORS.includes(keyword) &&
      !chosen.some((other) => other.instancePath === instancePath && FOLLOWS[other.keyword]?.includes(keyword)),
  );
};

/** The field a fault is about: the pointer of its value, or of the member that is missing or too much. */
const pointerOf = ({ keyword, instancePath, params }: ErrorObject): string => {
  if (keyword === 'additionalProperties') return instancePath + pointerStep(params.additionalProperty);
  if (keyword === 'required') return instancePath + pointerStep(params.missingProperty);
  return instancePath;
};

/** Whether a member that the schema does not take is one that Galley answers and nobody sends. */
const isReadOnly = ({ keyword, params, parentSchema }: ErrorObject): boolean =>
  keyword === 'additionalProperties' &&
  ((parentSchema?.['x-read-only'] ?? []) as string[]).includes(params.additionalProperty);

/** What is wrong, to stand behind the name of the field. */
const saying = (error: ErrorObject): string => {
  const { keyword, params, message } = error;
  switch (keyword) {
    case 'additionalProperties':
      return isReadOnly(error) ? 'is read-only' : 'is not known here';
    case 'required':
      return 'is required';
    case 'type':
      return `must be ${typesOf(error)
        .map((type) => TYPE_WORDS[type] ?? type)
        .join(' or ')}`;
    case 'enum':
      return `must be one of ${params.allowedValues.map((value: unknown) => JSON.stringify(value)).join(', ')}`;
    case 'minLength':
      return `must have at least ${some(params.limit, 'character')}`;
    case 'maxLength':
      return `must have at most ${some(params.limit, 'character')}`;
    case 'minItems':
      return `must have at least ${some(params.limit, 'value')}`;
    case 'maxItems':
      return `must have at most ${some(params.limit, 'value')}`;
    case 'minProperties':
      return `must have at least ${some(params.limit, 'member')}`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    case 'uniqueItems':
      return `must not have a value twice: values ${[params.i, params.j]
        .sort((a, b) => a - b)
        .map((i) => i + 1)
        .join(' and ')} are equal`;
    case 'pattern':
      return PATTERN_WORDS[params.pattern] ?? `must be of the form ${params.pattern}`;
    case 'format':
      return FORMAT_WORDS[params.format] ?? `must be of the format ${params.format}`;
    default:
      return message ?? 'is not valid';
  }
};

const faultOf = (part: Fault['in'], error: ErrorObject): Fault => {
  const pointer = pointerOf(error);
  const path = shorten(pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'));
  const code = isReadOnly(error) ? 'read-only' : (CODES[error.keyword] ?? 'invalid');
  if (part === 'body') {
    return { in: part, pointer: shorten(pointer), code, detail: `${path || 'The body'} ${saying(error)}` };
  }
  const [name = '', place] = pointer
    .slice(1)
    .split('/')
    .map((step) => shorten(step.replaceAll('~1', '/').replaceAll('~0', '~')));
  const which = place === undefined ? name : `${name} (value ${Number(place) + 1})`;
  return { in: part, name, code, detail: `${which} ${saying(error)}` };
};

/** The faults of one part of a request, each once. */
export const faultsOf = (part: Fault['in'], errors: ErrorObject[]): Fault[] => [
  ...new Map(
    causes(errors)
      .map((error) => faultOf(part, error))
      .map((fault) => [`${fault.pointer ?? fault.name} ${fault.code}`, fault]),
  ).values(),
];
