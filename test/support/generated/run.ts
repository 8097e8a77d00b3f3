/** Sends what plans say, and holds every answer to the document: what it refuses is refused, what it allows is allowed. */
import fc from 'fast-check';
import type { Test } from 'tap';
import { holdToContract } from '../contract.ts';
import { seedOf } from '../truth/random.ts';
import { faultsOfAnswer } from './answers.ts';
import { type Operation, operationsOf } from './document.ts';
import { createPlans, type Plan } from './plans.ts';
import { createJudge } from './verdict.ts';
import { createWorld, type World } from './world.ts';

/** The same seed asks the same again; that of an operation alone is made of it and its place in the document. */
export const SEED = seedOf('GENERATED_SEED');

/** The beginning of what is long. */
export const show = (text: string, most = 600): string =>
  text.length > most ? `${text.slice(0, most)}… (${text.length})` : text;

export type Report = { requests: number; refused: number; statuses: Record<string, number> };

export const newReport = (): Report => ({ requests: 0, refused: 0, statuses: {} });

/** Sends the request of a plan to an operation; throws where the answer, or what became of the store, is not as it must be. */
const createHolder = (world: World, report: Report) => {
  const document = world.galley.app.swagger();
  const [check, judge] = [holdToContract(document), createJudge(document)];
  let before: string | undefined;
  return async (operation: Operation, plan: Plan): Promise<void> => {
    const isWrite = operation.method !== 'GET';
    if (isWrite) before ??= await world.fingerprint();
    const sent = await world.prepare(operation, plan);
    const verdict = judge(sent);
    const answer = await world.send(sent);
    const { url = '' } = answer.raw.req;
    const { statusCode: status } = answer;
    const isJson = String(answer.headers['content-type']).includes('json') && answer.payload !== '';
    const body = isJson ? answer.json() : undefined;
    report.requests++;
    report.statuses[status] = (report.statuses[status] ?? 0) + 1;
    if (verdict.level === 'refused') report.refused++;
    const faults = [...check(operation.method, url, answer), ...faultsOfAnswer(sent, verdict, status, body)];
    if (isWrite) {
      const after = await world.fingerprint();
      if (status >= 400 && after !== before) faults.push(`${status}, and yet something was changed`);
      before = after;
      if (status < 300) world.learn(url, body);
      if (await world.renewKey(operation.path)) before = undefined;
    }
    if (faults.length === 0) return;
    const asked = `${sent.role} ${operation.method} ${show(url)} ${sent.type ?? ''} ${show(sent.bytes.toString())}`;
    throw new Error([asked, `→ ${status} ${show(answer.payload)}`, ...faults].join('\n'));
  };
};

/** Asks operations so often each, all in one world; what is wrong becomes a failure of the test, made small. */
export const holdToDocument = async (t: Test, times: number, report: Report, only?: string): Promise<void> => {
  const world = await createWorld(t);
  const hold = createHolder(world, report);
  const document = world.galley.app.swagger();
  const { planOf } = createPlans(document);
  for (const [place, operation] of operationsOf(document).entries()) {
    if (only !== undefined && operation.id !== only) continue;
    const asking = fc.asyncProperty(planOf(operation), (plan) => hold(operation, plan));
    const { failed, errorInstance, counterexample } = await fc.check(asking, { seed: SEED + place, numRuns: times });
    if (!failed) continue;
    t.fail(`${operation.id}: GENERATED_SEED=${SEED} finds it again`, {
      fault: String(errorInstance),
      plan: show(fc.stringify(counterexample)),
      at: null,
      stack: '',
    });
  }
};
