/** Requests from the document itself by the thousand, each operation in a world of its own, and lives by the hundred. */
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { operationsOf } from '../support/generated/document.ts';
import { holdLives } from '../support/generated/lives.ts';
import { holdToDocument, newReport, SEED } from '../support/generated/run.ts';

const TIMES = Number(process.env.GENERATED_TIMES ?? 110);
/** The one operation that is asked, to find a fault again. */
const ONLY = process.env.GENERATED_ONLY;

const document = JSON.parse(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'));

test(`what the document allows is allowed, and nothing else (GENERATED_SEED=${SEED})`, {
  timeout: 1_800_000,
}, async (t) => {
  const report = newReport();
  for (const { id } of operationsOf(document)) {
    if (ONLY !== undefined && id !== ONLY) continue;
    await t.test(`${id} (GENERATED_ONLY=${id})`, (t) => holdToDocument(t, TIMES, report, id));
  }
  t.comment(report);
  if (ONLY !== undefined) return;
  t.ok(report.requests >= 5000, `${report.requests} requests`);
  t.ok(
    report.refused > report.requests / 5 && (report.statuses[200] ?? 0) > report.requests / 5,
    'good ones and bad ones',
  );
});

test(`what is made can be read, changed and used until it is gone (GENERATED_SEED=${SEED})`, {
  skip: ONLY !== undefined,
  timeout: 900_000,
}, async (t) => {
  const report = await holdLives(t, 150);
  t.comment(report);
  t.ok(report.lives > 300 && report.ended > 100 && report.back > 0, 'many lived, ended, and came back');
});
