import { test } from 'tap';
import { killAndRepeat } from '../support/repeated.ts';

test('each request has its effect once, though its process is killed between the effect and the answer', {
  timeout: 900_000,
}, async (t) => {
  const { all, inDoubt, unheard } = await killAndRepeat(t, 15);
  t.ok(unheard > 0, 'some were done, and nobody had heard of it');
  t.ok(unheard < inDoubt, 'others were not');
  t.comment(`${all} requests, ${inDoubt} without an answer, ${unheard} of those were done`);
});
