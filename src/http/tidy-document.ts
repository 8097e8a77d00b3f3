/** What the generated document still needs: refusals and headers said once, headers that are always there, no inner marks. */

import { WEB_ADDRESS_PATTERN } from './schema.ts';

type Header = { $ref?: string; required?: boolean; schema: { 'x-component'?: string; 'x-sometimes'?: boolean } };
type Response = { $ref?: string; headers?: Record<string, Header>; content?: Record<string, { examples?: object }> };
type Parameter = { required?: boolean; example?: unknown; schema: { examples?: unknown[] } };
type Operation = {
  parameters?: Parameter[];
  requestBody?: { required?: boolean };
  responses: Record<string, Response>;
  'x-optional-body'?: boolean;
};
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Record<string, unknown>>;
    responses?: Record<string, Response>;
    headers?: Record<string, Header>;
  };
};

/** Says the headers of an answer by reference, where they have a name; those that are always there are required. */
const shareHeaders = ({ headers = {} }: Response, shared: Record<string, Header>): void => {
  for (const [name, header] of Object.entries(headers)) {
    if (header.$ref !== undefined) continue; // an answer that several doors share
    const { 'x-component': component, 'x-sometimes': isSometimes, ...schema } = header.schema;
    const told: Header = { ...header, ...(!isSometimes && { required: true }), schema };
    if (component !== undefined) shared[component] ??= told;
    headers[name] = component === undefined ? told : ({ $ref: `#/components/headers/${component}` } as Header);
  }
};

/** Puts the example of an optional parameter into its schema: at the parameter, readers such as `/docs` would send it. */
const onlyShowExamples = ({ parameters = [] }: Operation): void => {
  for (const parameter of parameters) {
    if (parameter.required || parameter.example === undefined) continue;
    parameter.schema.examples = [parameter.example];
    delete parameter.example;
  }
};

/** The generator takes every body for required. */
const requireNoOptionalBody = (operation: Operation): void => {
  if (operation['x-optional-body'] && operation.requestBody) operation.requestBody.required = false;
  delete operation['x-optional-body'];
};

const componentName = (code: string) => code.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** The code of a refusal that has but one. */
const onlyCode = ({ content }: Response): string | undefined => {
  const [code, ...others] = Object.keys(content?.['application/problem+json']?.examples ?? {});
  return others.length === 0 ? code : undefined;
};

const inOrder = <T>(named: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(named).sort(([a], [b]) => a.localeCompare(b)));

type Schema = Record<string, unknown>;

const INT32 = { format: 'int32', minimum: 0, maximum: 2 ** 31 - 1 };

/** Says of every integer that it is one of 32 bits and not negative, unless it has limits of its own: more neither engine holds. */
const boundIntegers = (schema: unknown): void => {
  if (typeof schema !== 'object' || schema === null) return;
  const { type } = schema as Schema;
  if ([type].flat().includes('integer')) Object.assign(schema, { ...INT32, ...schema });
  for (const [name, member] of Object.entries(schema)) if (!name.startsWith('example')) boundIntegers(member);
};

/** Says of every address that it is of the web: `format: uri` alone would take `ftp:` and `mailto:`. */
const sayAddresses = (schema: unknown): void => {
  if (typeof schema !== 'object' || schema === null) return;
  const told = schema as Schema;
  if (told.format === 'uri') told.pattern ??= WEB_ADDRESS_PATTERN;
  for (const [name, member] of Object.entries(schema)) if (!name.startsWith('example')) sayAddresses(member);
};

/**
 * Makes the document fit to read and to generate from. A status with one refusal becomes a shared response named after
 * its code; headers are required where they are always sent, bodies where they are; examples of optional parameters
 * stand in their schemas; `x-read-only`, which validation reads, is left out.
 */
export const tidy = (document: Document): Document => {
  const shared: Record<string, Response> = {};
  const headers: Record<string, Header> = {};
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    onlyShowExamples(operation);
    requireNoOptionalBody(operation);
    for (const [status, response] of Object.entries(operation.responses)) {
      shareHeaders(response, headers);
      const code = onlyCode(response);
      if (code === undefined) continue;
      const name = componentName(code);
      shared[name] ??= response;
      operation.responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  for (const schema of Object.values(document.components.schemas)) delete schema['x-read-only'];
  boundIntegers(document.paths);
  boundIntegers(document.components.schemas);
  sayAddresses(document.paths);
  sayAddresses(document.components.schemas);
  return { ...document, components: { ...document.components, responses: inOrder(shared), headers: inOrder(headers) } };
};
