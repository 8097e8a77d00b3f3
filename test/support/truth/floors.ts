/** What was acknowledged or seen, so that nobody who asks after that is told of anything older. */
export class Floors {
  #known = new Map<string, number>();

  /** Notes the version of a thing; versions only grow. */
  note(thing: string, version: number): void {
    this.#known.set(thing, Math.max(version, this.#known.get(thing) ?? 0));
  }

  /** What is known now, as it stays for whoever begins to ask. */
  copy(): ReadonlyMap<string, number> {
    return new Map(this.#known);
  }

  clear(): void {
    this.#known.clear();
  }
}

type Named = { id: number; name: string };
type Told = { id: number; version?: number; authors?: Named[]; tags?: Named[]; related?: Told[] };

/** The number in a name, which grows with every name that is given. */
export const numberIn = (name: string): number => Number(/ [at](\d+)n$/.exec(name)?.[1] ?? 0);

/** The articles, authors and tags that an answer about articles tells of, each with what grows of it. */
export const toldIn = (path: string, bytes: Buffer): [thing: string, version: number][] => {
  if (!/^\/v1\/articles(?!.*\/comments)/.test(path)) return [];
  const body: Told & { data?: Told[] } = JSON.parse(bytes.toString('utf8'));
  const articles = body.data ?? [body, ...(body.related ?? [])];
  return articles.flatMap(({ id, version = 0, authors = [], tags = [] }) => [
    [`articles-${id}`, version] as [string, number],
    ...authors.map(({ id, name }): [string, number] => [`authors-${id}`, numberIn(name)]),
    ...tags.map(({ id, name }): [string, number] => [`tags-${id}`, numberIn(name)]),
  ]);
};
