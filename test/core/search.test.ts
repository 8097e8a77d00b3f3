import { test } from 'tap';
import { highlight, snippetOf } from '../../src/core/highlighting.ts';
import { readSearchQuery } from '../../src/core/search-query.ts';
import { searchedText, tokensOf } from '../../src/core/searched-text.ts';

test('text is folded into what a search compares', (t) => {
  const rows: [what: string, text: string, searched: string][] = [
    ['case and punctuation', 'The Harbour, at night: a (first) look!', 'the harbour at night a first look'],
    ['accents, composed or not', 'Café cafe\u0301 Ångström Łódź', 'cafe cafe angstrom łodz'],
    ['Turkish and German letters', 'İstanbul Straße STRASSE', 'istanbul strasse strasse'],
    ['both forms of sigma', 'ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['words with signs between them', '“Don’t”—said\u00a0he… • x–y', 'don t said he x y'],
    ['the same beside an accent', '“Don’t”—said\u00a0René…\u0301 •\uff9ex–y', 'don t said rene x y'],
    ['words with signs inside', "don't state-of-the-art a.b@c.example", 'don t state of the art a b c example'],
    ['width and compatibility', 'ｆｕｌｌ ﬁn ① ½ 5㎏ Foo™', 'full fin 1 1 2 5 kg foo tm'],
    ['what nobody types', 'co\u00adoperate zero\u200bwidth نـــص', 'cooperate zero width نص'],
    ['Arabic without its vowels', 'عَرَبِيّ أحمد', 'عربي احمد'],
    ['Hebrew without its points', 'שָׁלוֹם', 'שלום'],
    ['Japanese as pairs', '日本語', '日本 本語 語'],
    ['kana keep their sound marks, of any width', 'パン ﾊﾟﾝ ハン', 'パン ン パン ン ハン ン'],
    ['one character alone', 'A語B', 'a 語 b'],
    ['Chinese beside Latin', 'iPhone15用户', 'iphone15 用户 户'],
    ['Korean, composed or not', `한국어 ${'한국어'.normalize('NFD')}`, '한국 국어 어 한국 국어 어'],
    ['Thai', 'ไทย', 'ไท ทย ย'],
    ['pictures, without what varies them', '🚢⚓️ 👍🏽', '🚢 ⚓ 👍'],
    ['a person of several signs', '👩‍🚀', '👩 🚀'],
    ['beyond the basic plane', '𠮷野家 𝓕ancy', '𠮷野 野家 家 fancy'],
    ['private use, noncharacters and controls', 'a\ue000b\uffffc\u0001d', 'a b c d'],
    ['lone marks', '\u0301 \u0301x ゛', 'x'],
    ['nothing', ' \n\t…!?', ''],
  ];
  for (const [what, text, searched] of rows) t.equal(searchedText(text), searched, what);
  t.end();
});

test('of a long text the first 100,000 characters are searched, of a long word 64', (t) => {
  const long = `${'🚢'.repeat(99_995)} end  beyond`;
  t.equal(searchedText(long).split(' ').at(-1), 'end', 'characters, not halves of them');
  t.equal(searchedText('x'.repeat(1000)), 'x'.repeat(64));
  t.equal(searchedText('é'.repeat(1000)), 'e'.repeat(64));
  t.end();
});

test('every token tells where it stood', (t) => {
  const text = 'Das «Café» 日本語 ㎏ 한국\u00ad어 🚢';
  for (const token of tokensOf(text)) {
    const there = text.slice(token.start, token.end);
    t.equal(searchedText(there).split(' ')[0], token.text, `${token.text} is ${there}`);
  }
  t.end();
});

test('a query is read as words, phrases and what must not be there', (t) => {
  // A phrase is written as its tokens with `_` between them, and `*` where the last one is a beginning.
  const rows: [q: string, all: string, none?: string][] = [
    ['harbour', 'harbour*'],
    ['Harbour nig', 'harbour nig*'],
    ['at ni', 'at ni'],
    ['"harbour at" night', 'harbour_at night*'],
    ['night "harbour at"', 'night harbour_at'],
    ['night “harbour at”', 'night harbour_at'],
    ['"harbour night', 'harbour night*'],
    ['a"b c"d', 'a b_c d'],
    ['harbour -night', 'harbour', 'night'],
    ['harbour -"at night" -fog', 'harbour', 'at_night fog'],
    ['-night', '', 'night'],
    ['--night -', '', 'night'],
    ['night -- x', 'night x'],
    ['harbour harbour harbour', 'harbour harbour*'],
    ["don't", 'don_t'],
    ['AND OR NOT NEAR(a b) title:x ^y z*', 'and or not near_a b title_x y z'],
    ['{title} : "a" AND b', 'title a and b'],
    ['日本語', '日本_本語'],
    ['語', '語*'],
    ['日日', '日日'],
    ['日本、語', '日本_本_語*'],
    ['日本語 "語" x', '日本_本語 語* x'],
    ['iphone用', 'iphone_用*'],
    ['🚢', '🚢'],
    ['"', ''],
    ['""" "" "', ''],
    ['!?&|*:^~(){}[]<>/\\'.repeat(10), ''],
    ['%_\\', ''],
  ];
  const written = (phrases: { tokens: string[]; isPrefix: boolean }[]) =>
    phrases.map(({ tokens, isPrefix }) => tokens.join('_') + (isPrefix ? '*' : '')).join(' ');
  for (const [q, all, none = ''] of rows) {
    const query = readSearchQuery(q);
    t.equal(written(query.all), all, q);
    t.equal(written(query.none), none, `${q}: not`);
  }
  t.end();
});

test('highlights mark the original text and escape all else', (t) => {
  const rows: [text: string, q: string, html: string][] = [
    ['The Harbour', 'harbour', 'The <mark>Harbour</mark>'],
    ['Night & <nightly>', 'nig', '<mark>Night</mark> &amp; &lt;<mark>nightly</mark>&gt;'],
    ['Das Cafe\u0301 Café', 'cafe', 'Das <mark>Cafe\u0301</mark> <mark>Café</mark>'],
    ['state-of-the-art', '"of the"', 'state-<mark>of-the</mark>-art'],
    ['of state the', '"of the"', 'of state the'],
    ['日本語学', '日本語', '<mark>日本語</mark>学'],
    ['日本語学', '語', '日本<mark>語</mark>学'],
    ['本日', '日', '本<mark>日</mark>'],
    ['𠮷野家', '野', '𠮷<mark>野</mark>家'],
    ['<script>"x"</script>', 'script', '&lt;<mark>script</mark>&gt;&quot;x&quot;&lt;/<mark>script</mark>&gt;'],
    ["it's", 'zzz', 'it&#39;s'],
    ['harbour fog', 'harbour -fog', '<mark>harbour</mark> fog'],
  ];
  for (const [text, q, html] of rows) t.equal(highlight(text, readSearchQuery(q)), html, `${q} in ${text}`);
  t.end();
});

test('a snippet stands around the first hit', (t) => {
  const text = `${'lorem ipsum dolor '.repeat(50)}the Éclair & more\nthen ${'sit amet '.repeat(50)}`;
  const snippet = snippetOf(text, readSearchQuery('eclair'));
  t.match(snippet, /^….*the <mark>Éclair<\/mark> &amp; more then sit .*…$/);
  const plain = snippet.replaceAll(/<[^>]+>/g, '').replace('&amp;', '&');
  t.ok(plain.length > 150 && plain.length <= 202, `${plain.length} characters`);
  t.match(snippetOf(text, readSearchQuery('zzz')), /^lorem ipsum .*…$/, 'the beginning, where there is no hit');
  t.equal(snippetOf('short', readSearchQuery('zzz')), 'short');
  t.equal(snippetOf('', readSearchQuery('zzz')), '');
  const endless = snippetOf(`${'日'.repeat(500)}本`, readSearchQuery('本'));
  t.match(endless, /^…日{60}<mark>本<\/mark>$/, 'also where there are no spaces');
  const pictures = snippetOf('🚢'.repeat(300), readSearchQuery('zzz'));
  t.ok(pictures.isWellFormed(), 'no character is parted');
  t.end();
});
