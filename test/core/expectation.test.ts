import { test } from 'tap';
import { checkExpected, demandExpected, type Expectation, type VersionChange } from '../../src/core/expectation.ts';

const change = (version: number, ...changedFields: string[]): VersionChange => ({ version, changedFields });
const CHANGES = [change(2, 'title'), change(3, 'body', 'tags'), change(4, 'title', 'seo')];

/** What is expected of version 4, what is known of its past, and the fields that a mismatch tells. */
const ROWS: [what: string, expected: Expectation, changes: VersionChange[], told: string[] | undefined][] = [
  ['the one before', { versions: [3] }, CHANGES, ['title', 'seo']],
  ['an older one', { versions: [2] }, CHANGES, ['body', 'tags', 'title', 'seo']],
  ['the first', { versions: [1] }, CHANGES, ['title', 'body', 'tags', 'seo']],
  ['the newest of several', { versions: [1, 3, 2] }, CHANGES, ['title', 'seo']],
  ['beside one that never was', { versions: [9, 2] }, CHANGES, ['body', 'tags', 'title', 'seo']],
  ['only one that never was', { versions: [9] }, CHANGES, undefined],
  ['none of ours', { versions: [] }, CHANGES, undefined],
  ['a version between is not kept', { versions: [1] }, CHANGES.slice(1), undefined],
  ['the newest is not kept', { versions: [2] }, CHANGES.slice(0, 2), undefined],
  ['what one changed is not known', { versions: [2] }, [change(3), change(4, 'seo')], undefined],
  ['nothing is kept', { versions: [3] }, [], undefined],
  ['told twice of one version', { versions: [3] }, [change(4), change(4, 'seo'), change(4, 'seo')], ['seo']],
];

test('a mismatch tells what was changed since the version that was read, or nothing where that is not whole', async (t) => {
  for (const [what, expected, changes, told] of ROWS) {
    const extra = { currentVersion: 4, ...(told && { changedFields: told }) };
    for (const check of [
      async () => checkExpected(expected, { version: 4 }, changes),
      () => demandExpected(expected, { version: 4 }, async () => changes),
    ]) {
      const thrown = await check().then(
        () => undefined,
        (error) => error,
      );
      t.strictSame([thrown?.code, thrown?.extra], ['version-mismatch', extra], what);
    }
  }
});

test('what was changed is asked for only where another version is stored', async (t) => {
  const asked: number[] = [];
  const demand = (expected: Expectation) =>
    demandExpected(expected, { version: 4 }, async (version) => {
      asked.push(version);
      return CHANGES;
    });
  await demand('any');
  await demand({ versions: [4] });
  await demand({ versions: [2, 4] });
  await t.rejects(demand('missing'), { code: 'precondition-required' });
  await t.rejects(demand({ versions: [9] }), { code: 'version-mismatch' });
  t.same(asked, []);
  await t.rejects(demand({ versions: [1, 2, 9] }), { code: 'version-mismatch' });
  t.same(asked, [2]);
});
