/** A program: bare Fastify that answers what it is given, byte for byte. The yardstick of every ratio. */
import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';

/** An answer by its path; `body` in base64, null: a 304. */
export type Given = { path: string; headers: Record<string, string | string[]>; body: string | null };

/** Where it is told what to answer, and where it says that it is ready. */
export const GIVEN = 'GIVEN_ANSWERS';
export const READY_PATH = '/ready';

const serve = async (file: string): Promise<void> => {
  const given = JSON.parse(readFileSync(file, 'utf8')) as Given[];
  const app = fastify();
  const answers = new Map(
    given.map(({ path, headers, body }) => {
      const bytes = Buffer.from(body ?? '', 'base64');
      // As a handler would send it: a string where it is text.
      return [path, { headers, body: 'content-encoding' in headers ? bytes : bytes.toString() }];
    }),
  );
  app.get(READY_PATH, async () => 'ready');
  if (given.every(({ body }) => body === null)) {
    app.get('*', (request, reply) => {
      const answer = answers.get(request.url);
      reply
        .code(304)
        .headers(answer?.headers ?? {})
        .send();
    });
  } else {
    app.get('*', (request, reply) => {
      const answer = answers.get(request.url);
      reply.headers(answer?.headers ?? {}).send(answer?.body);
    });
  }
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
  process.on('SIGTERM', () => process.exit());
};

const file = process.env[GIVEN];
if (file !== undefined) await serve(file);
