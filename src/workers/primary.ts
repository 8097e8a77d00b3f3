/**
 * The process that serves by others: it forks workers, replaces those that die, passes on between them what they have to
 * know of one another, and ends them. It answers no request and has no store open, so there is little for it to die of.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { FastifyBaseLogger } from 'fastify';
import { LOOK_EVERY } from '../store/touches.ts';
import { type Channel, openChannel } from './channel.ts';

/** How long workers may take to answer what they are asked, unless it is said, and to end where one could not start, in milliseconds. */
const ANSWERED_WITHIN = 2000;
/** How long the one that is to do the work beside the requests may take to begin, and how long until another is asked, in ms. */
const BEGUN_WITHIN = 30_000;
const APPOINT_AGAIN_AFTER = 1000;
/** A worker that lived for less is replaced after a pause, which doubles with each that does; in milliseconds. */
const LIVED_LONG = 10_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** A worker could not start; its message is the line that it has for the operator. */
export class StartFailed extends Error {}

type Member = {
  worker: Worker;
  channel: Channel;
  startedAt: number;
  /** Whether it is told what others touch: before it is ready, as it is asked from the moment on in which it listens. */
  hears: boolean;
  /** Where it listens, once it does. */
  address: string | undefined;
  /** Whether it said why it cannot start. */
  hasFailed: boolean;
};

export type Crew = {
  /** Where all of them listen, once they do. Throws `StartFailed` where one cannot start; the others are to be stopped then. */
  listening: Promise<string>;
  /** What each worker answers to a question, those left out that do not answer within so many milliseconds, else two seconds. */
  askWorkers(name: string, value?: unknown, within?: number): Promise<unknown[]>;
  /** Ends all workers well; whether each exited with 0. Those that take longer than so many milliseconds are killed. */
  stop(within: number): Promise<boolean>;
};

/** Forks so many workers. */
export const startCrew = (count: number, logger: FastifyBaseLogger): Crew => {
  const members = new Set<Member>();
  const ready = () => [...members].filter(({ address }) => address !== undefined);
  let isStopping = false;
  let endedWell = true;
  let keeper: Member | undefined;
  let shortLives = 0;
  let told = '';
  let starting: { resolve: (address: string) => void; reject: (error: Error) => void } | undefined;

  /** Has one of them do the work beside the requests: so that it is looked for once, not by each, and goes on when that one dies. */
  const appoint = (): void => {
    if (isStopping || keeper) return;
    const [next] = ready();
    if (!next) return;
    keeper = next;
    next.channel.ask('work', null, BEGUN_WITHIN).catch((error: unknown) => {
      if (keeper !== next) return; // it died, and another was asked
      logger.error({ err: error, worker: next.worker.process.pid }, 'a worker could not begin the work');
      keeper = undefined;
      setTimeout(appoint, APPOINT_AGAIN_AFTER).unref();
    });
  };

  const onReady = (member: Member, address: string): void => {
    member.address = address;
    // Port 0 is another one where all had died at once.
    if (starting === undefined && address !== told) logger.info({ address }, 'ready');
    told = address;
    if (ready().length === count) {
      starting?.resolve(address);
      starting = undefined;
    }
    appoint();
  };

  const onExit = (member: Member, code: number | null, signal: string | null): void => {
    members.delete(member);
    if (keeper === member) keeper = undefined;
    const { pid } = member.worker.process;
    if (isStopping) {
      if (code === 0 || member.hasFailed) return;
      endedWell = false;
      logger.error({ worker: pid, code, signal }, 'a worker did not end well');
      return;
    }
    if (starting) {
      starting.reject(new StartFailed(`A worker ended at its start: ${signal ?? `exit ${code}`}`));
      return;
    }
    shortLives = performance.now() - member.startedAt < LIVED_LONG ? shortLives + 1 : 0;
    const pause = shortLives === 0 ? 0 : Math.min(FIRST_PAUSE * 2 ** (shortLives - 1), LONGEST_PAUSE);
    logger.error({ worker: pid, code, signal, ms: pause }, 'a worker ended, and is replaced');
    appoint();
    setTimeout(forkAgain, pause);
  };

  const forkAgain = (): void => {
    if (isStopping) return;
    try {
      fork();
    } catch (error) {
      logger.error({ err: error }, 'no process could be started'); // as where memory is short
      setTimeout(forkAgain, LONGEST_PAUSE);
    }
  };

  const askWorkers: Crew['askWorkers'] = async (name, value = null, within = ANSWERED_WITHIN) => {
    const asked = ready().map(({ channel }) => channel.ask(name, value, within));
    const answers = await Promise.allSettled(asked);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  };

  const fork = (): void => {
    const worker = cluster.fork();
    const member: Member = {
      worker,
      channel: openChannel(worker),
      startedAt: performance.now(),
      hears: false,
      address: undefined,
      hasFailed: false,
    };
    const { channel } = member;
    members.add(member);
    channel.answer('ready', (address) => onReady(member, String(address)));
    channel.answer('failed', (line) => {
      member.hasFailed = true;
      if (starting) starting.reject(new StartFailed(String(line)));
      else logger.error({ worker: worker.process.pid, reason: line }, 'a worker could not start');
    });
    channel.answer('hears', () => {
      member.hears = true;
    });
    channel.answer('all', (name) => askWorkers(String(name)));
    channel.answer('touched', async (groups) => {
      const others = [...members].filter((each) => each !== member && each.hears);
      await Promise.allSettled(others.map((each) => each.channel.ask('touched', groups, LOOK_EVERY)));
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      // A pipe that breaks: its exit says so too. Who has no process never exits.
      if (worker.process.pid === undefined) onExit(member, null, error.code ?? null);
    });
    worker.once('exit', (code, signal) => onExit(member, code, signal));
  };

  const stop = async (within: number): Promise<boolean> => {
    isStopping = true;
    const ending = [...members].map(async ({ worker }) => {
      const exited = once(worker, 'exit');
      // By a signal, as it is heard in every state, also by one that is starting.
      worker.process.kill('SIGTERM');
      const killing = setTimeout(() => worker.process.kill('SIGKILL'), within);
      await exited;
      clearTimeout(killing);
    });
    await Promise.all(ending);
    return endedWell;
  };

  const listening = new Promise<string>((resolve, reject) => {
    starting = { resolve, reject };
  });
  for (let n = 0; n < count; n++) fork();
  return {
    listening,
    askWorkers,
    stop,
  };
};
