/** Texts and bytes put together, as one buffer of UTF-8. */

/** Joins pieces in their order; texts are encoded as they are written, so that nothing is copied twice. */
export const joinBytes = (pieces: readonly (string | Buffer)[]): Buffer => {
  let most = 0;
  for (const piece of pieces) most += typeof piece === 'string' ? 3 * piece.length : piece.length;
  const bytes = Buffer.allocUnsafe(most);
  let end = 0;
  for (const piece of pieces) end += typeof piece === 'string' ? bytes.write(piece, end) : piece.copy(bytes, end);
  return bytes.subarray(0, end);
};
