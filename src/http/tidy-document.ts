/** What the generated document still needs: shared refusals said once, headers that are always there, no inner marks. */

type Header = { required?: boolean };
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
  components: { schemas: Record<string, Record<string, unknown>>; responses?: Record<string, Response> };
};

/** Headers that stand on an answer only sometimes: where limits are set, a wait is known, caches are concerned, or it is one again. */
const isSometimes = (name: string, status: string) =>
  name.startsWith('RateLimit') ||
  name.startsWith('Cache-Group') ||
  name === 'Idempotent-Replayed' ||
  (name === 'Retry-After' && status !== '429');

const requireHeaders = ({ headers = {} }: Response, status: string): void => {
  for (const [name, header] of Object.entries(headers)) if (!isSometimes(name, status)) header.required = true;
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

/**
 * Makes the document fit to read and to generate from. A status with one refusal becomes a shared response named after
 * its code; headers are required where they are always sent, bodies where they are; examples of optional parameters
 * stand in their schemas; `x-read-only`, which validation reads, is left out.
 */
export const tidy = (document: Document): Document => {
  const shared: Record<string, Response> = {};
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    onlyShowExamples(operation);
    requireNoOptionalBody(operation);
    for (const [status, response] of Object.entries(operation.responses)) {
      requireHeaders(response, status);
      const code = onlyCode(response);
      if (code === undefined) continue;
      const name = componentName(code);
      shared[name] ??= response;
      operation.responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  for (const schema of Object.values(document.components.schemas)) delete schema['x-read-only'];
  const responses = Object.fromEntries(Object.entries(shared).sort(([a], [b]) => a.localeCompare(b)));
  return { ...document, components: { ...document.components, responses } };
};
