/** Many editors at the same articles at once: nothing anyone wrote is lost. A thousand edits are made in `test/full/editors.full.ts`. */
import { test } from 'tap';
import { type Galley, startGalley } from '../support/app.ts';
import { newDatabase } from '../support/database.ts';
import { begin, checkNothingLost, hire, writeAtOnce } from '../support/editors.ts';

test('sixteen editors make eight edits each on five articles, none lost', async (t) => {
  const galley = await startGalley(t);
  const ids = await begin(galley, 5);
  const written = await writeAtOnce(t, await hire([galley], 16), ids, 8);
  t.equal(written.length, 128);
  await checkNothingLost(t, galley, ids, written);
});

test('two that serve one store: what the editors of either wrote is all there', async (t) => {
  const address = await newDatabase(t);
  const galleys: Galley[] = [];
  for (let i = 0; i < 2; i++) galleys.push(await startGalley(t, { address }));
  const ids = await begin(galleys[0] as Galley, 2);
  const written = await writeAtOnce(t, await hire(galleys, 6), ids, 6);
  t.equal(written.length, 36);
  for (const galley of galleys) await checkNothingLost(t, galley, ids, written);
});
