/** A cache outside, as far as Galley sees it: it writes down what it is asked, and answers as a test says. */
import type { Test } from 'tap';
import { startReceiver } from './receiver.ts';

/** Starts one; it ends with the test. A status of null: it does not answer. */
export const startCache = async (t: Test) => {
  const answering: { status: number | null } = { status: 200 };
  const { url, received } = await startReceiver(t, (answer) => {
    if (answering.status !== null) answer.writeHead(answering.status).end();
  });
  return {
    url: new URL(url).origin,
    answering,
    /** What came since this was asked last. */
    take: () => received.splice(0),
    count: () => received.length,
  };
};
