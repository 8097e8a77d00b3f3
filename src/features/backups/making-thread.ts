/** What runs in the thread of `running.ts`: one backup, as copying and checking it would hold up those who ask. */
import { parentPort, workerData } from 'node:worker_threads';
import { makeDue, type Plan } from './making.ts';

const ending = new AbortController();
parentPort?.once('message', () => ending.abort());
parentPort?.postMessage(await makeDue(workerData as Plan, ending.signal));
parentPort?.close();
