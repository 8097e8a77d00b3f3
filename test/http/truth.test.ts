import { test } from 'tap';
import { seedOf } from '../support/truth/random.ts';
import { holdToTruth } from '../support/truth/run.ts';

/** The same seed writes the same again; more seconds go further with it. */
const seed = seedOf('TRUTH_SEED');
const seconds = Number(process.env.TRUTH_SECONDS ?? 6);

test(`no answer is stale, and none is another than without a cache (TRUTH_SEED=${seed})`, {
  timeout: seconds * 1000 + 60_000,
}, async (t) => {
  const { faults, ...report } = await holdToTruth(t, seed, seconds * 1000);
  t.comment(report);
  t.strictSame(faults.slice(0, 10), [], `TRUTH_SEED=${seed} finds it again`);
  t.ok(report.writes > 20 && report.checks > 100, 'something was written and read');
  t.ok(report.hits > report.reads / 4, 'many answers came from the cache');
});
