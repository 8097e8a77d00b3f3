/** The changes of a document that break who built on it: `api-smart-diff` finds what is another, here it is judged. */
import { apiCompare } from 'api-smart-diff';
import { type Json, locate, valueAt } from './places.ts';
import { breaksSchema, type Change } from './schema-changes.ts';

type Found = Change & { path: string[] };
type Documents = { before: Json; after: Json };

/** Who may come in: each alternative of an operation, in words that can be compared. */
const waysIn = (document: Json, operation: string[]): string[] => {
  const security = valueAt(document, [...operation, 'security']) ?? valueAt(document, ['security']);
  const ways = Array.isArray(security) && security.length > 0 ? security : [{}];
  return ways.map((way) => JSON.stringify(way));
};

const closesWay = ({ before, after }: Documents, operation: string[]): boolean => {
  const open = waysIn(after, operation);
  return waysIn(before, operation).some((way) => !open.includes(way));
};

const isRequired = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'required' in value && value.required === true;

/** Of a parameter: only its words, and that it is deprecated, may change. */
const PARAMETER_IS = new Set(['name', 'in', 'style', 'explode', 'allowReserved', 'allowEmptyValue', 'content']);

const breaksParameter = ([, key, ...rest]: string[], change: Change): boolean => {
  if (key === undefined) return change.action !== 'add' || isRequired(change.after);
  if (key === 'schema') return breaksSchema(rest, 'sent', change);
  return key === 'required' ? change.after === true : PARAMETER_IS.has(key);
};

const breaksBody = ([key, type, schema, ...rest]: string[], change: Change): boolean => {
  if (key === undefined) return change.action !== 'add' || isRequired(change.after);
  if (key === 'required') return change.after === true;
  if (key !== 'content') return false;
  if (type === undefined || schema === undefined) return change.action !== 'add';
  return schema === 'schema' && breaksSchema(rest, 'sent', change);
};

/** Refusals may come and go; that something succeeds otherwise than before, nobody expects. */
const breaksAnswer = ([status, part, , key, ...rest]: string[], change: Change): boolean => {
  const code = Number(status);
  if (part === undefined) return change.action === 'add' ? code < 300 : code < 400;
  if (part !== 'headers' && part !== 'content') return false;
  if (key === undefined) return change.action !== 'add';
  if (key === 'required') return change.after !== true;
  return key === 'schema' && breaksSchema(rest, 'answered', change);
};

const breaksOperation = (documents: Documents, { path, ...change }: Found): boolean => {
  const [, , , part, ...rest] = path;
  switch (part) {
    case undefined:
      return change.action !== 'add';
    case 'operationId': // what generated functions are called
      return true;
    case 'security':
      return closesWay(documents, path.slice(0, 3));
    case 'parameters':
      return breaksParameter(rest, change);
    case 'requestBody':
      return breaksBody(rest, change);
    case 'responses':
      return breaksAnswer(rest, change);
    default:
      return false;
  }
};

/** Of components their names count, as generated types have them, and how one shows a key; the rest is judged where it is used. */
const breaksComponent = ({ path: [, kind, , ...rest], action }: Found): boolean => {
  if (kind === 'schemas') return rest.length === 0 && action !== 'add';
  return kind === 'securitySchemes' && action !== 'add' && rest[0] !== 'description';
};

const breaks = (documents: Documents, found: Found): boolean => {
  switch (found.path[0]) {
    case 'paths':
      return found.action === 'rename' || breaksOperation(documents, found);
    case 'components':
      return breaksComponent(found);
    case 'servers':
      return found.path.at(-1) === 'url' || found.path.length < 3;
    default:
      return false;
  }
};

/** The keyword that a path leads to a member of, by its number; a field may be called like a keyword. */
const listAt = (path: string[]): string | undefined =>
  path.at(-3) === 'properties' || !/^\d+$/.test(path.at(-1) ?? '') ? undefined : path.at(-2);

/** An enumeration that begins or ends is found as all of its members: it is one change, of the whole. */
const joinEnumeration = ({ before, after }: Documents, found: Found): Found => {
  if (listAt(found.path) !== 'enum') return found;
  const path = found.path.slice(0, -1);
  if (found.action === 'add' && valueAt(before, path) === undefined) return { ...found, path };
  if (found.action === 'remove' && valueAt(after, path) === undefined) return { ...found, path };
  return found;
};

const wordOf = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** A break: where it is, in words that last and that stand in the CHANGELOG, and what it is. */
export type Break = { place: string; what: string };

/** The path by which a change is called: that of a member by what it is, not by its number; that of a renamed path by its old name. */
const callPath = ({ path, action, before, after }: Found): string[] => {
  if (action === 'rename') return [...path, String(before)];
  const owner = listAt(path) ?? '';
  const value = action === 'add' ? after : before;
  if (['required', 'enum', 'type'].includes(owner)) return [...path.slice(0, -1), String(value)];
  const { name } = Object(value);
  return action === 'add' && owner === 'parameters' ? [...path.slice(0, -1), String(name)] : path;
};

const tell = ({ before, after }: Documents, found: Found): Break => {
  const { place, swapped } = locate(before, after, callPath(found));
  if (swapped) return { place, what: `${swapped.from} became ${swapped.to}` };
  if (found.action === 'add') return { place, what: `now there: ${wordOf(found.after)}` };
  if (found.action === 'remove') return { place, what: 'no longer there' };
  return { place, what: `${wordOf(found.before)} became ${wordOf(found.after)}` };
};

/** All breaking changes from one document to another; one of a component is told once, wherever it is used. */
export const breakingChanges = (before: Json, after: Json): Break[] => {
  const documents = { before, after };
  // It writes into what it compares.
  const broken = apiCompare(structuredClone(before), structuredClone(after))
    .diffs.map((diff): Found => joinEnumeration(documents, { ...diff, path: diff.path.map(String) }))
    .filter((found) => breaks(documents, found))
    .map((found) => tell(documents, found));
  return [...new Map(broken.map((one) => [`${one.place} ${one.what}`, one])).values()];
};
