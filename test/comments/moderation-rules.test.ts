/** The rules of moderation by themselves: what each finds in a comment, and what holds it. */
import { test } from 'tap';
import { judgeGuest, type Said } from '../../src/features/comments/moderation-rules.ts';
import { findWords } from '../../src/features/comments/word-rules.ts';

test('words of the list are found whole, however they are dressed', (t) => {
  const found: [word: string, text: string, is: boolean][] = [
    ['casino', 'The CASINO opens', true],
    ['casino', 'casinos', false],
    ['casino', 'occasinos, casino_', true],
    ['Casino', 'câsíno!', true],
    ['casino', 'ｃａｓｉｎｏ', true],
    ['casino', 'ca\u00adsi\u200bno', true],
    ['casino', 'https://casino.example/', true],
    ['casino', 'mycasino.example', false],
    ['buy now', 'Buy\n  NOW', true],
    ['buy now', 'buy-now!', true],
    ['buy now', 'buy it now', false],
    ['buy now', 'goodbuy now', false],
    ['c++', 'I like C++.', true],
    ['c++', 'c and d', false],
    ['$$$', 'a$$$b', true],
    ['Straße', 'STRASSE', true],
    ['οδός', 'ΟΔΟΣ', true],
    ['казино', 'Онлайн-Казино', true],
    ['ино', 'казино', false],
    ['赌博', '在线赌博网站', true],
    ['赌博', '赌 博', true],
    ['赌博', '赌·博', true],
    ['赌博', '赌, 博士', true],
    ['赌博', '博赌', false],
    ['カジノ', 'オンラインｶｼﾞﾉへ', true],
    ['ハカ', 'バカ', false],
    ['카', '칸', false],
    ['카지노', '온라인카지노에서', true],
    ['sex 赌博', 'SEX 赌博网', true],
    ['काल', 'कल', false],
    ['🎰', 'win🎰win', true],
    ['١٢٣', 'رقم ١٢٣', true],
    ['  ', 'anything', false],
    ['\u200b', 'anything', false],
    ['𝒢', 'xgy', false],
    ['a\nb', 'a', false],
  ];
  for (const [word, text, is] of found) t.equal(findWords([word], ['', text]).length, Number(is), `${word} in ${text}`);
  t.same(findWords(['b', 'a', 'c'], ['a', 'b']), ['b', 'a'], 'in the order of the list');
  t.same(findWords(['one two'], ['one', 'two']), [], 'no phrase goes from one text to the next');

  const many = Array.from(
    { length: 1000 },
    (_, i) => `${['aaaa ', '語'.repeat(20), '', '$'][i % 4]}${'a'.repeat(i % 50)}${i % 3 ? `b${i}` : 'q'}`,
  );
  const began = performance.now();
  for (const text of ['a'.repeat(10_000), 'aaaa '.repeat(2000), '語'.repeat(10_000), 'a\u0301'.repeat(5000)])
    t.same(findWords(many, [text, text]), []);
  const took = performance.now() - began;
  t.ok(took < 4000, `a thousand words in the longest of comments, four times: ${Math.round(took)} ms`);
  const long = many.map((word, i) => `${word} ${'é語 '.repeat(25)}${i}`);
  const since = performance.now();
  for (let n = 0; n < 50; n++) findWords(long, [`Only ${n}.`]);
  const tookAll = performance.now() - since;
  t.ok(tookAll < 700, `a thousand long words in 50 short comments: ${Math.round(tookAll)} ms`);
  t.same(findWords(['b', 'a'], ['a']), ['a'], 'another list is not taken for the one before');
  t.end();
});

test('each rule says what it finds, and what holds a comment', (t) => {
  const plain: Said = {
    ...{ articleId: 1, authorName: 'Grace', emailFolded: 'g@mail.example', authorUrl: null, isStaff: false },
    ...{ addressHash: 'x', body: 'Hm.', html: '<p>Hm.</p>\n' },
  };
  const link = '<a href="https://a.example" rel="nofollow ugc noopener">https://a.example</a>';
  const known = { words: ['night', 'b"<&'], isKnown: true };
  const stranger = { ...known, isKnown: false };
  const cases: [more: Partial<Said>, context: typeof known, none: string, firstTime: string, codes: string][] = [
    [{}, known, 'approved', 'approved', ''],
    [{}, stranger, 'approved', 'pending', 'first-time'],
    [{ html: `<p>${link}</p>` }, known, 'approved', 'approved', ''],
    [{ html: `<p>${link} ${link}</p>` }, known, 'pending', 'pending', 'links'],
    [{ html: `<p>${link} www.b.example</p>` }, stranger, 'pending', 'pending', 'links first-time'],
    [{ html: '<p>http://a.b <code>HTTPS://c.d</code></p>' }, known, 'pending', 'pending', 'links'],
    [{ html: '<p><a href="mailto:a@b.c">a</a> <a href="mailto:d@b.c">d</a></p>' }, known, 'approved', 'approved', ''],
    [{ body: 'Night' }, known, 'pending', 'pending', 'word-list'],
    [{ body: 'n**igh**t', html: '<p>n<strong>igh</strong>t</p>' }, known, 'pending', 'pending', 'word-list'],
    [{ body: 'b&quot;&lt;&amp;', html: '<p>b&quot;&lt;&amp;</p>' }, known, 'pending', 'pending', 'word-list'],
    [{ html: '<p>fort<br />night</p>' }, known, 'pending', 'pending', 'word-list'],
    [{ html: '<p>fortnight</p>' }, known, 'approved', 'approved', ''],
    [{ authorName: 'Night' }, known, 'pending', 'pending', 'word-list'],
    [{ authorUrl: 'https://%6Eight.example' }, known, 'pending', 'pending', 'word-list'],
    [{ authorUrl: 'https://%zz.example/night' }, known, 'pending', 'pending', 'word-list'],
    [{ emailFolded: 'night@mail.example' }, stranger, 'pending', 'pending', 'word-list first-time'],
  ];
  for (const [more, context, none, firstTime, codes] of cases) {
    const label = JSON.stringify(more);
    const judged = (['none', 'first-time', 'all'] as const).map((moderation) =>
      judgeGuest({ ...plain, ...more }, moderation, context),
    );
    t.same(
      judged.map(({ status }) => status),
      [none, firstTime, 'pending'],
      label,
    );
    const told = judged.map(({ reasons }) => reasons.map(({ code }) => code).join(' '));
    t.same(told, [codes, codes, `all-moderated ${codes}`.trim()], label);
    t.ok(
      judged.every(({ score }) => score === judged[0]?.score && score >= 10 === (none === 'pending')),
      label,
    );
  }
  const { score, reasons } = judgeGuest(
    { ...plain, body: 'a b c d e f g', html: `<p>${link.repeat(40)}</p>` },
    'none',
    { words: [...'abcdefg'], isKnown: true },
  );
  t.equal(score, 100, 'each rule weighs no more than fifty');
  t.same(
    reasons.map(({ detail }) => detail),
    ['There are 40 links in it', 'It holds “a”, “b”, “c”, “d”, “e” and 2 more'],
  );
  t.end();
});
