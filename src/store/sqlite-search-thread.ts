/** What runs in the thread of `sqlite-search.ts`: one search after the other, on its own connection. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Row } from './finding.ts';
import type { Statement } from './sqlite-search.ts';

const { file } = workerData as { file: string };
const connection = new Database(file, { readonly: true, fileMustExist: true });

parentPort?.on('message', ({ source, values }: Statement) => {
  parentPort?.postMessage(connection.prepare<unknown[], Row>(source).all(...values));
});
parentPort?.postMessage('ready');
