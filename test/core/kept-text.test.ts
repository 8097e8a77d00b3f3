import { test } from 'tap';
import { keepText, MOST_STEPS, readKept } from '../../src/core/kept-text.ts';
import { applyDelta, makeDelta } from '../../src/core/text-delta.ts';
import { randomOf, writerOf } from '../support/prose.ts';

const writer = writerOf(1);
const prose = writer.article(20_000);
const emoji = writerOf(2, '🌫🌊⚓️👩‍🔧🚢').article(5000);
const chinese = writerOf(3, '夜晚的港口漁船燈塔霧潮水').article(5000);

/** Texts, and those that take their place. */
const PAIRS: [what: string, past: string, next: string][] = [
  ['the same', prose, prose],
  ['some words', prose, writer.edited(prose)],
  ['a beginning', prose, `New. ${prose}`],
  ['an end', prose, `${prose} New.`],
  ['both ends', prose, `New. ${prose} New.`],
  ['a cut', prose, prose.slice(0, 7000) + prose.slice(9000)],
  ['two halves exchanged', prose, prose.slice(10_000) + prose.slice(0, 10_000)],
  ['all of it', prose, writerOf(4).article(20_000)],
  ['nothing before', '', prose],
  ['nothing after', prose, ''],
  ['nothing at all', '', ''],
  ['a letter', 'a', 'b'],
  ['sixteen letters', 'abcdefghijklmnop', 'abcdefghijklmnopq'],
  ['a letter many times', 'a'.repeat(50_000), `b${'a'.repeat(49_000)}c`],
  ['a line many times', '| no | yes |\n'.repeat(5000), `| no | yes |\n${'| no | yes |\n'.repeat(5001)}x`],
  ['emoji', emoji, writerOf(2, '🌫🌊').edited(emoji)],
  ['Chinese', chinese, writerOf(3, '夜晚').edited(chinese)],
  ['line ends and controls', '\r\n\t\u0001\u2028'.repeat(900), '\r\n\t\u2028'.repeat(900)],
];

test('a text is read back byte for byte, from its delta and whole', (t) => {
  for (const [what, past, next] of PAIRS) {
    const [from, to] = [Buffer.from(next), Buffer.from(past)];
    const delta = makeDelta(from, to, Number.POSITIVE_INFINITY);
    t.ok(delta && applyDelta(from, delta).equals(to), `delta: ${what}`);
    for (const steps of [0, MOST_STEPS - 1]) {
      const kept = keepText(past, next, steps);
      t.equal(readKept(kept, from).toString(), past, `${what}, after ${steps}`);
      if (steps > 0) t.equal(kept.textSteps, 0, 'whole, when enough steps have been made');
    }
  }
  t.end();
});

test('bytes of all sorts, cut and joined by chance', (t) => {
  const random = randomOf(5);
  const below = (end: number) => Math.floor(random() * end);
  let bytes: Buffer = Buffer.from(Array.from({ length: 3000 }, () => below(256)));
  for (let i = 0; i < 500; i++) {
    const [a, b, c] = [below(bytes.length + 1), below(bytes.length + 1), below(200)];
    const some = bytes.subarray(Math.min(a, b), Math.max(a, b));
    const fresh = Buffer.from(Array.from({ length: c }, () => below(i % 3 === 0 ? 2 : 256)));
    const next = Buffer.concat([some, fresh, bytes.subarray(a), i % 7 === 0 ? some : fresh]).subarray(0, 8000);
    const delta = makeDelta(next, bytes, Number.POSITIVE_INFINITY);
    if (!delta || !applyDelta(next, delta).equals(bytes)) t.fail(`change ${i}`);
    bytes = next;
  }
  t.pass('500 changes');
  t.end();
});

test('an edit takes as much room as what was changed; what is new throughout is kept whole', (t) => {
  const edited = keepText(prose, writer.edited(prose), 0);
  t.match(edited, { textSteps: 1 });
  t.ok(edited.text.length < 1500, `${edited.text.length} bytes`);
  t.match(keepText(prose, writerOf(4).article(20_000), 7), { textSteps: 0 });
  t.match(keepText(prose, `${prose} New.`, 7), { textSteps: 8 }, 'one step more than the one before');
  t.end();
});

test('a delta of another text is refused, and one that was cut', (t) => {
  const delta = makeDelta(Buffer.from(prose), Buffer.from(`${prose}!`), 1000) as Buffer;
  t.throws(() => applyDelta(Buffer.from('short'), delta), { message: 'A delta was made from another text' });
  t.throws(() => applyDelta(Buffer.from(prose), delta.subarray(0, 1)), { message: 'A delta ends too early' });
  t.equal(makeDelta(Buffer.from(prose), Buffer.from(chinese), 1000), undefined, 'longer than it may be');
  t.end();
});

test('two megabytes are kept in a time that nobody notices, whatever is new and whatever repeats itself', (t) => {
  const random = randomOf(6);
  const symbols = () =>
    Array.from({ length: 500_000 }, () => String.fromCodePoint(0x1f300 + Math.floor(random() * 500))).join('');
  const [some, others] = [symbols(), symbols()];
  const same = '🌫'.repeat(500_000);
  const pairs: [what: string, past: string, next: string][] = [
    ['an edit at both ends', some, `a${some}b`],
    ['all of it', some, others],
    ['one letter all over', `a${same}b`, `c${same}d`],
    [
      'a row again and again',
      `${'<td class="cell">0</td>\n'.repeat(80_000)}a`,
      `b${'<td class="cell">0</td>\n'.repeat(80_000)}`,
    ],
    ['everything is gone', some, ''],
  ];
  for (const [what, past, next] of pairs) {
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      const kept = keepText(past, next, 0);
      const taken = performance.now() - begun;
      if (readKept(kept, Buffer.from(next)).toString() !== past) t.fail(`${what}: not the same`);
      return taken;
    });
    // 5 to 50 ms here; machines are slower, and busy.
    t.ok(Math.min(...times) < 200, `${what}: ${Math.min(...times).toFixed(0)} ms`);
  }
  t.end();
});
