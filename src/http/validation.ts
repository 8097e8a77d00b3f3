/** Checks requests against their schemas: strictly, without coercion, and naming every fault. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyError, FastifyRequest } from 'fastify';
import type { Fault } from '../core/errors.ts';
import { faultsOf } from './faults.ts';
import { FORMATS } from './formats.ts';
import { faultsOfBody } from './json-body.ts';
import { pointerStep } from './json-shape.ts';

type Schema = { type?: string | string[]; items?: Schema; properties?: Record<string, Schema> };
type Part = 'body' | 'params' | 'querystring' | 'headers';

const PARTS: readonly Part[] = ['params', 'body', 'querystring', 'headers'];
const WIRE_NAME: Record<Part, Fault['in']> = { body: 'body', params: 'path', querystring: 'query', headers: 'header' };
const CANONICAL_INTEGER = /^-?(?:0|[1-9][0-9]{0,15})$/;

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
  (addFormats as unknown as typeof addFormats.default)(ajv, ['email']); // its types are those of another module form
  for (const [name, { takes }] of Object.entries(FORMATS)) ajv.addFormat(name, takes);
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

const isPlain = (value: unknown): boolean => (Array.isArray(value) ? value.every(isPlainText) : isPlainText(value));

/** An error in the form of Ajv's. */
const ownError = (name: string, keyword: string, message: string): ErrorObject => ({
  keyword,
  instancePath: pointerStep(name),
  schemaPath: '',
  params: {},
  message,
});

/**
 * The fault of values that name text no engine keeps alike: NUL and lone surrogates. (The body is checked where it
 * is parsed.)
 */
const unplainFaults = (values: Record<string, unknown>): ErrorObject[] =>
  Object.entries(values)
    .filter(([, value]) => ![value].flat().every(isPlainText))
    .map(([name]) => ownError(name, 'unplain', 'must be well-formed Unicode without NUL'));

/** What the schema says of a field; a name that every object has, such as `constructor`, is none of its fields. */
const fieldOf = ({ properties }: Schema, name: string): Schema | undefined =>
  properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;

/** The faults of scalars that are given more than once. */
const repeatedFaults = (schema: Schema, values: Record<string, unknown>): ErrorObject[] =>
  Object.keys(values)
    .filter((name) => Array.isArray(values[name]) && fieldOf(schema, name) && !isList(fieldOf(schema, name)))
    .map((name) => ownError(name, 'repeated', 'must be given once'));

const isList = (schema: Schema | undefined) => typeOf(schema) === 'array';

const readerOf = (schema: Schema, check: ValidateFunction): ValidateFunction => {
  const validate = (data: Record<string, unknown>): boolean => {
    const isRepeated = Object.values(data).some(Array.isArray);
    const repeated = isRepeated ? repeatedFaults(schema, data) : [];
    for (const name in data) {
      const field = fieldOf(schema, name);
      data[name] = isList(field) ? readList(field as Schema, data[name]) : readText(field, data[name]);
    }
    if (!isRepeated && check(data) && Object.values(data).every(isPlain)) {
      (validate as ValidateFunction).errors = null;
      return true; // as nearly all are
    }
    const found = check(data) ? [] : (check.errors ?? []);
    const own = [...repeated, ...unplainFaults(data)];
    const isOwn = ({ instancePath }: ErrorObject) => own.some((error) => error.instancePath === instancePath);
    (validate as ValidateFunction).errors = [...own, ...found.filter((error) => !isOwn(error))];
    return found.length + own.length === 0;
  };
  return validate as unknown as ValidateFunction; // a plain function with `errors` is all that Fastify asks for
};

/** Whether a body is a file, by its schema or the one that it names. */
const isOfFile = (schema: unknown, shared: Record<string, unknown>): boolean => {
  const { $ref = '', format } = schema as { $ref?: string; format?: string };
  return (format ?? (shared[$ref.replace(/#$/, '')] as { format?: string } | undefined)?.format) === 'binary';
};

/** Builds Fastify's validators: one strict Ajv for all parts; path and query are read as canonical text first. */
export const buildValidator = (shared: Record<string, unknown>) => {
  const ajv = createAjv();
  ajv.addFormat('binary', true);
  for (const schema of Object.values(shared)) ajv.addSchema(schema as object);
  return ({ schema, httpPart }: { schema: unknown; httpPart?: string }): ValidateFunction => {
    if (isOfFile(schema, shared)) return (() => true) as unknown as ValidateFunction; // nobody reads a stream to judge it
    const check = ajv.compile(schema as object);
    return httpPart === 'body' || httpPart === 'headers' ? check : readerOf(schema as Schema, check);
  };
};

/** The validator of a part; that of a body may stand by its media type. */
const checkOf = (request: FastifyRequest, part: Part): ValidateFunction | undefined => {
  const found = request.getValidationFunction(part) as ValidateFunction | Record<string, ValidateFunction> | undefined;
  return typeof found === 'object' ? found[request.mediaType ?? ''] : found;
};

/**
 * Every fault of a request whose validation failed. Fastify stops at the first part with a fault; on this cold path the
 * parts after it are checked too.
 */
export const faultsOfRequest = (request: FastifyRequest, error: FastifyError): Fault[] => {
  const failed = error.validationContext as Part;
  const values: Record<Part, unknown> = {
    params: request.params,
    body: request.body,
    querystring: request.query,
    headers: request.headers,
  };
  const errorsOf = (part: Part): ErrorObject[] => {
    if (part === failed) return (error.validation ?? []) as ErrorObject[];
    if (PARTS.indexOf(part) < PARTS.indexOf(failed)) return [];
    const check = checkOf(request, part);
    return !check || check(values[part]) ? [] : ((check.errors ?? []) as ErrorObject[]);
  };
  const faults = PARTS.flatMap((part) => faultsOf(WIRE_NAME[part], errorsOf(part)));
  return [
    ...faults,
    ...faultsOfBody(request).filter(({ pointer }) => !faults.some((fault) => fault.pointer === pointer)),
  ];
};
