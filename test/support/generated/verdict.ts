/** What the document and the contract say of a request before it is sent: at which level it fails, and by which faults. */
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { type Json, type Operation, type Parameter, resolveIn } from './document.ts';

/** A request as it goes over the wire. */
export type Sent = {
  operation: Operation;
  role: 'anonymous' | 'guest' | 'admin';
  path: Record<string, string>;
  query: [name: string, value: string][];
  headers: Record<string, string>;
  type: string | undefined;
  bytes: Buffer;
};

/** A place of a fault: `/title`, or the name of a parameter. */
export type Place = { in: string; at: string };

export type Verdict =
  | { level: 'sound' }
  /** It must be refused with this status; `places` are what the problem must name. */
  | { level: 'refused'; status: number; places: Place[] }
  /** The contract leaves open what comes of it. */
  | { level: 'open' };

const MOST = { depth: 64, values: 10_000, bytes: 4 * 1024 * 1024 };
const SLOW_BYTES = 1024 * 1024;

/** Filters of articles that ask for what is not public. */
const OF_KEYS = new Set(['status', 'trashed', 'mine', 'include']);

const refused = (status: number, places: Place[] = []): Verdict => ({ level: 'refused', status, places });

const isPlain = (text: string) => !text.includes('\0') && text.isWellFormed();

/** What holds for JSON at every door (contract, sections 1): depth, number of values, plain text, no `__proto__`. */
const generalFaults = (value: unknown): Place[] => {
  const places: Place[] = [];
  let values = 0;
  const walk = (each: unknown, at: string, depth: number): void => {
    values++;
    const isOpen = typeof each === 'object' && each !== null;
    if (depth + (isOpen ? 1 : 0) > MOST.depth) {
      places.push({ in: 'body', at: '' });
      return;
    }
    if (typeof each === 'string' && !isPlain(each)) places.push({ in: 'body', at });
    if (!isOpen) return;
    for (const [name, member] of Object.entries(each)) {
      if (!Array.isArray(each)) values++;
      const inside = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (name === '__proto__') places.push({ in: 'body', at: inside });
      if (!isPlain(name)) places.push({ in: 'body', at });
      walk(member, inside, depth + (isOpen ? 1 : 0));
    }
  };
  walk(value, '', 0);
  if (values > MOST.values) places.push({ in: 'body', at: '' });
  return places;
};

