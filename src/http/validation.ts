/** Checks requests against their schemas: strictly, without coercion, and naming every fault. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyError, FastifyRequest } from 'fastify';
import type { Fault } from '../core/errors.ts';
import { parseMoment } from '../core/moment.ts';

type Schema = { type?: string | string[]; items?: Schema; properties?: Record<string, Schema> };
type Part = 'body' | 'params' | 'querystring' | 'headers';

const PARTS: readonly Part[] = ['params', 'body', 'querystring', 'headers'];
const WIRE_NAME: Record<Part, Fault['in']> = { body: 'body', params: 'path', querystring: 'query', headers: 'header' };
const CANONICAL_INTEGER = /^-?(?:0|[1-9][0-9]{0,15})$/;

/** The names of the keywords of JSON Schema, as the codes of faults. */
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
};

const isWebAddress = (text: string): boolean => {
  if (!/^https?:\/\//i.test(text) || /[\s<>"]/.test(text)) return false;
  return URL.canParse(text);
};

const isLanguage = (text: string): boolean => {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
};

const isTimeZone = (text: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
};

/** Ajv as all of Galley uses it: nothing removed, nothing coerced, formats as the contract means them. */
export const createAjv = (): Ajv => {
  const ajv = new Ajv({
    allErrors: true,
    removeAdditional: false,
    useDefaults: true,
    coerceTypes: false,
    strict: true,
    strictTypes: false,
    verbose: true,
    keywords: ['x-read-only', 'example'],
  });
  (addFormats as unknown as typeof addFormats.default)(ajv, ['email']);
  ajv.addFormat('uri', isWebAddress);
  ajv.addFormat('date-time', (text) => parseMoment(text) !== undefined);
  ajv.addFormat('bcp47', isLanguage);
  ajv.addFormat('time-zone', isTimeZone);
  return ajv;
};

const typeOf = (schema: Schema | undefined) => (Array.isArray(schema?.type) ? schema.type[0] : schema?.type);

/** Reads one value of a path or query by the type its schema names; what is not canonical stays text, and so is refused. */
const readText = (schema: Schema | undefined, text: unknown): unknown => {
  if (typeof text !== 'string') return text;
  switch (typeOf(schema)) {
    case 'integer':
      return CANONICAL_INTEGER.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    default:
      return text;
  }
};

/** `tag=a&tag=b` and `tag=a,b` mean the same. */
const readList = (schema: Schema, value: unknown): unknown =>
  [value]
    .flat()
    .flatMap((text) => (typeof text === 'string' ? text.split(',') : [text]))
    .map((text) => readText(schema.items, text));

const isPlainText = (text: unknown): boolean =>
  typeof text !== 'string' || (!text.includes('\0') && text.isWellFormed());

/**
 * The fault of values that name text no engine keeps alike: NUL and lone surrogates. (The body is checked where it
 * is parsed.)
 */
const unplainFaults = (values: Record<string, unknown>): ErrorObject[] =>
  Object.entries(values)
    .filter(([, value]) => ![value].flat().every(isPlainText))
    .map(([name]) => ({
      keyword: 'format',
      instancePath: `/${name}`,
      schemaPath: '',
      params: {},
      message: 'must be well-formed Unicode without NUL',
    }));

const readerOf = (schema: Schema, check: ValidateFunction): ValidateFunction => {
  const validate = (data: Record<string, unknown>): boolean => {
    for (const name of Object.keys(data)) {
      const field = schema.properties?.[name];
      data[name] = typeOf(field) === 'array' ? readList(field as Schema, data[name]) : readText(field, data[name]);
    }
    const valid = check(data) as boolean;
    const unplain = unplainFaults(data);
    (validate as ValidateFunction).errors = [...(valid ? [] : (check.errors ?? [])), ...unplain];
    return valid && unplain.length === 0;
  };
  return validate as unknown as ValidateFunction;
};

/** Builds Fastify's validators: one strict Ajv for all parts; path and query are read as canonical text first. */
export const buildValidator = (shared: Record<string, unknown>) => {
  const ajv = createAjv();
  for (const schema of Object.values(shared)) ajv.addSchema(schema as object);
  return ({ schema, httpPart }: { schema: unknown; httpPart?: string }): ValidateFunction => {
    const check = ajv.compile(schema as object);
    return httpPart === 'body' || httpPart === 'headers' ? check : readerOf(schema as Schema, check);
  };
};

const escapePointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The field a fault is about: the pointer of its value, or of the member that is missing or too much. */
const pointerOf = ({ keyword, instancePath, params }: ErrorObject): string => {
  if (keyword === 'additionalProperties') return `${instancePath}/${escapePointer(String(params.additionalProperty))}`;
  if (keyword === 'required') return `${instancePath}/${escapePointer(String(params.missingProperty))}`;
  return instancePath;
};

/** Whether a member that the schema does not take is one that Galley answers and nobody sends. */
const isReadOnly = ({ keyword, params, parentSchema }: ErrorObject): boolean =>
  keyword === 'additionalProperties' &&
  ((parentSchema?.['x-read-only'] ?? []) as string[]).includes(String(params.additionalProperty));

const detailOf = (fault: ErrorObject, name: string): string => {
  switch (fault.keyword) {
    case 'additionalProperties':
      return isReadOnly(fault) ? `${name} is read-only` : `${name} is not known here`;
    case 'required':
      return `${name} is required`;
    case 'enum':
      return `${name} must be one of ${(fault.params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return `${name || 'The body'} ${fault.message ?? 'is not valid'}`;
  }
};

const faultOf = (part: Part, error: ErrorObject): Fault => {
  const pointer = pointerOf(error);
  const name = pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  const code = isReadOnly(error) ? 'read-only' : (CODES[error.keyword] ?? 'invalid');
  const where = part === 'body' ? { pointer } : { name: name.split('/')[0] ?? '' };
  return { in: WIRE_NAME[part], ...where, code, detail: detailOf(error, name) };
};

/** Ajv's own remarks about combinators say nothing that the faults inside them do not. */
const isTelling = ({ keyword }: ErrorObject) => !['if', 'anyOf', 'oneOf', 'not'].includes(keyword);

const distinct = (faults: Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values(),
];

/**
 * Every fault of a request whose validation failed. Fastify stops at the first part with a fault; on this cold path the
 * parts after it are checked too.
 */
export const faultsOfRequest = (request: FastifyRequest, error: FastifyError): Fault[] => {
  const failed = error.validationContext === 'querystring' ? 'querystring' : (error.validationContext as Part);
  const faults = ((error.validation ?? []) as ErrorObject[]).map((fault) => [failed, fault] as const);
  const values: Record<Part, unknown> = {
    params: request.params,
    body: request.body,
    querystring: request.query,
    headers: request.headers,
  };
  for (const part of PARTS.slice(PARTS.indexOf(failed) + 1)) {
    const check = request.getValidationFunction(part);
    if (check && !check(values[part]))
      for (const fault of (check.errors ?? []) as ErrorObject[]) faults.push([part, fault]);
  }
  const telling = faults.filter(([, fault]) => isTelling(fault));
  return distinct((telling.length > 0 ? telling : faults).map(([part, fault]) => faultOf(part, fault)));
};

/** Every fault of a value that a schema of `createAjv` did not take, told as of a body. */
export const faultsOfBody = (errors: ErrorObject[]): Fault[] => {
  const telling = errors.filter(isTelling);
  return distinct((telling.length > 0 ? telling : errors).map((fault) => faultOf('body', fault)));
};
