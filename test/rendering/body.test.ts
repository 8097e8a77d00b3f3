import tap, { test } from 'tap';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { countWords, excerptOf } from '../../src/rendering/words.ts';

const renderer = createRenderer({ threads: 1, embedHosts: [] });
tap.teardown(() => renderer.close());

test('Markdown becomes CommonMark with tables, strikethrough and raw HTML', async (t) => {
  const rows: [string, string][] = [
    ['', ''],
    ['# a *b*', '<h1>a <em>b</em></h1>\n'],
    ['a\nb\\\nc', '<p>a\nb<br />\nc</p>\n'],
    [
      '~~a~~ https://b.test <https://c.test>',
      '<p><s>a</s> https://b.test <a href="https://c.test">https://c.test</a></p>\n',
    ],
    ['[a][b]\n\n[b]: /c?d=1&e=2 "f"', '<p><a href="/c?d=1&amp;e=2" title="f">a</a></p>\n'],
    ['![a](b.png)', '<p><img src="b.png" alt="a" /></p>\n'],
    ['```js\n<a>\n```', '<pre><code class="language-js">&lt;a&gt;\n</code></pre>\n'],
    ['a <mark>b</mark><script>c</script>', '<p>a <mark>b</mark></p>\n'],
    ['<div>\n\n*a*\n\n</div>', '<div>\n<p><em>a</em></p>\n</div>'],
    ['|a|b|\n|:-|-|\n|c|d|', '<th align="left">a</th>\n<th>b</th>'],
    ['3 < 4 & "5" &copy;', '<p>3 &lt; 4 &amp; "5" ©</p>\n'],
  ];
  for (const [source, html] of rows) {
    const rendering = await renderer.renderBody(source, 'markdown');
    t.ok(
      source.startsWith('|') ? rendering.html.includes(html) : rendering.html === html,
      `${source} became ${rendering.html}`,
    );
  }
});

test('footnotes are linked by prefixed ids of their own body and leave no marks in the text', async (t) => {
  const one = await renderer.renderBody('a[^x] b[^x] c^[inline]\n\n[^x]: note *x*', 'markdown');
  const other = await renderer.renderBody('d[^x] <b id="fn1">e</b>\n\n[^x]: note', 'markdown');
  const ids = [...`${one.html}${other.html}`.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  t.equal(ids.length, 8);
  t.equal(new Set(ids).size, ids.length, 'no id twice in two bodies on one page');
  for (const id of ids) t.match(id, /^user-content-/);
  for (const [, target] of one.html.matchAll(/href="#([^"]+)"/g)) t.ok(ids.includes(target), `${target} is there`);
  t.equal(one.text, 'a b c\nnote x\ninline');
  t.same(
    await renderer.renderBody('a[^x] b[^x] c^[inline]\n\n[^x]: note *x*', 'markdown'),
    one,
    'ids do not change by themselves',
  );
});

test('the text has the words of a reader, a line per block', async (t) => {
  const rows: [string, string][] = [
    ['<p>a<b>b</b>c</p><p>d\n e</p>', 'abc\nd e'],
    ['<ul><li>a</li><li>b<br>c</li></ul><table><tr><td>d</td><td>e</td></tr></table>f', 'a\nb\nc\nd\ne\nf'],
    ['&lt;b&gt; &amp;amp; &#233;&nbsp;&eacute; &#x1F600;', '<b> &amp; é é 😀'],
    [
      '<p>a</p><script>b</script><style>c</style><!-- d --><iframe src="https://e.test">f</iframe><svg><text>g</text></svg>',
      'a',
    ],
    ['<img src="a.png" alt="b"> \n <hr>', ''],
    [' a &#32;&#32; b <i> c</i> ', 'a b c'],
    ['a<i title="b > c <d> class=&quot;footnote-ref&quot;">e</i> 1 < 2 > 0 &amp;lt; "', 'ae 1 < 2 > 0 &lt; "'],
    ['a<sup class="footnote-ref"><b>1<br>2<img src="c.png"></b></sup>d<a class="footnote-backref">e</a>', 'a\nd'],
    ['<p>a<form><p>b</form>c</p>d</div><iframe src=//e.test>f<p>g</p></iframe>h', 'a\nb\nc\ndh'],
  ];
  for (const [source, text] of rows) t.equal((await renderer.renderBody(source, 'html')).text, text, source);
  const rendering = await renderer.renderBody('# One\n\ntwo **three** `four`', 'markdown');
  t.match(rendering, { text: 'One\ntwo three four', wordCount: 4, excerpt: 'One two three four' });
});

test('words are counted in every script', (t) => {
  const rows: [string, number][] = [
    ['', 0],
    ['— … !?', 0],
    ['one two\nthree', 3],
    ["don't well-known U.S.A 3,000.50 user@host", 6],
    ['Ünïcödé Ωμέγα слово שָׁלוֹם हिन्दी', 5],
    ['한국어 문장', 2],
    ['漢字仮名', 2],
    ['今日は良い天気です', 5],
    ['ภาษาไทย', 2],
    ['mixed 漢字 text', 3],
    ['😀 👨‍👩‍👧', 0],
  ];
  for (const [text, words] of rows) t.equal(countWords(text), words, text);
  t.end();
});

test('an excerpt ends between words, within 300 code points', (t) => {
  t.equal(excerptOf(''), '');
  t.equal(excerptOf('one\ntwo'), 'one two');
  t.equal(excerptOf('x'.repeat(300)), 'x'.repeat(300));
  t.equal(excerptOf('x'.repeat(301)), `${'x'.repeat(299)}…`);
  t.equal(excerptOf('one two three', 10), 'one two…');
  t.equal(excerptOf('one, (two three', 8), 'one…');
  t.equal(excerptOf('今日は良い天気です', 6), '今日は良い…');
  const long: Record<string, string> = {
    words: 'word '.repeat(200),
    emoji: '😀'.repeat(400),
    'emoji and one unit': `a${'😀'.repeat(400)}`,
    Chinese: '漢字'.repeat(300),
    'a word at the end of the room': `${'a '.repeat(120)}${'x'.repeat(500)}`,
  };
  for (const [name, text] of Object.entries(long)) {
    const excerpt = excerptOf(text);
    const points = Array.from(excerpt);
    t.ok(points.length <= 300 && points.length > 200, `${name}: ${points.length} code points`);
    t.ok(excerpt.endsWith('…') && text.startsWith(excerpt.slice(0, -1)), `${name} is a beginning`);
    t.ok(excerpt.isWellFormed(), `${name} is well-formed`);
  }
  t.end();
});
