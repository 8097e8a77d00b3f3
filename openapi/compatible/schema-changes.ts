/**
 * Which change of a schema breaks a client. What is sent must be taken as before, so nothing there may become narrower;
 * what is answered must be understood as before, so nothing there may become wider: but for what the contract calls
 * evolution, new fields and new members of enumerations.
 */

export type Direction = 'sent' | 'answered';

/** A change at a place of a document; `before` and `after` are what stood and stands there. */
export type Change = { action: 'add' | 'remove' | 'replace' | 'rename'; before?: unknown; after?: unknown };

/** What becomes of the values that fit: `same` is harmless wherever it stands, `other` nowhere. */
type Effect = 'narrower' | 'wider' | 'same' | 'other';
type Rule = (change: Change) => Effect;

const opposite: Record<Effect, Effect> = { narrower: 'wider', wider: 'narrower', same: 'same', other: 'other' };

/** A keyword that holds values to something: with it fewer fit. */
const constraint: Rule = ({ action }) => {
  if (action === 'add') return 'narrower';
  return action === 'remove' ? 'wider' : 'other';
};

/** One more of several possibilities: with it more fit. */
const possibility: Rule = (change) => opposite[constraint(change)];

const lowerBound: Rule = (change) => {
  if (change.action !== 'replace') return constraint(change);
  return Number(change.after) > Number(change.before) ? 'narrower' : 'wider';
};

const upperBound: Rule = (change) => (change.action === 'replace' ? opposite[lowerBound(change)] : constraint(change));

/** A switch that is off where it is absent. */
const switched: Rule = ({ after }) => (after === true ? 'narrower' : 'wider');

/** `false` is the narrowest that may stand there. */
const rest: Rule = (change) => {
  if (change.after === false) return 'narrower';
  return change.before === false ? 'wider' : constraint(change);
};

const typesOf = (type: unknown): unknown[] =>
  [type].flat().flatMap((name) => (name === 'number' ? ['number', 'integer'] : [name]));

const type: Rule = (change) => {
  if (change.action !== 'replace') return constraint(change);
  const [before, after] = [typesOf(change.before), typesOf(change.after)];
  if (after.every((name) => before.includes(name))) return 'narrower';
  return before.every((name) => after.includes(name)) ? 'wider' : 'other';
};

/** What is added is evolution, whether it is sent or answered; what goes away is missed. */
const evolving: Rule = ({ action }) => (action === 'add' ? 'same' : 'other');

const ruled = (rule: Rule, keywords: string): Record<string, Rule> =>
  Object.fromEntries(keywords.split(' ').map((keyword) => [keyword, rule]));

/** A rule a keyword; a keyword that has none is taken for a break. */
const RULES: Record<string, Rule> = {
  ...ruled(lowerBound, 'minimum exclusiveMinimum minLength minItems minProperties'),
  ...ruled(upperBound, 'maximum exclusiveMaximum maxLength maxItems maxProperties'),
  ...ruled(constraint, 'pattern format const multipleOf items not propertyNames required allOf anyOf oneOf'),
  ...ruled(evolving, 'properties enum'),
  ...ruled(() => 'same', 'description title examples example deprecated $comment externalDocs'),
  uniqueItems: switched,
  additionalProperties: rest,
  type,
};

/** Rules of a member of a list, where they are others than those of the whole. */
const MEMBERS: Record<string, Rule> = { anyOf: possibility, oneOf: possibility, type: possibility };

/** Keywords that hold schemas by name or number, and those that are one. */
const HOLDERS = new Set(['properties', 'patternProperties', '$defs', 'anyOf', 'oneOf', 'allOf', 'prefixItems']);
const NESTED = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames']);

/** The keyword that a path within a schema leads to, and whether it leads to a member of it. */
const keywordAt = ([keyword = '', ...path]: string[]): { keyword: string; isMember: boolean } => {
  if (HOLDERS.has(keyword) && path.length > 1) return keywordAt(path.slice(1));
  if (NESTED.has(keyword) && path.length > 0) return keywordAt(path);
  return { keyword, isMember: path.length > 0 };
};

/** Whether a change breaks a client; `path` is that within the schema. An enumeration that begins or ends is to be told as one change. */
export const breaksSchema = (path: string[], direction: Direction, change: Change): boolean => {
  const { keyword, isMember } = keywordAt(path);
  if (keyword.startsWith('x-')) return false;
  // A default is what happens to those who send nothing; in answers there is none.
  if (keyword === 'default') return direction === 'sent' && change.action !== 'add';
  const isWhole = keyword === 'enum' && !isMember;
  const rule = isWhole ? constraint : ((isMember ? MEMBERS[keyword] : undefined) ?? RULES[keyword]);
  const effect = rule?.(change) ?? 'other';
  return effect === 'other' || effect === (direction === 'sent' ? 'narrower' : 'wider');
};
