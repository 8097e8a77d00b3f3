import { refuse } from '../core/errors.ts';
import type { SearchQuery } from '../core/search-query.ts';
import { createThreadPool, LimitPassed } from '../core/thread-pool.ts';
import { threadScript } from '../core/thread-script.ts';

export type BodyFormat = 'markdown' | 'html';

/**
 * A body made ready: `html` is sanitised and safe in any page, `text` is its plain text with a line per block,
 * `wordCount` its words, `excerpt` its beginning in at most 300 code points, cut between words and then ended by `…`,
 * `searched` the text as it is searched.
 */
export type Rendering = { html: string; text: string; wordCount: number; excerpt: string; searched: string };

export type Renderer = {
  /** Renders a body. Throws the refusals `unrenderable` when it passes the limits or breaks the parser, `unavailable` when too many wait. */
  renderBody(body: string, format: BodyFormat): Promise<Rendering>;
  /** Renders a comment: emphasis, code, quotes, lists and `nofollow ugc` links; HTML is shown as it was typed. Throws alike. */
  renderComment(body: string): Promise<{ html: string; text: string }>;
  /** The text of sanitised HTML as it is searched. Throws alike. */
  readSearched(html: string): Promise<string>;
  /** A snippet of the text of sanitised HTML, around what was searched for. Throws alike. */
  readSnippet(html: string, query: SearchQuery): Promise<string>;
  /** How many texts are being rendered or wait for it. */
  readonly waiting: number;
  /** Lets running jobs end and ends the threads. */
  close(): Promise<void>;
};

/**
 * `timeLimit` in ms for one job, from when a thread begins it (2,000); `memoryLimit` in MiB for a thread's heap (128);
 * `mostWaiting` jobs under way at once: more is refused, not kept in memory for minutes (without limit, for a caller
 * that waits by itself).
 */
export type RendererOptions = {
  threads: number;
  embedHosts: readonly string[];
  timeLimit?: number;
  memoryLimit?: number;
  mostWaiting?: number;
};

/** What a thread is told at its start, is asked, and answers. */
export type ThreadSettings = { embedHosts: readonly string[] };
export type Job =
  | { format: BodyFormat | 'comment' | 'searched'; source: string }
  | { format: 'snippet'; source: string; query: SearchQuery };
export type Answer = Partial<Rendering> | { refused: string };

/**
 * UTF-16 units. 500,000 characters outside of the basic plane are as long; the memory of a thread is measured for this.
 * HTML that a thread made itself may be longer, and is only read.
 */
const LONGEST_SOURCE = 1_000_000;

/** Renders in worker threads, so that no text holds up the process. Threads start with the first jobs. */
export const createRenderer = (options: RendererOptions): Renderer => {
  const { threads, embedHosts, timeLimit = 2000, memoryLimit = 128, mostWaiting = Number.POSITIVE_INFINITY } = options;
  const workerData: ThreadSettings = { embedHosts };
  const script = threadScript('worker', import.meta.url);
  const pool = createThreadPool<Job, Answer>({ script, workerData, threads, timeLimit, memoryLimit });

  // Readers have a thread and a queue of their own: however many search, editors write.
  const forReaders = createThreadPool<Job, Answer>({ script, workerData, threads: 1, timeLimit, memoryLimit });
  const waitingIn = new Map([
    [pool, 0],
    [forReaders, 0],
  ]);

  const run = async (job: Job, within = pool): Promise<Rendering> => {
    const waiting = waitingIn.get(within) as number;
    if (waiting >= mostWaiting)
      throw refuse('unavailable', 'Too many texts wait to be rendered; try again', { retryAfter: 2 });
    waitingIn.set(within, waiting + 1);
    const answer = await within
      .run(job)
      .catch((error: unknown) => {
        throw error instanceof LimitPassed ? unrenderable(error.message) : error;
      })
      .finally(() => {
        waitingIn.set(within, (waitingIn.get(within) as number) - 1);
      });
    if ('refused' in answer) throw unrenderable(answer.refused);
    return { html: '', text: '', wordCount: 0, excerpt: '', searched: '', ...answer };
  };
  const render = async (format: BodyFormat | 'comment', source: string): Promise<Rendering> => {
    if (source.length > LONGEST_SOURCE) throw unrenderable(`it is longer than ${LONGEST_SOURCE} characters`);
    return run({ format, source });
  };

  return {
    renderBody: (body, format) => render(format, body),
    renderComment: async (body) => {
      const { html, text } = await render('comment', body);
      return { html, text };
    },
    readSearched: async (html) => (await run({ format: 'searched', source: html })).searched,
    readSnippet: async (html, query) => (await run({ format: 'snippet', source: html, query }, forReaders)).text,
    get waiting() {
      return [...waitingIn.values()].reduce((sum, count) => sum + count, 0);
    },
    close: async () => {
      await Promise.all([pool.close(), forReaders.close()]);
    },
  };
};

const unrenderable = (reason: string): Error => refuse('unrenderable', `The text cannot be rendered: ${reason}`);
