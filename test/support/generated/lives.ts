/** Whole lives of things, in any order: made, read, changed, used, put away, brought back, gone. What is told of them must hold. */
import fc, { type Arbitrary } from 'fast-check';
import type { Test } from 'tap';
import { type Answer, type Galley, startGalley } from '../app.ts';
import { type Json, operationsOf } from './document.ts';
import { type Fields, LIVES, type Life, YESTERDAY } from './kinds-of-lives.ts';
import { SEED, show } from './run.ts';
import { createValues } from './values.ts';

type Match = 'none' | 'current' | 'any' | 'stale';
type Step =
  | { does: 'make'; life: number; body: Fields; again: 'never' | 'same' | 'other' }
  | { does: 'change'; life: number; place: number; body: Fields; match: Match }
  | { does: 'read' | 'use' | 'delete' | 'purge' | 'restore'; place: number; match: Match };

type Thing = {
  life: number;
  path: string;
  made: Json;
  etag: string | undefined;
  version: number | undefined;
  state: 'there' | 'put away' | 'gone';
};

const stepsOf = (document: Json): Arbitrary<Step[]> => {
  const { good } = createValues(document);
  const operations = operationsOf(document);
  const bodyOf = (id: string) => good(operations.find((each) => each.id === id)?.body?.schema) as Arbitrary<Fields>;
  const place = fc.nat(5);
  const match = fc.constantFrom<Match>('none', 'none', 'current', 'current', 'any', 'stale');
  const makes = LIVES.map(({ makes }, life) =>
    fc.record({
      ...{ does: fc.constant('make' as const), life: fc.constant(life), body: bodyOf(makes) },
      again: fc.constantFrom('never', 'never', 'same', 'other'),
    }),
  );
  const changes = LIVES.flatMap(({ edits }, life) =>
    edits === undefined
      ? []
      : [
          fc.record({
            does: fc.constant('change' as const),
            life: fc.constant(life),
            place,
            body: bodyOf(edits),
            match,
          }),
        ],
  );
  const others = fc.record({
    does: fc.constantFrom('read', 'use', 'use', 'delete', 'delete', 'purge', 'restore', 'restore'),
    ...{ place, match },
  });
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.oneof(...makes) },
      { weight: 2, arbitrary: fc.oneof(...changes) },
      { weight: 5, arbitrary: others },
    ),
    { minLength: 1, maxLength: 24, size: 'max' },
  );
};

/** What a change may be refused with: a rule that only its store or the merged whole can tell. */
const REFUSED = [400, 409, 422];

const demand = (isTrue: boolean, what: string, answer: Answer): void => {
  if (!isTrue) throw new Error(`${what}: ${answer.status} ${show(answer.text)}`);
};

export type LifeReport = {
  requests: number;
  lives: number;
  ended: number;
  back: number;
  statuses: Record<number, number>;
};

