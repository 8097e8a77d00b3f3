/** The process: listens at PORT, and says where. */
import { serve } from '@hono/node-server';
import { app } from './app.tsx';

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 4000) }, ({ port }) =>
  console.log(`The newspaper is at http://127.0.0.1:${port}`),
);
process.once('SIGTERM', () => server.close());
