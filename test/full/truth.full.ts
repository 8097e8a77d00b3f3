import { test } from 'tap';
import { seedOf } from '../support/truth/random.ts';
import { holdToTruth } from '../support/truth/run.ts';

const seed = seedOf('TRUTH_SEED');
const seconds = Number(process.env.TRUTH_SECONDS ?? 60);

test(`no answer is stale, however long others write (TRUTH_SEED=${seed})`, {
  timeout: seconds * 1000 + 120_000,
}, async (t) => {
  const { faults, ...report } = await holdToTruth(t, seed, seconds * 1000);
  t.comment(report);
  t.strictSame(faults.slice(0, 10), [], `TRUTH_SEED=${seed} finds it again`);
  t.ok(report.crossings > 0 && report.hits > report.reads / 4, 'many answers came from the cache');
});