/** Lives through so many stories; what does not hold becomes a failure of the test, made small. */
export const holdLives = async (t: Test, stories: number): Promise<LifeReport> => {
  const galley = await startGalley(t);
  const { app, keys } = galley;
  const report: LifeReport = { requests: 0, lives: 0, ended: 0, back: 0, statuses: {} };
  const doors = operationsOf(app.swagger());
  let n = 0;

  const ask: Galley['ask'] = async (method, url, asked) => {
    const answer = await galley.ask(method, url, asked);
    report.requests++;
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
    if (answer.status >= 500) throw new Error(`${method} ${url} → ${answer.status} ${answer.text}`);
    return answer;
  };
  const lifeOf = ({ life }: { life: number }) => LIVES[life] as Life;
  const keyFor = ({ makes }: Life) => (makes === 'postComment' ? keys.author : keys.admin);

  await ask('POST', '/v1/articles', { key: keys.admin, body: LIVES[0]?.fixed(0, galley) });

  const doorOf = (method: string, path: string) =>
    doors.find((each) => each.method === method && new RegExp(`^${each.path.replace(/\{\w+\}/g, '\\d+')}$`).test(path));

  const conditionOf = ({ etag, version }: Thing, match: Match): Record<string, string> => {
    if (version === undefined || match === 'none') return {};
    const tags = { any: '*', current: etag ?? '*', stale: `"${version + 1}-0123456789abcdef"` };
    return { 'if-match': tags[match] };
  };

  /** Reads it as an admin does, and holds it to what is known. */
  const read = async (thing: Thing): Promise<void> => {
    const { path, version, state } = thing;
    const answer = await ask('GET', path, { key: keys.admin });
    if (state === 'gone') return demand([404, 410].includes(answer.status), `GET ${path} is gone`, answer);
    demand(answer.status === 200, `GET ${path} is there`, answer);
    demand(answer.body.version === version, `GET ${path} has version ${version}`, answer);
    const etag = String(answer.headers.etag);
    const again = await ask('GET', path, { key: keys.admin, headers: { 'if-none-match': etag } });
    demand(again.status === 304, `GET ${path} with ${etag} is known`, again);
    thing.etag = etag;
  };

  const use = async (thing: Thing): Promise<void> => {
    const life = lifeOf(thing);
    const { url, key } = life.use(thing.made, thing.path);
    const answer = await ask('GET', url, { key: key === 'viewer' || key === 'admin' ? keys[key] : (key ?? null) });
    const due = thing.state === 'there' ? [200] : life.out;
    // A slug that nothing has any more may have become that of another.
    const isAnother = thing.state !== 'there' && answer.status === 200 && answer.body.id !== thing.made.id;
    if (isAnother && url.includes('/by-slug/')) return;
    demand(due.includes(answer.status), `GET ${url} of ${thing.path}, which is ${thing.state}, is ${due}`, answer);
    if (thing.state !== 'gone') return;
    for (const { method, path } of doors.filter(
      (door) => door.method === 'GET' && /^\/v1\/\w+\/\{id\}\/[\w-]+$/.test(door.path),
    )) {
      const inside = path.replace(/^\/v1\/\w+\/\{id\}/, thing.path);
      if (!doorOf(method, inside)) continue;
      const of = await ask(method, inside, { key: keys.admin });
      demand([404, 410].includes(of.status), `${method} ${inside} is gone with it`, of);
    }
  };

  const make = async (things: Thing[], { life: place, body, again }: Step & { does: 'make' }): Promise<void> => {
    const life = LIVES[place] as Life;
    const sent = { ...body, ...life.fixed(++n, galley) };
    const headers = again === 'never' ? {} : { 'idempotency-key': `life-${n}` };
    const asked = { key: keyFor(life), body: sent, headers };
    const answer = await ask('POST', life.path, asked);
    if (answer.status !== 201) return demand(REFUSED.includes(answer.status), `${life.makes} makes one`, answer);
    report.lives++;
    const path = String(answer.headers.location);
    things.push({
      life: place,
      path,
      made: answer.body,
      etag: undefined,
      version: answer.body.version,
      state: 'there',
    });
    if (again === 'same') {
      const repeated = await ask('POST', life.path, asked);
      const isSame =
        repeated.status === 201 && repeated.headers.location === path && repeated.body.id === answer.body.id;
      demand(isSame && repeated.headers['idempotent-replayed'] === 'true', `${life.makes} again is the same`, repeated);
    }
    if (again === 'other') {
      const [field, value] = life.other(n);
      const other = await ask('POST', life.path, { ...asked, body: { ...sent, [field]: value } });
      demand(other.status === 422, `${life.makes} under a key that another has is refused`, other);
    }
  };

  const change = async (
    things: Thing[],
    { life: kind, place, body, match }: Step & { does: 'change' },
  ): Promise<void> => {
    const own = things.filter(({ life }) => life === kind);
    const thing = own[place % own.length];
    if (!thing) return;
    const { kept } = lifeOf(thing);
    const sent = Object.fromEntries(Object.entries(body).filter(([name]) => !kept.includes(name)));
    const { path, version = 0, state } = thing;
    const answer = await ask('PATCH', path, { key: keys.admin, body: sent, headers: conditionOf(thing, match) });
    if (state === 'gone') demand([404, 410].includes(answer.status), `PATCH ${path} is gone`, answer);
    else if (match === 'stale' && thing.version !== undefined)
      demand(answer.status === 412, `PATCH ${path} is stale`, answer);
    else if (answer.status === 200) {
      if (thing.version !== undefined) {
        demand([version, version + 1].includes(answer.body.version), `PATCH ${path} is one version on`, answer);
        thing.version = answer.body.version;
        thing.etag = String(answer.headers.etag);
      }
      thing.made = { ...thing.made, ...answer.body }; // what is told once, such as a secret, stays
    } else demand(REFUSED.includes(answer.status), `PATCH ${path} changes it`, answer);
    await read(thing);
  };

  const end = async (thing: Thing, isPermanent: boolean, match: Match): Promise<void> => {
    const life = lifeOf(thing);
    const { path, state } = thing;
    const hasPermanent = doorOf('DELETE', path)?.parameters.some(({ name }) => name === 'permanent');
    const purges = isPermanent && hasPermanent === true;
    const answer = await ask('DELETE', purges ? `${path}?permanent=true` : path, {
      key: keys.admin,
      headers: conditionOf(thing, match),
    });
    if (state === 'gone') demand([404, 410].includes(answer.status), `DELETE ${path} is gone`, answer);
    else if (match === 'stale' && thing.version !== undefined)
      demand(answer.status === 412, `DELETE ${path} is stale`, answer);
    else {
      demand(answer.status === 204, `DELETE ${path} ends it`, answer);
      thing.state = purges || life.end === 'gone' ? 'gone' : 'put away';
      report.ended++;
      if (thing.state === 'put away') await reread(thing);
    }
    await read(thing);
    await use(thing);
  };

  /** Takes its version as it is now, which an end or a return may have moved. */
  const reread = async (thing: Thing): Promise<void> => {
    const answer = await ask('GET', thing.path, { key: keys.admin });
    demand(answer.status === 200, `GET ${thing.path} is still there for an admin`, answer);
    const isOn =
      thing.version === undefined || (answer.body.version >= thing.version && answer.body.version <= thing.version + 1);
    demand(isOn, `GET ${thing.path} is at most one version on from ${thing.version}`, answer);
    Object.assign(thing, { version: answer.body.version, etag: String(answer.headers.etag) });
  };

  const restore = async (thing: Thing): Promise<void> => {
    const path = `${thing.path}/restore`;
    if (!doorOf('POST', path)) return;
    const answer = await ask('POST', path, { key: keys.admin });
    if (thing.state === 'gone') return demand([404, 410].includes(answer.status), `POST ${path} is gone`, answer);
    if (thing.state === 'there')
      return demand([200, 409].includes(answer.status), `POST ${path} of what is there`, answer);
    demand(answer.status === 200, `POST ${path} brings it back`, answer);
    report.back++;
    await reread(thing);
    const published = await ask('PATCH', thing.path, {
      key: keys.admin,
      body: { status: 'published', publishedAt: YESTERDAY },
    });
    demand(published.status === 200, `PATCH ${thing.path} publishes it again`, published);
    Object.assign(thing, { state: 'there', version: published.body.version, etag: String(published.headers.etag) });
  };

  const live = async (steps: Step[]): Promise<void> => {
    const things: Thing[] = [];
    for (const step of steps) {
      if (step.does === 'make') await make(things, step);
      else if (step.does === 'change') await change(things, step);
      else {
        const away = things.filter(({ state }) => state === 'put away');
        const meant = step.does === 'restore' && away.length > 0 ? away : things;
        const thing = meant[step.place % meant.length];
        if (!thing) continue;
        if (step.does === 'read') await read(thing);
        if (step.does === 'use') await use(thing);
        if (step.does === 'delete') await end(thing, false, step.match);
        if (step.does === 'purge') await end(thing, true, step.match);
        if (step.does === 'restore') await restore(thing);
      }
    }
    for (const thing of things) {
      await read(thing);
      await use(thing);
    }
  };

  const result = await fc.check(fc.asyncProperty(stepsOf(app.swagger()), live), { seed: SEED, numRuns: stories });
  if (result.failed)
    t.fail(`GENERATED_SEED=${SEED} finds it again`, {
      fault: String(result.errorInstance),
      steps: show(fc.stringify(result.counterexample), 3000),
      at: null,
      stack: '',
    });
  return report;
};
