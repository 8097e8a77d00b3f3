import { test } from 'tap';
import { bodyOf, contentOf, isLive } from '../../bench/content.ts';
import { withSentence } from '../../bench/data.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';

test('what is stored is what rendering would give, and the same at every run', async (t) => {
  const renderer = createRenderer({ threads: 1, embedHosts: [], timeLimit: 30_000 });
  t.teardown(() => renderer.close());
  for (const number of [0, 7, 23]) {
    const [body, { sentence }] = [bodyOf(number), contentOf(number, 1000)];
    const whole = withSentence({ body, rendering: await renderer.renderBody(body, 'markdown') }, sentence);
    t.same(whole.rendering, await renderer.renderBody(whole.body, 'markdown'));
    t.ok(body.length > 3500 && body.length < 6000, `${body.length} bytes`);
  }
  t.same(contentOf(500, 1000), contentOf(500, 1000));
  const all = Array.from({ length: 1000 }, (_, number) => contentOf(number, 1000));
  t.equal(new Set(all.map(({ slug }) => slug)).size, 1000, 'every slug once');
  t.equal(all.filter(({ sentence }) => / quokka /.test(sentence)).length, 3, 'the rare word');
  t.equal(all.filter(({ sentence }) => / people /.test(sentence)).length, 1000, 'the common word');
  const [live, tagged] = [all.filter(isLive).length, all.filter(({ tags }) => tags.includes(0)).length];
  t.ok(live > 950 && live < 990, `${live} are live`);
  t.ok(tagged > 250 && tagged < 400, `${tagged} have the most frequent tag`);
});
