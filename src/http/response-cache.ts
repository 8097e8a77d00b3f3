/**
 * Finished answers to anonymous reads, by URL, bounded in bytes. Every answer belongs to cache groups; a commit drops
 * those of the groups it touches.
 */
import type { Group } from '../core/groups.ts';

/** The codings an answer is kept in, beside its plain bytes. */
export type Coding = 'gzip' | 'br';

/** An answer as it is sent: `head` is all of its header fields but those of the single request, names and values in turn. */
export type Form = { head: string[]; bytes: Buffer };
export type Entry = {
  readonly url: string;
  readonly status: number;
  readonly groups: readonly Group[];
  /** The pattern of its route, for the log. */
  readonly route: string;
  readonly etag: string;
  /** The few header fields that a 304 repeats. */
  readonly thin: string[];
  readonly plain: Form;
  readonly coded: Map<Coding, Form>;
  wasUsed: boolean;
};

const sizeOf = ({ head, bytes }: Form) => bytes.length + 2 * head.reduce((sum, text) => sum + text.length, 0);
/** What an entry takes beside its forms, roughly: objects, the places in maps and sets. */
const OVERHEAD = 1000;
/** No answer may take more than this part of the whole. */
const LARGEST_PART = 1 / 8;

export class ResponseCache {
  /** How often it was answered from here, and how often what could be kept had to be made. */
  hits = 0;
  misses = 0;
  readonly #limit: number;
  #entries = new Map<string, Entry>();
  #groups = new Map<Group, Set<Entry>>();
  #bytes = 0;
  #drops = 0;

  /** A cache of so many bytes at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How much is kept, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** How often anything may have been dropped: an answer that was begun at another count may be untrue already. */
  get drops(): number {
    return this.#drops;
  }

  get(url: string): Entry | undefined {
    const entry = this.#entries.get(url);
    if (entry) entry.wasUsed = true;
    return entry;
  }

  /** Keeps an answer, unless something was dropped since it was begun at the count `begun`. */
  put(entry: Entry, begun: number): void {
    if (begun !== this.#drops || this.#sizeOf(entry) > this.#limit * LARGEST_PART) return;
    this.#remove(this.#entries.get(entry.url));
    this.#entries.set(entry.url, entry);
    for (const group of entry.groups) {
      const members = this.#groups.get(group);
      if (members) members.add(entry);
      else this.#groups.set(group, new Set([entry]));
    }
    this.#grow(this.#sizeOf(entry));
  }

  /** Adds a coded form to an entry; it is answered with also where the entry is not kept any more. */
  addForm(entry: Entry, coding: Coding, form: Form): void {
    if (entry.coded.has(coding)) return;
    entry.coded.set(coding, form);
    if (this.#entries.get(entry.url) === entry) this.#grow(sizeOf(form));
  }

  /** Drops every answer that belongs to a touched group; all, where nobody knows what was touched. */
  drop(touched: Iterable<Group> | 'all'): void {
    this.#drops++;
    if (touched === 'all') {
      this.#entries.clear();
      this.#groups.clear();
      this.#bytes = 0;
      return;
    }
    for (const group of touched) for (const entry of this.#groups.get(group) ?? []) this.#remove(entry);
  }

  #sizeOf({ url, groups, thin, plain, coded }: Entry): number {
    const texts = [url, ...groups, ...thin].reduce((sum, text) => sum + 2 * text.length, 0);
    return [plain, ...coded.values()].reduce((sum, form) => sum + sizeOf(form), OVERHEAD + texts);
  }

  #remove(entry: Entry | undefined): void {
    if (!entry || this.#entries.get(entry.url) !== entry) return;
    this.#entries.delete(entry.url);
    this.#bytes -= this.#sizeOf(entry);
    for (const group of entry.groups) {
      const members = this.#groups.get(group);
      members?.delete(entry);
      if (members?.size === 0) this.#groups.delete(group);
    }
  }

  /** Makes room: the longest kept goes first, unless it was used since it was last looked at. */
  #grow(by: number): void {
    this.#bytes += by;
    for (const entry of this.#entries.values()) {
      if (this.#bytes <= this.#limit) return;
      if (entry.wasUsed) {
        entry.wasUsed = false;
        this.#entries.delete(entry.url);
        this.#entries.set(entry.url, entry);
      } else this.#remove(entry);
    }
  }
}
