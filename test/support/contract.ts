/** Holds every answer to the OpenAPI document: its path, status, media type, headers and body. */

import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LightMyRequestResponse } from 'fastify';

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON of every shape
type Json = any;

const METHODS = ['get', 'post', 'patch', 'delete'];

/** Pages that the document does not describe: itself and its viewer. */
const UNDOCUMENTED = /^\/(?:docs|openapi\.(?:json|yaml))(?:\/|$)/;

/** Turns `/v1/articles/{id}` into what matches it; fixed paths come before those with parameters. */
const routesOf = (document: Json) =>
  Object.keys(document.paths)
    .map((template) => ({
      template,
      pattern: new RegExp(`^${template.replace(/[.+*?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    }))
    .sort((a, b) => a.template.split('{').length - b.template.split('{').length);

/** Schemas of answers are open for clients; here an undocumented member is a fault, so that nothing slips out unseen. */
const closeObjects = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, name === 'examples' ? value : closeObjects(value)]),
  );
  const isObject = copy.properties !== undefined && copy.additionalProperties === undefined;
  return isObject ? { ...copy, additionalProperties: false } : copy;
};

/** Whether a path is no UTF-8: such a request has no route, and is refused before any is looked for. */
const isUnreadable = (path: string): boolean => {
  try {
    decodeURIComponent(path);
    return false;
  } catch {
    return true;
  }
};

/** Builds the check of a document; it returns what is wrong with an answer. */
export const holdToContract = (document: Json) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'document', components: closeObjects(document.components) });
  const routes = routesOf(document);
  const compiled = new Map<unknown, ValidateFunction>();
  const validatorOf = (schema: Json): ValidateFunction => {
    const known = compiled.get(schema);
    if (known) return known;
    const text = JSON.stringify(closeObjects(schema)).replaceAll('"#/components/', '"document#/components/');
    const validate = ajv.compile(JSON.parse(text));
    compiled.set(schema, validate);
    return validate;
  };

  return (method: string, url: string, answer: LightMyRequestResponse): string[] => {
    const path = url.split('?', 1)[0] ?? '';
    const status = answer.statusCode;
    const type = String(answer.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    if (UNDOCUMENTED.test(path)) return [];
    if (isUnreadable(path)) return status === 400 || status === 405 ? [] : [`a badly encoded path, yet ${status}`];
    const found = routes.find(({ pattern }) => pattern.test(path));
    const verb = method.toLowerCase() === 'head' ? 'get' : method.toLowerCase();
    const operation = found && document.paths[found.template][verb];
    if (!operation) {
      if (METHODS.includes(verb) && !found) return status === 404 ? [] : [`unknown path, yet ${status}`];
      return [204, 400, 404, 405].includes(status) ? [] : [`unknown operation, yet ${status}`];
    }
    const given = operation.responses[status];
    const response = given?.$ref ? document.components.responses[given.$ref.split('/').at(-1)] : given;
    if (!response) return [`status ${status} is not documented: ${answer.payload.slice(0, 300)}`];
    const missing = Object.entries<Json>(response.headers ?? {}).flatMap(([name, told]) => {
      const { required, schema } = told.$ref ? document.components.headers[told.$ref.split('/').at(-1)] : told;
      const value = answer.headers[name.toLowerCase()];
      if (value === undefined) return required ? [`header ${name} is documented but absent`] : [];
      return validatorOf(schema)(value) ? [] : [`header ${name} is not as documented: ${value}`];
    });
    const contents = response.content;
    if (!contents || method === 'HEAD') return answer.payload === '' ? missing : ['a body that is not documented'];
    const schema = contents[type]?.schema;
    if (!schema) return [`media type ${type} is not documented for ${status}`];
    const validate = validatorOf(schema);
    const valid = validate(type.endsWith('json') ? JSON.parse(answer.payload) : answer.payload);
    return [
      ...missing,
      ...(valid
        ? []
        : (validate.errors ?? []).map(
            ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
          )),
    ];
  };
};