/** Numbers and truth as they stand in addresses: canonical, or they are text. */
const readText = ({ type }: Json, text: string): unknown => {
  if (type === 'integer') return /^-?(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  return text;
};

const typeOf = (given: string | undefined, { method, body }: Operation, isFile: boolean): 'fit' | 'unfit' | 'none' => {
  if (given === undefined) return 'none';
  const [type = '', ...parameters] = given
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (isFile) return body?.types.includes(type) ? 'fit' : 'unfit';
  const charset = parameters.find((part) => part.startsWith('charset='));
  const isJson = type === 'application/json' || (method === 'PATCH' && type === 'application/merge-patch+json');
  return isJson && (charset === undefined || charset === 'charset=utf-8') ? 'fit' : 'unfit';
};

/** Judges requests by a document. */
export const createJudge = (document: Json) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as typeof addFormats.default)(ajv); // its types are those of another module form
  const isKnown = (read: () => unknown) => {
    try {
      read();
      return true;
    } catch {
      return false;
    }
  };
  const isDateTime = fullFormats['date-time'] as { validate: (text: string) => boolean };
  // RFC 3339 as JSON Schema means it, with a T where Ajv takes a space as well; no leap seconds (contract, section 1).
  ajv.addFormat('date-time', (text: string) => isDateTime.validate(text) && !/[ \t\n]|:60/.test(text));
  ajv.addFormat('bcp47', (text: string) => isKnown(() => Intl.getCanonicalLocales(text)));
  ajv.addFormat('time-zone', (text: string) => isKnown(() => new Intl.DateTimeFormat('en', { timeZone: text })));
  ajv.addFormat('binary', true);
  ajv.addSchema({ $id: 'document', components: document.components });
  const compiled = new Map<unknown, ValidateFunction>();
  const validatorOf = (schema: Json): ValidateFunction => {
    const known = compiled.get(schema);
    if (known) return known;
    const validate = ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')),
    );
    compiled.set(schema, validate);
    return validate;
  };

  const parameterFaults = ({ operation, path, query, headers }: Sent): Place[] => {
    const valuesOf = ({ in: where, name }: Parameter): string[] => {
      if (where === 'query') return query.filter(([each]) => each === name).map(([, value]) => value);
      const value = where === 'path' ? path[name] : headers[name];
      return value === undefined ? [] : [value];
    };
    const faults = operation.parameters.flatMap((parameter): Place[] => {
      const { in: where, name, required, schema } = parameter;
      const texts = valuesOf(parameter);
      const place = { in: where, at: name };
      if (texts.length === 0) return required ? [place] : [];
      const isList = schema.type === 'array';
      if (texts.length > 1 && !isList) return [place];
      const parts = isList ? texts.flatMap((text) => text.split(',')) : texts;
      const values = parts.map((text) => readText(isList ? schema.items : schema, text));
      const isFit = parts.every(isPlain) && validatorOf(schema)(isList ? values : values[0]);
      return isFit ? [] : [place];
    });
    const isTold = (name: string) => operation.parameters.some((each) => each.in === 'query' && each.name === name);
    const unknown = query.filter(([name]) => !isTold(name)).map(([name]) => ({ in: 'query', at: name }));
    return [...faults, ...unknown];
  };

  const bodyFaults = ({ body }: Operation, value: unknown): Place[] => {
    const general = generalFaults(value);
    if (general.some(({ at }) => at === '')) return general.filter(({ at }) => at === ''); // decided before its schema is asked
    if (!body && value !== null && (typeof value !== 'object' || Array.isArray(value))) return [{ in: 'body', at: '' }];
    if (!body)
      return value === null ? [] : Object.keys(value as object).map((name) => ({ in: 'body', at: `/${name}` }));
    const validate = validatorOf(body.schema);
    if (validate(value)) return general;
    const places = (validate.errors ?? []).map(({ instancePath, keyword, params }) => {
      const member =
        keyword === 'required'
          ? params.missingProperty
          : keyword === 'additionalProperties'
            ? params.additionalProperty
            : undefined;
      return {
        in: 'body',
        at:
          member === undefined ? instancePath : `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      };
    });
    return [...general, ...places];
  };

  const isFileIn = (schema: Json): boolean => schema !== undefined && resolveIn(document)(schema).format === 'binary';

  /** What must become of a request that asks for nothing that is not there. */
  return (sent: Sent): Verdict => {
    const { operation, role, bytes, type, query } = sent;
    const { method, body, access } = operation;
    if (role === 'anonymous' && !access.everyone) return refused(401);
    // Filters that are for keys alone: 401 to others, as their descriptions say, whatever their value.
    if (role === 'anonymous' && operation.id === 'listArticles' && query.some(([name]) => OF_KEYS.has(name)))
      return { level: 'open' };
    const isRead = method === 'GET' || method === 'HEAD';
    const isFile = isFileIn(body?.schema);
    const fit = typeOf(type, operation, isFile);
    if (isRead && bytes.length > 0) return { level: 'open' };
    if (isFile && bytes.length > 0) {
      if (fit !== 'fit') return refused(415);
      const faults = parameterFaults(sent);
      return faults.length > 0 ? refused(400, faults) : { level: 'sound' };
    }
    if (bytes.length > 0) {
      if (bytes.length > MOST.bytes) return refused(413);
      if (bytes.length > SLOW_BYTES) return { level: 'open' }; // a door says itself how much it takes
      if (fit !== 'fit') return refused(415);
    } else if (fit === 'unfit') return { level: 'open' };
    const faults = parameterFaults(sent);
    if (bytes.length === 0) {
      if (body?.required) faults.push({ in: 'body', at: '' });
      return faults.length > 0 ? refused(400, faults) : { level: 'sound' };
    }
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      return refused(400);
    }
    const all = [...faults, ...bodyFaults(operation, value)];
    return all.length > 0 ? refused(400, all) : { level: 'sound' };
  };
};
