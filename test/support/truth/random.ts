/** Chance that can be had again: the same seed gives the same numbers. */
export type Random = {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  /** Whether something happens that happens in so many of a hundred cases. */
  percent(chance: number): boolean;
  /** One of some things; throws where there are none. */
  one<T>(things: readonly T[]): T;
  /** So many of some things at most, each once, in any order. */
  some<T>(things: readonly T[], most: number): T[];
};

/**
 * The seed of a test that asks by chance: what the variable of that name says; else always the same in what runs with
 * every change, and another each time in the long run (`npm run test:full`). Chance finds faults in the long run, and stands in no change's way
 * that has no part in them.
 */
export const seedOf = (name: string): number => {
  const isLong = process.env.SEEDS === 'any' || process.argv[1]?.includes('.full.') === true;
  return Number(process.env[name] ?? (isLong ? Date.now() % 1_000_000 : 1));
};

/** Mulberry32: 32 bits of state, good enough to choose by. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const one = <T>(things: readonly T[]): T => {
    if (things.length === 0) throw new Error('There is nothing to choose from');
    return things[below(things.length)] as T;
  };
  const some = <T>(things: readonly T[], most: number): T[] => {
    const rest = [...things];
    const chosen: T[] = [];
    while (chosen.length < most && rest.length > 0) chosen.push(...rest.splice(below(rest.length), 1));
    return chosen;
  };
  return { below, percent: (chance) => next() * 100 < chance, one, some };
};
