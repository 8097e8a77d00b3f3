/** Fifty editors make twenty edits each on five articles, and write only over what they have read: a thousand edits, none lost. */
import { test } from 'tap';
import { startGalley } from '../support/app.ts';
import { begin, checkNothingLost, hire, writeAtOnce } from '../support/editors.ts';

test('a thousand edits by fifty editors at once, none lost, every version in its place', async (t) => {
  const galley = await startGalley(t);
  const ids = await begin(galley, 5);
  const written = await writeAtOnce(t, await hire([galley], 50), ids, 20);
  t.equal(written.length, 1000);
  await checkNothingLost(t, galley, ids, written);
});
