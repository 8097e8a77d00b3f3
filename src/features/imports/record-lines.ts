/** Reads a file of records: NDJSON, gzip or not. */
import { createHash } from 'node:crypto';
import { Refusal, refuse, refuseAll } from '../../core/errors.ts';
import { readJson } from '../../http/json-body.ts';
import type { Found, Reader } from '../formats/found.ts';
import { type Line, LONGEST_LINE, readLines } from '../formats/lines.ts';
import { reasonsOf } from './reading.ts';

const readObject = ({ bytes }: Line): Record<string, unknown> => {
  if (bytes === null) throw refuse('payload-too-large', `The line is longer than ${LONGEST_LINE} bytes`);
  const { value, faults } = readJson(bytes);
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refuse('invalid-request', 'The line is no JSON object');
};

const readLine = (line: Line): Found => {
  const place = { line: line.number, bytes: line.bytes?.length ?? 0 };
  const digest = () =>
    createHash('sha256')
      .update(line.bytes as Buffer)
      .digest('hex')
      .slice(0, 32);
  try {
    return { ...place, value: readObject(line), digest };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...place, kind: null, record: null, refused: reasonsOf(error) };
  }
};

/** Each line is a record or is refused by itself; a file that breaks off ends the walk where it does. */
export const readRecordLines: Reader = async function* ({ path }, onRead) {
  for await (const line of readLines(path, onRead)) yield readLine(line);
};
