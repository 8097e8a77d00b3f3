/**
 * Loaded before a server (`--import`): measures for how long its event loop is held. SIGUSR2 begins anew, and says what was
 * before as a line of JSON on standard error, in milliseconds, with the number of its open sockets.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on('SIGUSR2', () => {
    const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    process.stderr.write(`${JSON.stringify({ held: Math.round(delay.max / 1e5) / 10, sockets })}\n`);
    delay.reset();
  });
}
