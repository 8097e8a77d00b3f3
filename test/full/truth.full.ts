import { test } from 'tap';
import { holdToTruth } from '../support/truth.ts';

const SEED = Number(process.env.TRUTH_SEED ?? Date.now() % 1_000_000);
const MILLISECONDS = Number(process.env.TRUTH_SECONDS ?? 60) * 1000;

test(`for a minute no answer is stale, nor another than without a cache (TRUTH_SEED=${SEED})`, {
  timeout: MILLISECONDS + 120_000,
}, async (t) => {
  const { faults, ...report } = await holdToTruth(t, SEED, { milliseconds: MILLISECONDS });
  t.comment(report);
  t.strictSame(faults.slice(0, 10), [], `TRUTH_SEED=${SEED} finds it again`);
});
