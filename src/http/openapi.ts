/** The document: OpenAPI 3.1 made from the doors themselves, at `/openapi.json`, `/openapi.yaml` and, readable, `/docs`. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { components } from './schema.ts';
import { type Document, tidy } from './tidy-document.ts';
import { WEBHOOKS } from './webhook-section.ts';

const INFO = {
  title: 'Galley',
  version: '1.0.0',
  description:
    'A headless CMS for publications: articles, authors, tags and comments.\n\n' +
    'Anyone reads what is live. Editors send a key: `Authorization: Bearer glk_…`. Every refusal is a problem (RFC 9457) ' +
    'that names all faults of the request; the codes stand at `/problems`.\n\n' +
    'What no schema says: text has neither NUL nor half a character, JSON at most 64 levels and 10,000 names and values, ' +
    'no name twice and none that is `__proto__`; moments are of the years 1 to 9999, without leap seconds; a query has no ' +
    'parameter that its operation does not name.',
  contact: { name: 'The engineers of Galley' },
  license: { name: 'MIT', identifier: 'MIT' },
};

/** For everyone (OWASP API9: an inventory says whom a server is for). Its type knows no extensions. */
const PUBLIC: object = { 'x-internal': false };

const TAGS = [
  { name: 'Articles', description: 'What is written, edited and published' },
  { name: 'Authors', description: 'Bylines: who an article is by' },
  { name: 'Tags', description: 'Topics, sections and internal labels' },
  { name: 'Comments', description: 'What readers say' },
  { name: 'Search', description: 'Everything that has a name, for a search box' },
  { name: 'Feeds', description: 'What is live for feed readers and search engines' },
  { name: 'Site', description: 'The publication itself' },
  { name: 'Webhooks', description: 'Who is told of what happens, and what came of it' },
  { name: 'Changes', description: 'What happened, for those who follow it; and who did it' },
  { name: 'Imports', description: 'Files that bring content, and what became of them' },
  { name: 'Keys', description: 'Keys and their roles' },
  { name: 'Service', description: 'Health, metrics, and the catalogue of problems' },
];

/** Gathers the doors that are registered after it; `Name#` becomes `#/components/schemas/Name`. */
export const publishDocument = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: '/', description: 'This server, in production or local', ...PUBLIC }],
      tags: TAGS,
      webhooks: WEBHOOKS as never, // typed for 3.0; passed as it is written
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key of this site: `glk_…`' },
          commentToken: {
            type: 'apiKey',
            in: 'header',
            name: 'Comment-Token',
            description: 'The `editToken` of a comment: `glc_…`. It opens that comment alone, until `editableUntil`',
          },
        },
      },
    },
    convertConstToEnum: false,
    transformObject: (made) => tidy(('openapiObject' in made ? made.openapiObject : {}) as Document) as never, // typed for 3.0
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `def-${i}`) },
  });
  for (const schema of components.values()) app.addSchema(schema);
};

/** All that the page may load comes from here; the viewer sets styles of its own on elements. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page for people: its assets are served from here, so that it works without the internet. */
export const publishDocs = async (app: FastifyInstance): Promise<void> => {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { docExpansion: 'list', deepLinking: true, tryItOutEnabled: true, validatorUrl: null },
    theme: { title: 'Galley: the API', css: [{ filename: 'galley.css', content: '.topbar { display: none }' }] },
  });
};

/** The document at the root. It changes with a release alone, so its text is made once. */
export const serveDocument = (app: FastifyInstance): void => {
  const options = { schema: { hide: true } };
  let json: string | undefined;
  app.get('/openapi.json', options, async (_request, reply) => {
    json ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').send(json);
  });
  app.get('/openapi.yaml', options, async (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true })),
  );
};
