/** Measures reading: Galley beside bare Fastify with the same bytes, and with the same headers too, turn by turn. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demandBytes, demandSame, fetchAnswers, givenOf } from './answers.ts';
import type { Answer } from './client.ts';
import { type Figures, median, medianOf } from './figures.ts';
import { type Loader, load } from './load.ts';
import { type Served, startServer } from './process.ts';
import type { Workload } from './workloads.ts';

export type Pace = {
  loader: Loader;
  connections: number;
  /** Of a round. */
  seconds: number;
  rounds: number;
  folder: string;
};

/** Galley to another server: of requests a second, of processor time, and of that with the stores' servers (more is better). */
export type Ratios = { byRate: number; byCpu: number; byWholeCpu: number };
/** A workload measured, with the ratios to the yardsticks. */
export type Row = {
  name: string;
  title: string;
  galley: Figures;
  bare: Figures;
  sameHeaders: Figures;
  ratios: Record<'bare' | 'sameHeaders', Ratios>;
  /** The same with the embedded engine, and the ratios to it. */
  embedded?: { figures: Figures; ratios: Ratios };
  /** How many bytes an answer has, in the mean, and how it is packed. */
  bytes: number;
  encoding: string | null;
};

const YARDSTICK = fileURLToPath(new URL('./yardstick.mjs', import.meta.url));

/** Starts bare Fastify with the answers to a workload. */
export const startYardstick = (
  folder: string,
  workload: Workload,
  answers: readonly Answer[],
  allHeaders: boolean,
  environment: Record<string, string> = {},
) => {
  const given = join(folder, `answers-${allHeaders ? 'headers' : 'bare'}.json`);
  writeFileSync(given, JSON.stringify(givenOf(workload, answers, allHeaders)));
  return startServer({
    command: [process.execPath, YARDSTICK],
    environment: { ...environment, GIVEN_ANSWERS: given },
    readyPath: '/ready',
    log: join(folder, 'yardstick.log'),
  });
};

/** Loads a server with a workload, for some seconds. */
export const measure = async (served: Served, { asks }: Workload, pace: Pace): Promise<Figures> => {
  const [before, storeBefore] = [served.cpu(), served.storeCpu()];
  const given = await load({ ...pace, origin: served.origin, asks });
  const cpu = (served.cpu() - before) / given.requests;
  return { ...given, cpu, storeCpu: (served.storeCpu() - storeBefore) / given.requests };
};

const ratioOf = (galley: readonly Figures[], other: readonly Figures[]): Ratios => {
  const of = (share: (mine: Figures, theirs: Figures) => number) =>
    median(galley.map((mine, round) => share(mine, other[round] as Figures)));
  return {
    byRate: of((mine, theirs) => mine.perSecond / theirs.perSecond),
    byCpu: of((mine, theirs) => theirs.cpu / mine.cpu),
    byWholeCpu: of((mine, theirs) => (theirs.cpu + theirs.storeCpu) / (mine.cpu + mine.storeCpu)),
  };
};

export type Subject = {
  galley: Served;
  /** Serves the same store with nothing between: its answers are the right ones. */
  reference: Served;
  /** The same with the embedded engine, to be measured beside it. */
  embedded?: Served;
  /** Whether Galley may refuse some requests, as it does where rates are limited. */
  mayRefuse: boolean;
};

/** Measures one workload in rounds, in each of them every server once. Throws where an answer is wrong. */
export const measureReads = async (subject: Subject, workload: Workload, pace: Pace): Promise<Row> => {
  const { galley, reference, mayRefuse, embedded } = subject;
  const right = await fetchAnswers(reference.origin, workload);
  const answers = mayRefuse ? right : await fetchAnswers(galley.origin, workload);
  demandSame(workload, answers, right);
  if (embedded) demandSame(workload, await fetchAnswers(embedded.origin, workload), right);
  const [bare, sameHeaders] = await Promise.all([
    startYardstick(pace.folder, workload, answers, false),
    startYardstick(pace.folder, workload, answers, true),
  ]);
  const servers = { galley, bare, sameHeaders, ...(embedded && { embedded }) };
  const rounds = {
    galley: [] as Figures[],
    bare: [] as Figures[],
    sameHeaders: [] as Figures[],
    embedded: [] as Figures[],
  };
  try {
    for (const { origin } of [bare, sameHeaders]) await demandBytes(origin, workload, answers);
    for (const served of Object.values(servers))
      await measure(served, workload, { ...pace, seconds: pace.seconds / 2 });
    for (let round = 0; round < pace.rounds; round++) {
      for (const name of ['galley', 'embedded', 'bare', 'sameHeaders'] as const) {
        const served = servers[name];
        if (!served) continue;
        const figures = await measure(served, workload, pace);
        if (figures.refused > 0 && !mayRefuse) throw new Error(`${workload.title}: ${figures.refused} were refused`);
        rounds[name].push(figures);
      }
    }
    if (!mayRefuse) demandSame(workload, await fetchAnswers(galley.origin, workload), right);
  } finally {
    await Promise.all([bare.stop(), sameHeaders.stop()]);
  }
  const { name, title } = workload;
  return {
    ...{ name, title, galley: medianOf(rounds.galley) },
    ...{ bare: medianOf(rounds.bare), sameHeaders: medianOf(rounds.sameHeaders) },
    ratios: {
      bare: ratioOf(rounds.galley, rounds.bare),
      sameHeaders: ratioOf(rounds.galley, rounds.sameHeaders),
    },
    ...(embedded && {
      embedded: { figures: medianOf(rounds.embedded), ratios: ratioOf(rounds.galley, rounds.embedded) },
    }),
    bytes: Math.round(answers.reduce((sum, { body }) => sum + body.length, 0) / answers.length),
    encoding: answers[0]?.headers['content-encoding'] ?? null,
  };
};
