/** The document: OpenAPI 3.1 made from the doors themselves, at `/openapi.json`, `/openapi.yaml` and, readable, `/docs`. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { components } from './schema.ts';

const INFO = {
  title: 'Galley',
  version: '1.0.0',
  description:
    'A headless CMS for publications: articles, authors, tags and comments.\n\n' +
    'Anyone reads what is live. Editors send a key: `Authorization: Bearer glk_…`. Every refusal is a problem (RFC 9457) ' +
    'that names all faults of the request; the codes stand at `/problems`.',
  license: { name: 'MIT', identifier: 'MIT' },
};

const TAGS = [
  { name: 'Articles', description: 'What is written, edited and published' },
  { name: 'Authors', description: 'Bylines: who an article is by' },
  { name: 'Tags', description: 'Topics, sections and internal labels' },
  { name: 'Comments', description: 'What readers say' },
  { name: 'Site', description: 'The publication itself' },
  { name: 'Keys', description: 'Keys and their roles' },
  { name: 'Service', description: 'Health, problems and this document' },
];

/** Readable addresses for the parts of the path and query that the shape of a URL hides; `Name#` becomes `#/components/schemas/Name`. */
export const publishDocument = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: '/', description: 'This server' }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key of this site: `glk_…`' },
        },
      },
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`) },
  });
  for (const schema of components.values()) app.addSchema(schema);
};

/** The page for people: its assets are served from here, so that it works without the internet. */
export const publishDocs = async (app: FastifyInstance): Promise<void> => {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list', deepLinking: true, persistAuthorization: true, tryItOutEnabled: true },
    theme: { title: 'Galley: the API' },
  });
};

/** The document at the root. It changes with a release alone. */
export const serveDocument = (app: FastifyInstance): void => {
  const options = { schema: { hide: true } };
  app.get('/openapi.json', options, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
  app.get('/openapi.yaml', options, async (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true })),
  );
};
