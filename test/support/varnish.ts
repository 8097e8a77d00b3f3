/** A Varnish of a test's own, with the VCL that is handed out. */
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { temporaryDirectory } from './process.ts';

const run = promisify(execFile);
const VCL = (name: string) => new URL(`../../examples/varnish/${name}.vcl`, import.meta.url);
/** How long it may take to compile its VCL and listen, in milliseconds. */
const READY_WITHIN = 20_000;

/** A port that is free now. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('It does not listen');
  return address.port;
};

/**
 * Starts Varnish in front of one port of this machine or, as compose.postgres.yaml has it, of two; returns where it
 * listens. It ends with the test.
 */
export const startVarnish = async (t: Test, ...ports: number[]): Promise<string> => {
  const directory = join(temporaryDirectory(t), 'work');
  const files = temporaryDirectory(t);
  const vcl = join(files, 'default.vcl');
  copyFileSync(VCL('galley'), join(files, 'galley.vcl'));
  const text = readFileSync(VCL(ports.length === 1 ? 'default' : 'two'), 'utf8');
  const left = [...ports];
  const pointed = text
    .replaceAll(/"galley-\d"/g, '"127.0.0.1"')
    .replaceAll('.port = "3000"', () => `.port = "${left.shift()}"`);
  if (left.length > 0 || pointed.includes('undefined')) throw new Error('The VCL names other ports');
  writeFileSync(vcl, pointed);
  const child = spawn(
    'varnishd',
    ['-F', '-n', directory, '-a', '127.0.0.1:0', '-f', vcl, '-s', 'malloc,64m', '-j', 'none'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
    });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.on('error', (error) => {
    said += error.message;
  });
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for (const since = performance.now(); performance.now() - since < READY_WITHIN; await sleep(100)) {
    if (child.exitCode !== null || child.pid === undefined) break;
    const told = await run('varnishadm', ['-n', directory, 'debug.listen_address']).catch(() => undefined);
    const port = /^\S+ 127\.0\.0\.1 (\d+)/m.exec(told?.stdout ?? '')?.[1];
    if (port !== undefined && port !== '0') return `http://127.0.0.1:${port}`;
  }
  throw new Error(`Varnish does not listen: ${said}`);
};
