/** `galley import …`: runs an import at a terminal or in a script. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { Presets, SingleBar } from 'cli-progress';
import { EXIT, type Terminal } from '../../core/terminal.ts';
import { UnreadableFile } from '../formats/lines.ts';
import { type ImportParts, importRecords } from './actions.ts';
import type { Format } from './formats.ts';
import { type Counts, emptyReport, formatProblem, formatReport, type Report, type TellProblem } from './report.ts';

export type ImportFlags = {
  dryRun?: boolean;
  json?: boolean;
  defaultAuthor?: string;
  pages?: boolean;
  siteUrl?: string;
};

const showProgress = (path: string, err: Terminal['err'], counts: Counts) => {
  const total = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (!err.isTTY || total === 0) return { tell: () => {}, clear: () => {}, end: () => {} };
  const format = '{bar} {percentage}% · {records} records · {eta_formatted} left';
  const bar = new SingleBar(
    { format, stream: err as NodeJS.WriteStream, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0, { records: 0 });
  return {
    tell: (bytes: number) => bar.update(Math.min(bytes, total), { records: counts.read.toLocaleString('en') }),
    /** Frees the line for something else; the bar comes back below it by itself. */
    clear: () => void err.write('\r\u001b[K'),
    end: () => bar.stop(),
  };
};

/** What stands between the problems and the rest. */
const gapAfter = ({ said }: Report) => (Object.values(said).some(({ size }) => size > 0) ? '\n' : '');

const seconds = (since: number) => (performance.now() - since) / 1000;

const headline = (path: string, counts: Counts, since: number, dryRun: boolean): string => {
  const took = seconds(since);
  const rate = Math.round(counts.read / took).toLocaleString('en');
  const what = dryRun ? 'Tried without storing anything:' : 'Imported';
  return `${what} ${basename(path)}, ${counts.read.toLocaleString('en')} records in ${took.toFixed(1)} s (${rate} a second)`;
};

/** Writes, and waits while whoever reads is slow: what waits to be read would fill the memory. */
const say = (out: Writable, text: string): void | Promise<void> =>
  out.write(text) || out.destroyed ? undefined : once(out, 'drain').then(() => undefined);

/** Says problems as they come: for people a line each, else as the beginning of one JSON object. */
const sayProblems = (out: Writable, json: boolean, clear: () => void): TellProblem => {
  let said = 0;
  return (problem) => {
    said += 1;
    if (json) return say(out, `${said === 1 ? '' : ','}\n${JSON.stringify(problem)}`);
    clear();
    return say(out, `${formatProblem(problem)}\n`);
  };
};

/**
 * Imports a file and tells what became of it. Resolves to the exit code: 0 when it is done, whatever the problems of
 * single records; 1 when the file or the store failed; 130 when `signal` ended it. What was stored before stays, and the
 * same command goes on from there.
 */
export const runImport = async (
  parts: ImportParts,
  format: Format,
  path: string,
  { dryRun = false, json = false, defaultAuthor, pages = false, siteUrl }: ImportFlags,
  { out, err }: Terminal,
  signal: AbortSignal,
): Promise<number> => {
  const report = emptyReport((problem) => tell(problem));
  const since = performance.now();
  const progress = showProgress(path, err, report.counts);
  const tell = sayProblems(out, json, progress.clear);
  if (json) out.write('{"problems":[');
  let fault: Error | undefined;
  try {
    const options = {
      format,
      path,
      defaultAuthor: defaultAuthor ?? null,
      pages,
      siteUrl: siteUrl?.replace(/\/+$/, '') ?? null,
      report,
      signal,
      onProgress: progress.tell,
    };
    await importRecords(parts, options);
  } catch (error) {
    fault = error as Error;
  } finally {
    progress.end();
  }
  const { read } = report.counts;
  if (json) out.write(`],"counts":${JSON.stringify(report.counts)}}\n`);
  else if (!fault || read > 0)
    out.write(`${gapAfter(report)}${headline(path, report.counts, since, dryRun)}\n\n${formatReport(report)}\n`);
  if (fault) {
    const soFar = read > 0 && !dryRun ? `; ${read} records were read and stay as told; run it again to go on` : '';
    err.write(`galley: ${fault instanceof UnreadableFile ? '' : 'the import failed: '}${fault.message}${soFar}\n`);
    return EXIT.failed;
  }
  if (!signal.aborted) return 0;
  err.write('galley: interrupted; run it again to go on\n');
  return EXIT.interrupted;
};
