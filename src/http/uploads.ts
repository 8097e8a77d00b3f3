/** Takes the body of a request as a file: streamed to the disk, bounded, and cut where it comes too slowly or breaks off. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyFault, refuse, refuseAll } from '../core/errors.ts';
import { letUpload, refuseSlow } from './client-errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What was sent, at a door that takes files. */
    upload: Upload | null;
  }
  interface FastifyContextConfig {
    /** The media types of a door that takes files. */
    takes?: readonly string[];
  }
}

/** A file that was sent: in a directory of its own, which is gone with the request unless somebody keeps the path. */
export type Upload = { path: string; bytes: number };

export type UploadOptions = {
  /** Where files are put; made where it is not there. */
  directory: string;
  maxBytes: number;
  types: readonly string[];
  /** In so many milliseconds something has to come, over and over: at least `LEAST_RATE`. */
  patience: number;
  /** What the file of a request is to be called. */
  nameOf: (request: FastifyRequest) => string;
  /** Whether a file is kept beyond its request. */
  isKept: (path: string) => Promise<boolean>;
};

/** The least that has to come, in bytes a second; who sends less holds a connection for nothing. */
const LEAST_RATE = 1024;
/** How much more is read, in bytes, of what was refused, so that who sends it can read why. */
const READ_ON = 64 * 1024 * 1024;
const FULL = ['ENOSPC', 'EDQUOT'];

const tooLarge = (maxBytes: number) => refuse('payload-too-large', `A file may have ${maxBytes} bytes at most`);

/** Throws away what is still sent of a refused body, not without end. */
const readOn = (raw: IncomingMessage, patience: number): void => {
  let left = READ_ON;
  const end = setTimeout(() => raw.destroy(), patience).unref();
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.destroy();
  });
  raw.on('close', () => clearTimeout(end));
};

const codingFault = ({ headers }: FastifyRequest): string | undefined => {
  const coding = (headers['content-encoding'] ?? 'identity').toLowerCase();
  return ['identity', 'gzip', 'x-gzip'].includes(coding) ? undefined : coding;
};

/** Writes a body to a new file; returns what it is and a digest of it. Throws the refusals of a body; then there is no file. */
const receive = async (app: FastifyInstance, request: FastifyRequest, path: string, options: UploadOptions) => {
  const { maxBytes, patience } = options;
  const { raw } = request;
  if (Number(raw.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let [bytes, seen] = [0, 0];
  const done = letUpload(raw.socket);
  const watch = setInterval(() => {
    if (bytes - seen < (LEAST_RATE * patience) / 1000) refuseSlow(app.server, raw.socket);
    seen = bytes;
  }, patience).unref();
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    await file.sync();
  } finally {
    clearInterval(watch);
    done();
    await file.close();
  }
  if (bytes === 0) throw refuseAll('invalid-request', [bodyFault('', 'required', 'The body is required')]);
  return { upload: { path, bytes }, digest: hash.digest('hex') };
};

/** What a failed upload is to whoever sent it. */
const refusalOf = (error: unknown): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  if (FULL.includes(code ?? '')) return refuse('insufficient-storage', 'There is no room left for this file');
  if (code === 'ECONNRESET') return refuse('request-timeout', 'The connection ended before the request did'); // for the log
  return error;
};

/** Lets the POST doors that are registered after it, in a scope of their own, take files of some media types. */
export const takeUploads = (app: FastifyInstance, options: UploadOptions): void => {
  const { directory, types, nameOf, isKept, patience } = options;
  app.decorateRequest('upload', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...types], (_request, payload, done) => done(null, payload));

  app.addHook('preHandler', async (request) => {
    const coding = codingFault(request);
    if (coding !== undefined) throw refuse('unsupported-media-type', `The coding ${coding} is not known here`);
    const home = join(directory, randomUUID());
    try {
      const { upload, digest } = await receive(app, request, join(home, nameOf(request)), options);
      request.upload = upload;
      request.bodyDigest = `${digest} ${JSON.stringify(request.query)}`;
    } catch (error) {
      await rm(home, { recursive: true, force: true });
      if (!request.raw.complete) readOn(request.raw, patience);
      throw refusalOf(error);
    }
  });
  app.addHook('onResponse', async ({ upload }) => {
    if (upload && !(await isKept(upload.path))) await rm(dirname(upload.path), { recursive: true, force: true });
  });
};
