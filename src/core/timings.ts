/** How long things of one kind took, counted in buckets: a plain array, so that to note one costs next to nothing. */

/** The upper bounds of the buckets, in seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

export class Timings {
  /** How many took up to each bound and longer than the one before; the last of them, longer than all. */
  readonly #counts = new Float64Array(BOUNDS.length + 1);
  #sum = 0;

  /** Notes one, in seconds. */
  note(seconds: number): void {
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += seconds;
  }

  /** How many took up to each bound, all shorter ones among them; their number, and all their seconds together. */
  read(): { upTo: [bound: number, count: number][]; count: number; sum: number } {
    let count = 0;
    const upTo = BOUNDS.map((bound, i): [number, number] => {
      count += this.#counts[i] as number;
      return [bound, count];
    });
    return { upTo, count: count + (this.#counts[BOUNDS.length] as number), sum: this.#sum };
  }
}
