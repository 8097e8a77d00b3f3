/**
 * What many answers embed, such as the name of an author, kept in memory under its cache group until a commit touches
 * that group. One store has one memory; inside a transaction there is none, for what it sees is not true yet.
 */
import type { Group } from '../core/groups.ts';
import type { Store } from './store.ts';

/** How many things are kept, the longest kept let go first; each is some hundred bytes. */
const MOST = 50_000;

export class Memory {
  #kept = new Map<Group, unknown>();
  #touches = 0;

  peek(group: Group): unknown {
    return this.#kept.get(group);
  }

  /** Loads a thing and keeps it, unless something was touched meanwhile: then it may be what was before. */
  async fill<T>(group: Group, load: () => Promise<T | undefined>): Promise<T | undefined> {
    const touches = this.#touches;
    const thing = await load();
    if (thing !== undefined && touches === this.#touches) {
      this.#kept.set(group, thing);
      if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value as Group);
    }
    return thing;
  }

  /** Forgets what a commit touched; `'all'` where that is not known. */
  forget(touched: Iterable<Group> | 'all'): void {
    this.#touches++;
    if (touched === 'all') this.#kept.clear();
    else for (const group of touched) this.#kept.delete(group);
  }
}

/**
 * A reader of things that are kept in memory, each under the group of its key. What `load` does not find is not kept.
 * The things of a group must be of one type: that of the one reader of that group.
 */
export const remembered =
  <K, T>(groupOf: (key: K) => Group, load: (store: Store, key: K) => Promise<T | undefined>) =>
  (store: Store, key: K): T | undefined | Promise<T | undefined> => {
    const { memory } = store;
    if (!memory) return load(store, key);
    const group = groupOf(key);
    return (memory.peek(group) as T | undefined) ?? memory.fill(group, () => load(store, key));
  };
