/** How the texts of the past are kept: as what makes one of the text that came after it, and now and then whole. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { applyDelta, makeDelta } from './text-delta.ts';

/** The most texts that are read to have one: after so many, one is kept whole. */
export const MOST_STEPS = 50;

/** What is longer is compressed in less time: two megabytes at the usual level would hold all else for a tenth of a second. */
const LONG = 128 * 1024;

/** The longest delta, in bytes: what is new is looked at place by place, and more would be kept for less than it takes. */
const LONGEST_DELTA = 256 * 1024;

const compress = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { level: bytes.length > LONG ? 1 : 6 });

/** A text of the past. `textSteps` 0: whole; else a delta from the next one, the so many-th since one was kept whole. */
export type KeptText = { text: Buffer; textSteps: number };

/**
 * Keeps a text that another takes the place of. `steps`: those of the text that was kept before, 0 for the first. It is
 * whole where its delta is more than a quarter of it, or very long: that would save little, and be one more to be read.
 */
export const keepText = (past: string, next: string, steps: number): KeptText => {
  const whole = Buffer.from(past);
  if (steps + 1 < MOST_STEPS) {
    const delta = makeDelta(Buffer.from(next), whole, Math.min(whole.length / 4, LONGEST_DELTA));
    if (delta) return { text: compress(delta), textSteps: steps + 1 };
  }
  return { text: compress(whole), textSteps: 0 };
};

/** Reads a kept text; `next`: the bytes of the text that came after it, of which a whole one needs nothing. */
export const readKept = ({ text, textSteps }: KeptText, next: Uint8Array): Buffer => {
  const bytes = inflateRawSync(text);
  return textSteps === 0 ? bytes : applyDelta(next, bytes);
};

/** Keeps a value that is JSON, compressed. */
export const keepJson = (value: unknown): Buffer => compress(Buffer.from(JSON.stringify(value)));

/** Reads a value that `keepJson` kept. */
export const readJson = (kept: Uint8Array): unknown => JSON.parse(inflateRawSync(kept).toString('utf8'));
