/** `galley export …`: runs an export at a terminal or in a script. */
import { Presets, SingleBar } from 'cli-progress';
import { EXIT, type Terminal } from '../../core/terminal.ts';
import type { Parts } from '../../store/store.ts';
import { exportContent } from './actions.ts';
import type { Format } from './formats.ts';
import type { Tally } from './tally.ts';

export type ExportFlags = { json?: boolean };

const sum = ({ authors, tags, articles, comments }: Tally) => authors + tags + articles + comments;

/** Shows, at a terminal, how far it is. */
const showProgress = (err: Terminal['err']) => {
  if (!err.isTTY) return { tell: () => {}, end: () => {} };
  const format = '{bar} {percentage}% · {value} of {total} · {eta_formatted} left';
  const bar = new SingleBar(
    { format, stream: err as NodeJS.WriteStream, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let isBegun = false;
  return {
    tell: (counts: Tally, total: Tally) => {
      if (!isBegun) bar.start(sum(total), 0);
      isBegun = true;
      bar.update(sum(counts));
    },
    end: () => bar.stop(),
  };
};

const number = (value: number) => value.toLocaleString('en');

/** In a sentence, what went out. */
const summaryOf = (file: string, { counts, bytes }: { counts: Tally; bytes: number }, since: number): string => {
  const parts = Object.entries(counts).map(([kind, n]) => `${number(n)} ${kind}`);
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  return `Exported ${parts.join(', ')} to ${file}: ${number(bytes)} bytes of text in ${seconds} s`;
};

/**
 * Exports to a file, or with `-` to the output, and tells what went out: there, or where the records go there, beside it.
 * Resolves to the exit code: 0, or 130 when `signal` ended it. Throws what failed.
 */
export const runExport = async (
  parts: Parts,
  format: Format,
  file: string,
  { json = false }: ExportFlags,
  { out, err }: Terminal,
  signal: AbortSignal,
): Promise<number> => {
  const since = performance.now();
  const progress = showProgress(err);
  const isPiped = file === '-';
  try {
    const done = await exportContent(parts, { format, to: isPiped ? out : file, onProgress: progress.tell, signal });
    progress.end();
    const summary = json
      ? JSON.stringify({ format, file, ...done })
      : summaryOf(isPiped ? 'the output' : file, done, since);
    (isPiped ? err : out).write(`${summary}\n`);
    return 0;
  } catch (error) {
    progress.end();
    if (!signal.aborted) throw error;
    err.write(`galley: interrupted; ${isPiped ? 'what was written is not whole' : 'nothing is left of the file'}\n`);
    return EXIT.interrupted;
  }
};
