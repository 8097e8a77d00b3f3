/** Articles and queries for a search, of few words in many scripts, so that much is found by chance. */
import type { Random } from './truth/random.ts';

export type Document = { title: string; subtitle: string; names: string; text: string };

const LATIN = [
  ...[
    'boat',
    'boats',
    'boating',
    'boa',
    'harbour',
    'harb',
    'harbours',
    'har',
    'sea',
    'seas',
    'the',
    'the',
    'the',
    'of',
  ],
  ...[
    'of',
    'and',
    'a',
    'Ada',
    'ADA',
    'Café',
    'cafe',
    'Straße',
    'strasse',
    'naïve',
    'über',
    'rock’n’roll',
    'e-mail',
    '2026',
    '1',
  ],
  ...[
    'x2',
    'ﬁnal',
    'final',
    'İstanbul',
    'ŉ',
    '㎏',
    'm²',
    'C++',
    'o\u0308l',
    "it's",
    'x'.repeat(70),
    `${'x'.repeat(64)}y`,
    '𝒳',
    'ὀδυσσεύς',
  ],
];
const ARABIC = ['كتاب', 'كِتَاب', 'الله', 'ﷲ', 'ﷺ', 'ﷻ', 'قلم', 'قـلم', 'עברית', 'שָׁלוֹם', 'می\u200cخواهم'];
const UNSPACED = [
  ...'日本語東京都京大学中文字한국어글かがきぎカガｶﾞア〆々ー',
  '𠮷',
  '㍿',
  '㌀',
  'ไทย',
  'ก',
  'ပ',
  '\u1100\u1161',
];
const PICTURES = ['🛶', '⛵', '😀', '👩‍🚀', '☕️', '🇩🇪', '©', '™', '1️⃣'];
const BETWEEN = [
  ' ',
  ' ',
  ' ',
  ' ',
  ' ',
  ', ',
  '. ',
  '-',
  '\n',
  '\ue002',
  ' — ',
  '',
  "'",
  ' “',
  '” ',
  '\\',
  ' & ',
  ' | ',
  ':*',
  '\u00a0',
];

const word = (random: Random): string => {
  const kind = random.below(20);
  if (kind < 13) return random.one(LATIN);
  if (kind < 15) return random.one(ARABIC);
  if (kind < 19) return Array.from({ length: 1 + random.below(5) }, () => random.one(UNSPACED)).join('');
  return random.one(PICTURES);
};

const words = (random: Random, most: number): string =>
  Array.from({ length: random.below(most + 1) }, () => word(random) + random.one(BETWEEN)).join('');

/** A text with one word more often than an index counts, or with more words than it numbers, or an ordinary one. */
const text = (random: Random, id: number): string => {
  if (id % 400 === 1)
    return `${Array.from({ length: 17_000 }, () => random.one(LATIN.slice(0, 20))).join(' ')} far end ${words(random, 30)}`;
  if (id % 100 === 2) return `${`${word(random)} `.repeat(300 + random.below(300))}${words(random, 30)}`;
  return words(random, random.one([0, 5, 30, 80]));
};

/** So many documents, by ids that are not written in their order. */
export const documentsFrom = (random: Random, count: number): Map<number, Document> => {
  const ids = Array.from({ length: count }, (_, i) => ((i * 7919) % count) + 1);
  return new Map(
    ids.map((id) => [
      id,
      {
        title: words(random, 4),
        subtitle: words(random, random.one([0, 6])),
        names: words(random, 4),
        text: text(random, id),
      },
    ]),
  );
};

const cut = (random: Random, text: string, most: number): string => {
  const from = random.below(text.length);
  return text
    .slice(from, from + 1 + random.below(most))
    .replaceAll(/["“”]/g, ' ')
    .toWellFormed();
};

/** A piece of a document, also across the border of two fields, or a word. */
const piece = (random: Random, document: Document): string => {
  const { title, subtitle, names, text } = document;
  const kind = random.below(10);
  if (kind < 4) return word(random);
  if (kind < 5) return cut(random, title, 20);
  if (kind < 6) return `${title.slice(-8)} ${subtitle.slice(0, 8)}`.toWellFormed();
  if (kind < 7) return `${names.slice(-8)} ${text.slice(0, 8)}`.toWellFormed();
  if (kind < 8) return `${word(random)} ${word(random)}`;
  return kind < 9 ? cut(random, text, 12) : text.slice(-1 - random.below(16)).toWellFormed();
};

const item = (random: Random, document: Document): string => {
  const not = random.percent(20) ? '-' : '';
  return random.percent(40) ? `${not}"${piece(random, document)}"` : `${not}${piece(random, document)}`;
};

/** What people might type to find one of the documents, and what they would not. */
export function* queriesFrom(random: Random, documents: Map<number, Document>, count: number): Generator<string> {
  const all = [...documents.values()];
  for (let i = 0; i < count; i++) {
    const document = random.one(all);
    const q = Array.from({ length: 1 + random.below(3) }, () => item(random, document)).join(' ');
    // The last word may be a beginning.
    yield (random.percent(30) ? q.slice(0, -1) : q).slice(0, 200).toWellFormed();
  }
}
