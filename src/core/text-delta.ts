/**
 * What makes one text of another, as bytes: a list of pieces to copy and pieces to insert. Each place of a text is
 * looked at a fixed number of times, whatever stands there, so that two megabytes take milliseconds also where
 * everything is new, or everything repeats itself.
 */

/** The pieces by which texts are recognised; what is shorter is not looked for. */
const BLOCK = 16;

const PRIME = 0x01000193;
/** PRIME to the power of BLOCK - 1, in 32 bits: the weight of the byte that leaves a block. */
const LEAVING = Array.from({ length: BLOCK - 1 }).reduce<number>((power) => Math.imul(power, PRIME), 1);

const hashAt = (bytes: Uint8Array, at: number): number => {
  let hash = 0;
  for (let i = at; i < at + BLOCK; i++) hash = (Math.imul(hash, PRIME) + (bytes[i] as number)) | 0;
  return hash;
};

/** Where each block of a text stands, by its hash: the first of those that share a place in the table. */
const indexOf = (bytes: Uint8Array) => {
  const bits = Math.max(4, Math.ceil(Math.log2(bytes.length / BLOCK + 1)) + 1);
  const table = new Int32Array(2 ** bits).fill(-1);
  const slotOf = (hash: number) => Math.imul(hash, 0x9e3779b1) >>> (32 - bits);
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    const slot = slotOf(hashAt(bytes, at));
    if (table[slot] === -1) table[slot] = at;
  }
  return (hash: number): number => table[slotOf(hash)] as number;
};

/** How many bytes two texts share from two places on. */
const sharedFrom = (one: Uint8Array, i: number, other: Uint8Array, j: number): number => {
  const most = Math.min(one.length - i, other.length - j);
  let length = 0;
  while (length < most && one[i + length] === other[j + length]) length++;
  return length;
};

/** How many bytes two texts share before two places, at most so many. */
const sharedBefore = (one: Uint8Array, i: number, other: Uint8Array, j: number, most: number): number => {
  let length = 0;
  while (length < Math.min(most, i) && one[i - length - 1] === other[j - length - 1]) length++;
  return length;
};

/** Writes pieces down: its length twice, one more for a copy, which is followed by where it stands. */
const pieceWriter = (room: number) => {
  const bytes = Buffer.allocUnsafe(room);
  let end = 0;
  const number = (value: number) => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) + 128;
    bytes[end++] = rest;
  };
  return {
    copy(at: number, length: number) {
      if (length === 0) return;
      number(length * 2 + 1);
      number(at);
    },
    insert(piece: Uint8Array) {
      if (piece.length === 0) return;
      number(piece.length * 2);
      bytes.set(piece, end);
      end += piece.length;
    },
    length: () => end,
    written: () => bytes.subarray(0, end),
  };
};

/** What makes `to` of `from`; undefined where that would be longer than `most` bytes, which is known as soon as so much is new. */
export const makeDelta = (from: Uint8Array, to: Uint8Array, most: number): Buffer | undefined => {
  const head = sharedFrom(from, 0, to, 0);
  const tail = sharedBefore(from, from.length, to, to.length, Math.min(from.length, to.length) - head);
  const [fromEnd, toEnd] = [from.length - tail, to.length - tail];
  const source = from.subarray(0, fromEnd);
  const target = to.subarray(0, toEnd);
  const pieces = pieceWriter(to.length + 64); // a copy saves more than it and an insert before it take
  pieces.copy(0, head);
  const blockAt = indexOf(source);
  let told = head; // what stands before is written down
  let at = head;
  let hash = at + BLOCK <= toEnd ? hashAt(target, at) : 0;
  while (at + BLOCK <= toEnd) {
    const found = blockAt(hash);
    const length = found === -1 ? 0 : sharedFrom(source, found, target, at);
    if (length >= BLOCK) {
      const before = sharedBefore(source, found, target, at, at - told);
      pieces.insert(target.subarray(told, at - before));
      pieces.copy(found - before, before + length);
      at += length;
      told = at;
      if (at + BLOCK <= toEnd) hash = hashAt(target, at);
    } else {
      const [leaving, coming] = [target[at] as number, target[at + BLOCK] as number];
      hash = (Math.imul(hash - Math.imul(leaving, LEAVING), PRIME) + coming) | 0;
      at++;
    }
    if (pieces.length() + at - told > most) return undefined;
  }
  pieces.insert(target.subarray(told));
  pieces.copy(fromEnd, tail);
  const delta = pieces.written();
  return delta.length > most ? undefined : delta;
};

/** The text that a delta makes of the one it was made from. */
export const applyDelta = (from: Uint8Array, delta: Uint8Array): Buffer => {
  const pieces: Uint8Array[] = [];
  let at = 0;
  const number = () => {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = delta[at++];
      if (byte === undefined) throw new Error('A delta ends too early');
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
  };
  const pieceOf = (bytes: Uint8Array, start: number, length: number) => {
    if (start + length > bytes.length) throw new Error('A delta was made from another text');
    return bytes.subarray(start, start + length);
  };
  while (at < delta.length) {
    const head = number();
    const length = Math.floor(head / 2);
    const isCopy = head % 2 === 1;
    pieces.push(isCopy ? pieceOf(from, number(), length) : pieceOf(delta, at, length));
    if (!isCopy) at += length;
  }
  return Buffer.concat(pieces);
};
