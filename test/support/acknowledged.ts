/** Writers that note what they were told is stored, and what of that is lost in the end. */

/** What writers were told: each article, and the version and body it was acknowledged with. */
export type Acknowledged = Map<number, { version: number; body: string }>;

export type Ask = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: { id: number; version: number; body: string } }>;

/** Asks a process with a key. */
export const asks =
  (address: string, key: string): Ask =>
  async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(address + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: (await answer.json()) as Awaited<ReturnType<Ask>>['body'] };
  };

export type Writer = { name: string; writes: number };

/**
 * Writes articles and changes them until it is told to stop, or nobody answers any more: then it throws what `fetch`
 * throws. Every answer of 200 or 201 is noted.
 */
export const writeOn = async (
  ask: Ask,
  writer: Writer,
  acknowledged: Acknowledged,
  isStopped = () => false,
): Promise<void> => {
  const note = ({ status, body: { id, version } }: Awaited<ReturnType<Ask>>, body: string) => {
    if (status !== 200 && status !== 201) throw new Error(`A write was answered with ${status}`);
    acknowledged.set(id, { version, body });
    writer.writes += 1;
    return id;
  };
  for (let n = 1; !isStopped(); n += 1) {
    const [first, second] = [`${writer.name} writes ${n}`, `${writer.name} changes ${n}`];
    const id = note(await ask('POST', '/v1/articles', { title: first, body: first, tags: [writer.name] }), first);
    note(await ask('PATCH', `/v1/articles/${id}`, { body: second }), second);
  }
};

/** Whether a writer ended as one does whose process is gone: what fetch throws when it finds nobody, or loses him in the middle of an answer. */
export const foundNobody = (end: PromiseSettledResult<void>): boolean =>
  end.status === 'rejected' && end.reason instanceof TypeError;

/** How many of the acknowledged writes are not there. A change that was under way may have been stored without its answer having come out. */
export const countLost = async (ask: Ask, acknowledged: Acknowledged): Promise<number> => {
  let lost = 0;
  for (const [id, { version, body }] of acknowledged) {
    const { status, body: found } = await ask('GET', `/v1/articles/${id}`);
    const isSame = found.version === version ? found.body === body : found.version === version + 1;
    if (status !== 200 || !isSame) lost += 1;
  }
  return lost;
};
