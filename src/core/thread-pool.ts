import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/**
 * What a pool is made of. `timeLimit` is in ms and counts from when a ready thread begins a job; `memoryLimit` is the
 * heap of a thread in MiB.
 */
export type PoolOptions = {
  script: URL;
  workerData: unknown;
  threads: number;
  timeLimit: number;
  memoryLimit: number;
};

export type ThreadPool<Job, Answer> = {
  /** What a thread answers to a job. Throws `LimitPassed`, or whatever broke the thread. */
  run(job: Job): Promise<Answer>;
  /** Rejects what waits, lets running jobs end (the time limit bounds them), then ends every thread. */
  close(): Promise<void>;
};

/** A job was ended because it passed a limit. */
export class LimitPassed extends Error {}

/** MiB for values that die young: less makes small jobs slower, more lets a job pass the memory limit by as much. */
const YOUNG_GENERATION = 16;

/**
 * Threads that work through jobs in order, one job a thread at a time; a thread whose job passes a limit is ended and
 * replaced. The script posts `'ready'` once, then one answer a job.
 *
 * piscina does not serve here: it does not tell when a queued job begins, so the time would also run while others are
 * worked on and while a thread starts, and an innocent job behind a hostile one would be refused.
 *
 * A thread starts when a job finds none idle, without the flags and loaders of the process. It holds the process while
 * it starts and works, not while it is idle. When it breaks by anything but a limit, its job is rejected with that error;
 * when it cannot start, the job that waits longest is; when it was idle, the process is warned.
 */
export const createThreadPool = <Job, Answer>(options: PoolOptions): ThreadPool<Job, Answer> => {
  type Task = { job: Job; resolve: (answer: Answer) => void; reject: (error: unknown) => void };
  type Thread = { worker: Worker; ready: boolean; task?: Task | undefined; timer?: NodeJS.Timeout };

  const { script, workerData, timeLimit, memoryLimit } = options;
  const threads = new Set<Thread>();
  const idle: Thread[] = [];
  const waiting: Task[] = [];
  let closed = false;

  const startThread = (): void => {
    const resourceLimits = { maxOldGenerationSizeMb: memoryLimit, maxYoungGenerationSizeMb: YOUNG_GENERATION };
    const worker = new Worker(script, { workerData, resourceLimits, execArgv: [] });
    const thread: Thread = { worker, ready: false };
    threads.add(thread);
    worker.on('message', (message: 'ready' | Answer) => {
      if (message === 'ready') thread.ready = true;
      else finishTask(thread, message);
      if (threads.has(thread)) takeNext(thread);
    });
    worker.on('error', (error) => bury(thread, error));
    worker.on('exit', (code) => bury(thread, new Error(`A thread ended by itself with ${code}`)));
  };

  const takeNext = (thread: Thread): void => {
    const task = waiting.shift();
    if (task === undefined) {
      idle.push(thread);
      thread.worker.unref();
      return;
    }
    thread.worker.ref();
    thread.task = task;
    thread.timer = setTimeout(() => {
      // After a blocked event loop the timer is seen before an answer that came in time: that one is read first.
      setImmediate(() => {
        if (thread.task === task) bury(thread, new LimitPassed(`it takes longer than ${timeLimit} ms`));
      });
    }, timeLimit);
    thread.worker.postMessage(task.job);
  };

  const finishTask = (thread: Thread, answer: Answer): void => {
    clearTimeout(thread.timer);
    thread.task?.resolve(answer);
    thread.task = undefined;
  };

  /** Ends a thread for a reason; what it tells while it ends (a second error, its exit) is no news. */
  const bury = (thread: Thread, reason: Error): void => {
    if (!threads.delete(thread)) return;
    const { worker, task, ready, timer } = thread;
    clearTimeout(timer);
    thread.task = undefined;
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
    worker.unref();
    void worker.terminate();
    if (task !== undefined && isOutOfMemory(reason))
      task.reject(new LimitPassed(`it needs more than ${memoryLimit} MiB`));
    else if (task !== undefined) task.reject(reason);
    else if (!ready) waiting.shift()?.reject(reason);
    else if (!closed) process.emitWarning(reason);
    startThreadsAsNeeded();
  };

  const startThreadsAsNeeded = (): void => {
    const starting = [...threads].filter((thread) => !thread.ready).length;
    const wanted = Math.min(waiting.length - starting, options.threads - threads.size);
    for (let started = 0; started < wanted; started += 1) startThread();
  };

  const run = (job: Job): Promise<Answer> => {
    if (closed) return Promise.reject(new Error('The thread pool is closed'));
    return new Promise<Answer>((resolve, reject) => {
      waiting.push({ job, resolve, reject });
      const thread = idle.pop();
      if (thread === undefined) startThreadsAsNeeded();
      else takeNext(thread);
    });
  };

  const close = async (): Promise<void> => {
    closed = true;
    for (const waiter of waiting.splice(0)) waiter.reject(new Error('The thread pool is closed'));
    while ([...threads].some((thread) => thread.task !== undefined)) await sleep(10);
    await Promise.all([...threads].map(({ worker }) => worker.terminate()));
  };

  return { run, close };
};

const isOutOfMemory = (error: Error): boolean => 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
