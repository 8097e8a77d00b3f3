/** What the commands that copy a store tell while they do, and in the end. */
import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from '../core/terminal.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes for people, such as `12.3 MiB`. */
export const sizeOf = (bytes: number): string => {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
};

export const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** Shows how far a copy is, where somebody looks on; `note` stands where it is copied, and only checked still. */
export const showCopying = ({ err }: Terminal, quiet: boolean) => {
  if (!err.isTTY || quiet) return { onProgress: () => {}, end: () => {} };
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% · {size} · {note}',
      stream: err as NodeJS.WriteStream,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  let isShown = false;
  return {
    onProgress: ({ copied, total }: { copied: number; total: number }) => {
      const payload = { size: sizeOf(total), note: copied < total ? 'copying' : 'checking' };
      if (!isShown) bar.start(total, copied, payload);
      isShown = true;
      bar.setTotal(total);
      bar.update(copied, payload);
    },
    end: () => bar.stop(),
  };
};
