import { test } from 'tap';
import { holdToTruth } from '../support/truth.ts';

const seed = Number(process.env.TRUTH_SEED ?? Date.now() % 1_000_000);

test(`no answer is stale, and none is another than without a cache (TRUTH_SEED=${seed})`, async (t) => {
  const { faults, ...report } = await holdToTruth(t, seed, { rounds: 40 });
  t.comment(report);
  t.strictSame(faults.slice(0, 10), [], `TRUTH_SEED=${seed} finds it again`);
  t.equal(report.rounds, 40);
  t.ok(report.hits > report.reads / 4, 'many answers came from the cache');
});
