/** Looks at JSON before it is parsed: what would cost too much, and what parsing would hide. */
import { bodyFault, type Fault, refuseAll } from '../core/errors.ts';

const MAX_DEPTH = 64;
const MAX_VALUES = 10_000;
const MAX_FAULTS = 50;

/** Part of a JSON pointer (RFC 6901). */
export const pointerStep = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** An object or list that is open: where the walk stands in it. */
type Frame = { names: Set<string> | null; at: string | number };

const tooMuch = (code: string, detail: string) => refuseAll('invalid-request', [bodyFault('', code, detail)]);

/** The end of the string that begins at `start`; the length of the text where it never ends. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
};

const nameOf = (quoted: string): string => {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted; // malformed: the parser will say so
  }
};

const pointerOf = (frames: Frame[], name: string) =>
  [...frames.slice(0, -1).map(({ at }) => at), name].map(pointerStep).join('');

/**
 * Walks raw JSON once. Throws where it nests deeper than 64 or has more than 10,000 keys and values; returns the faults
 * of names that are there twice, of which a parser would drop one unseen, and of `__proto__`, which is no field of
 * anything. The text need not be well formed: the parser judges that.
 */
export const faultsOfShape = (text: string): Fault[] => {
  const faults: Fault[] = [];
  const frames: Frame[] = [];
  let values = 1;
  let expectsName = false;
  // More than are told would only cost time: a body may name a hundred thousand.
  const note = (fault: Fault) => {
    if (faults.length < MAX_FAULTS) faults.push(fault);
  };
  const count = (more: number) => {
    values += more;
    if (values > MAX_VALUES) throw tooMuch('too-many', `The body has more than ${MAX_VALUES} keys and values`);
  };
  for (let at = 0; at < text.length; at++) {
    const frame = frames.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (expectsName && frame?.names) {
          const name = nameOf(text.slice(at, end + 1));
          if (name === '__proto__')
            note(bodyFault(pointerOf(frames, name), 'unknown-field', `${name} is not known here`));
          else if (frame.names.has(name))
            note(bodyFault(pointerOf(frames, name), 'repeated', `${name} is there twice`));
          frame.names.add(name);
          frame.at = name;
          expectsName = false;
        }
        at = end;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        expectsName = text.charCodeAt(at) === 0x7b;
        frames.push({ names: expectsName ? new Set() : null, at: expectsName ? '' : 0 });
        if (!expectsName && !/^\s*\]/.test(text.slice(at + 1, at + 20))) count(1); // the first of a list
        if (frames.length > MAX_DEPTH) throw tooMuch('too-deep', `The body nests deeper than ${MAX_DEPTH} levels`);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        frames.pop();
        expectsName = false;
        break;
      case 0x2c: // a comma
        if (frame?.names === null) count(1);
        expectsName = frame?.names != null;
        if (typeof frame?.at === 'number') frame.at++;
        break;
      case 0x3a: // a colon: a key and its value
        count(2);
        break;
    }
  }
  return faults;
};
