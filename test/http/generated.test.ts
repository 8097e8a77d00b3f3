/** Requests from the document itself, such as it takes and such as it does not: every answer is one it tells of. */
import { test } from 'tap';
import { holdLives } from '../support/generated/lives.ts';
import { holdToDocument, newReport, SEED } from '../support/generated/run.ts';

/** How often each operation is asked; `test/full/generated.full.ts` asks for longer. */
const TIMES = Number(process.env.GENERATED_TIMES ?? 6);

test(`what the document allows is allowed, and nothing else (GENERATED_SEED=${SEED})`, async (t) => {
  const report = newReport();
  await holdToDocument(t, TIMES, report);
  t.comment(report);
  t.ok(report.refused > report.requests / 5, 'much was not to be taken');
  t.ok((report.statuses[200] ?? 0) > report.requests / 10, 'and much was');
});

test(`what is made can be read, changed and used until it is gone (GENERATED_SEED=${SEED})`, async (t) => {
  const report = await holdLives(t, 5);
  t.comment(report);
  t.ok(report.lives > 0, 'something lived');
});
