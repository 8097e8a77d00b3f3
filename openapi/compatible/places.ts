/** Where in a document something stands, by names that last: of components, operations, parameters and fields. */

/** JSON of any shape. */
export type Json = { [name: string]: Json } | Json[] | string | number | boolean | null | undefined;

const memberOf = (value: Json, name: string): Json =>
  typeof value === 'object' && value !== null ? (value as Record<string, Json>)[name] : undefined; // an array has its numbers as names

const isReference = (value: Json): value is { $ref: string } => typeof memberOf(value, '$ref') === 'string';

/** What stands at a step of a path, every reference followed; `component` is what the last reference names. */
type Step = { value: Json; component?: string | undefined };

/** The steps of a path, by their numbers; those that only the comparison sees are left out. */
const stepsOf = (document: Json, path: string[]): (Step | undefined)[] => {
  const steps: (Step | undefined)[] = [];
  let at = document;
  for (const [i, name] of path.entries()) {
    // A reference with a description beside it is compared as the first of an allOf, which nobody wrote.
    const isOfMade = path[i - 1] === 'allOf' && steps[i - 1] === undefined;
    if (isOfMade || (name === 'allOf' && memberOf(at, 'allOf') === undefined)) {
      steps.push(undefined);
      continue;
    }
    let value = memberOf(at, name);
    let component: string | undefined;
    while (isReference(value)) {
      const target = value.$ref.slice(2).split('/');
      if (target[1] === 'schemas') component = target[2];
      value = target.reduce(memberOf, document);
    }
    steps.push({ value, component });
    at = value;
  }
  return steps;
};

/** What stands at a path, every reference followed; undefined where there is nothing. */
export const valueAt = (document: Json, path: string[]): Json => stepsOf(document, path).at(-1)?.value;

/** Steps that say nothing to who reads where something stands. */
const SILENT = new Set(['paths', 'properties', 'content', 'schema', 'components', 'schemas']);

/** Whether a step is told, as it is the name of a field or header or says what is meant. */
const isTold = (name: string, owner: string | undefined): boolean =>
  owner === 'properties' || owner === 'headers' || !(SILENT.has(name) || name.includes('/'));

/** A place, and where another component stands there than before, those two. */
export type Located = { place: string; swapped?: { from: string; to: string } };

/**
 * How a place that both documents lead to is called: `NewComment authorUrl/maxLength`, `GET /v1/articles
 * parameters/limit/required`. Within a component it is called by the component, as that is where one would change it.
 */
export const locate = (before: Json, after: Json, path: string[]): Located => {
  const there = stepsOf(after, path);
  let [head, tail]: [string, string[]] = ['', []];
  const place = () => [head, tail.join('/')].filter(Boolean).join(' ');
  for (const [i, step] of stepsOf(before, path).entries()) {
    const name = path[i];
    if (step === undefined || name === undefined) continue;
    const { value, component } = step;
    const other = there[i]?.component;
    // Where a whole path is another, its parts stand nowhere in the later document.
    const isSame = other === component || there[i]?.value === undefined;
    if (path[0] === 'paths' && i === 1) head = name;
    else if (path[0] === 'paths' && i === 2) head = `${name.toUpperCase()} ${head}`;
    else if (path[0] === 'components' && i === 2) head = name;
    else if (component !== undefined && isSame && i < path.length - 1) [head, tail] = [component, []];
    else if (isTold(name, path[i - 1])) {
      const called = memberOf(value, 'name');
      tail.push(path[i - 1] === 'parameters' && typeof called === 'string' ? called : name);
    }
    if (component !== undefined && other !== undefined && other !== component) {
      return { place: place(), swapped: { from: component, to: other } };
    }
  }
  return { place: place() };
};
