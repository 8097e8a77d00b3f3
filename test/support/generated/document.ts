/** The OpenAPI document as those need it who make requests from it. */

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON of every shape
export type Json = any;

export type Parameter = {
  in: 'path' | 'query' | 'header';
  name: string;
  required: boolean;
  schema: Json;
};

export type Operation = {
  id: string;
  method: string;
  /** Such as `/v1/articles/{id}`. */
  path: string;
  parameters: Parameter[];
  /** undefined where the operation takes no body. */
  body: { required: boolean; types: string[]; schema: Json } | undefined;
  /** Who is let in: everyone, who has a key, who has the token of a comment. */
  access: { everyone: boolean; guest: boolean };
};

/** The schema itself, where one is named. */
export const resolveIn = (document: Json) => (schema: Json) =>
  schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)] : schema;

/** Every operation of a document. */
export const operationsOf = (document: Json): Operation[] =>
  Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, { operationId, parameters = [], requestBody, security = [] }]) => {
      const names = security.map((needed: object) => Object.keys(needed)[0]);
      const content: Json = requestBody?.content ?? {};
      const types = Object.keys(content);
      return {
        id: operationId,
        method: method.toUpperCase(),
        path,
        parameters: parameters.map(({ required = false, ...told }: Parameter) => ({ ...told, required })),
        body:
          types[0] === undefined
            ? undefined
            : { required: requestBody.required === true, types, schema: content[types[0]].schema },
        access: {
          everyone: !names.includes('bearer') || names.includes(undefined),
          guest: names.includes('commentToken'),
        },
      };
    }),
  );
