/** How much each caller has taken of what there is in a while. */
import type { Rate } from '../core/rate.ts';

export type Rates = { read: Rate; write: Rate; comment: Rate; wrongKey: Rate };
export type RateName = keyof Rates;

export type Taken = { left: number; resetsIn: number };

/** Counts within windows that begin together for all, so that memory is bounded by the callers of one window. */
class Window {
  private counts = new Map<string, number>();
  private endsAt = 0;
  readonly rate: NonNullable<Rate>;

  constructor(rate: NonNullable<Rate>) {
    this.rate = rate;
  }

  /** Takes one from the caller's share; `left` is negative when there was none. */
  take(caller: string, now: number): Taken {
    this.turn(now);
    const count = (this.counts.get(caller) ?? 0) + 1;
    this.counts.set(caller, count);
    return { left: this.rate.limit - count, resetsIn: Math.ceil((this.endsAt - now) / 1000) };
  }

  /** Whether the caller has nothing left to take. */
  isSpent(caller: string, now: number): boolean {
    this.turn(now);
    return (this.counts.get(caller) ?? 0) >= this.rate.limit;
  }

  private turn(now: number): void {
    if (now < this.endsAt) return;
    this.counts = new Map();
    this.endsAt = now + this.rate.seconds * 1000;
  }
}

/** The windows of the rates that have a limit. */
export type RateWindows = ReadonlyMap<RateName, Window>;

export const openWindows = (rates: Rates): RateWindows => {
  const windows = new Map<RateName, Window>();
  for (const [name, rate] of Object.entries(rates) as [RateName, Rate][]) {
    if (rate) windows.set(name, new Window(rate));
  }
  return windows;
};
