/**
 * A program: bare Fastify that answers what it is given, byte for byte; the yardstick of every ratio. It is plain
 * JavaScript, so that nothing stands between it and Node. `GIVEN_ANSWERS` names a file of
 * `{ path, headers, body }[]`, the bodies in base64, null for a 304; `PORT` is where it listens, `WORKERS` how many do.
 */
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';

const given = JSON.parse(readFileSync(process.env.GIVEN_ANSWERS, 'utf8'));
// Bytes, as a text with a single letter beyond Latin 1 would be encoded anew for each answer.
const answers = new Map(
  given.map(({ path, headers, body }) => [path, { headers, body: body === null ? null : Buffer.from(body, 'base64') }]),
);

const app = fastify();
app.get('/ready', async () => 'ready');
if (given.every(({ body }) => body === null)) {
  app.get('*', (request, reply) => {
    reply.code(304).headers(answers.get(request.url).headers).send();
  });
} else {
  app.get('*', (request, reply) => {
    const { headers, body } = answers.get(request.url);
    reply.headers(headers).send(body);
  });
}
const workers = Number(process.env.WORKERS ?? 1);
process.on('SIGTERM', () => process.exit());
if (workers > 1 && cluster.isPrimary) for (let n = 0; n < workers; n++) cluster.fork();
else await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
