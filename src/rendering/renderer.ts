import { refuse } from '../core/errors.ts';
import { createThreadPool, LimitPassed } from './thread-pool.ts';

export type BodyFormat = 'markdown' | 'html';

/**
 * A body made ready: `html` is sanitised and safe in any page, `text` is its plain text with a line per block,
 * `wordCount` its words, `excerpt` its beginning in at most 300 code points, cut between words and then ended by `…`.
 */
export type Rendering = { html: string; text: string; wordCount: number; excerpt: string };

export type Renderer = {
  /** Renders a body. Throws the refusals `unrenderable` when it passes the limits or breaks the parser, `unavailable` when too many wait. */
  renderBody(body: string, format: BodyFormat): Promise<Rendering>;
  /** Renders a comment: emphasis, code, quotes, lists and `nofollow ugc` links; HTML is shown as it was typed. Throws alike. */
  renderComment(body: string): Promise<{ html: string; text: string }>;
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
export type Job = { format: BodyFormat | 'comment'; source: string };
export type Answer = Rendering | { refused: string };

/** UTF-16 units. 500,000 characters outside of the basic plane are as long; the memory of a thread is measured for this. */
const LONGEST_SOURCE = 1_000_000;

/** Renders in worker threads, so that no text holds up the process. Threads start with the first jobs. */
export const createRenderer = (options: RendererOptions): Renderer => {
  const { threads, embedHosts, timeLimit = 2000, memoryLimit = 128, mostWaiting = Number.POSITIVE_INFINITY } = options;
  const workerData: ThreadSettings = { embedHosts };
  const pool = createThreadPool<Job, Answer>({ script: threadScript(), workerData, threads, timeLimit, memoryLimit });

  let waiting = 0;

  const render = async (format: Job['format'], source: string): Promise<Rendering> => {
    if (source.length > LONGEST_SOURCE) throw unrenderable(`it is longer than ${LONGEST_SOURCE} characters`);
    if (waiting >= mostWaiting)
      throw refuse('unavailable', 'Too many texts wait to be rendered; try again', { retryAfter: 2 });
    waiting++;
    const answer = await pool
      .run({ format, source })
      .catch((error: unknown) => {
        throw error instanceof LimitPassed ? unrenderable(error.message) : error;
      })
      .finally(() => {
        waiting--;
      });
    if ('refused' in answer) throw unrenderable(answer.refused);
    return answer;
  };

  return {
    renderBody: (body, format) => render(format, body),
    renderComment: async (body) => {
      const { html, text } = await render('comment', body);
      return { html, text };
    },
    close: () => pool.close(),
  };
};

/**
 * Where a thread begins: compiled, `worker.js` beside this file. From source, as tests run, it is `worker.ts`, and the
 * thread first registers tsx, as threads of Node 20 have no loader of their process even when they have its flags.
 */
const threadScript = (): URL => {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker.js', import.meta.url);
  const worker = new URL('./worker.ts', import.meta.url).href;
  const steps = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register(); await import('${worker}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(steps)}`);
};

const unrenderable = (reason: string): Error => refuse('unrenderable', `The text cannot be rendered: ${reason}`);
