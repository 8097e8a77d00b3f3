/** Chance that is the same at every run. */

/** A source of numbers in [0, 1), the same for the same seeds (mulberry32). */
export const randomOf = (...seeds: number[]): (() => number) => {
  let state = seeds.reduce((sum, seed) => Math.imul(sum ^ seed, 0x9e3779b1) ^ (sum >>> 15), 0x2545f491);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Picks of ranks 0 to `size` - 1, where rank r is picked 1 / (r + 1) as often as the first. */
export const zipf = (size: number): ((random: () => number) => number) => {
  const sums = new Float64Array(size);
  for (let rank = 0, sum = 0; rank < size; rank++) {
    sum += 1 / (rank + 1);
    sums[rank] = sum;
  }
  const whole = sums[size - 1] as number;
  return (random) => {
    const wanted = random() * whole;
    let [low, high] = [0, size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
};
