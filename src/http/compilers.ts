/** How Fastify turns schemas into validators and serialisers: one of each a schema, however many doors share it. */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { buildValidator } from './validation.ts';

type Described = { schema?: unknown; httpPart?: string };

/**
 * Fastify compiles for every part and every status of every door. Most of those schemas are alike (the same problem,
 * the same id in a path), and compiling them anew was more than half of the time of a start.
 */
const oncePerSchema = <T>(compile: (described: Described) => T): ((described: Described) => T) => {
  const compiled = new Map<string, T>();
  return (described) => {
    const key = `${described.httpPart} ${JSON.stringify(described.schema)}`;
    const result = compiled.get(key) ?? compile(described);
    compiled.set(key, result);
    return result;
  };
};

type Shared = Record<string, unknown>;

const areTheSame = (one: Shared, other: Shared): boolean => {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
};

/** One compiler for the same shared schemas, so that the apps of a process (a test has one each) compile them once. */
const oncePerShared = <T>(build: (shared: Shared) => (described: Described) => T) => {
  const built = new Map<string, (described: Described) => T>();
  let last: { shared: Shared; compiler: (described: Described) => T } | undefined;
  return (shared: Shared) => {
    if (last && areTheSame(last.shared, shared)) return last.compiler; // Fastify asks anew for every door of an app
    const key = JSON.stringify(shared);
    const compiler = built.get(key) ?? oncePerSchema(build(shared));
    built.set(key, compiler);
    last = { shared, compiler };
    return compiler;
  };
};

/** The compilers for Fastify's `schemaController`. The cast: its types are for Ajv's own compiler alone. */
export const compilersFactory = {
  buildValidator: oncePerShared((shared) => buildValidator(shared) as (described: Described) => unknown),
  buildSerializer: oncePerShared((shared) => SerializerSelector()(shared) as (described: Described) => unknown),
} as never;
