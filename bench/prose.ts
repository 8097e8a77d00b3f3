/** Generated prose: a vocabulary whose words are as unevenly common as those of a language, and texts made of it. */
import { randomOf, zipf } from './random.ts';

const VOCABULARY = 20_000;
const FREQUENT = (
  'the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which ' +
  'one you were all her she there would their we him been has when who will no more if out so up said what its about'
).split(' ');
const SYLLABLES =
  'ba be bor can cer dan del dor en fal fen gar gol har hel in jor kar kel lan len lor mar mel nor on per pol ra ren ros sal sen sor tal ter tor un val ven vor wen win yar zel'.split(
    ' ',
  );

/** A word that stands in every text, and one that stands in three articles. */
export const COMMON = 'people';
export const RARE = 'quokka';

const makeWords = (): string[] => {
  const random = randomOf(1);
  const words = new Set(FREQUENT);
  const syllable = () => SYLLABLES[Math.floor(random() * SYLLABLES.length)] as string;
  while (words.size < VOCABULARY) {
    const length = 2 + Math.floor(random() * 3);
    words.add(Array.from({ length }, syllable).join(''));
  }
  return [...words];
};
const WORDS = makeWords();
const pick = zipf(WORDS.length);

/** Some words, without capitals or signs. */
export const wordsOf = (random: () => number, count: number): string[] =>
  Array.from({ length: count }, () => WORDS[pick(random)] as string);

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A sentence of words alone, so that what it renders to is itself. */
export const sentenceOf = (random: () => number, ...words: string[]): string =>
  `${capital([...wordsOf(random, 5), ...words, ...wordsOf(random, 4 + Math.floor(random() * 6))].join(' '))}.`;

const paragraph = (random: () => number): string => {
  const sentences = Array.from({ length: 3 + Math.floor(random() * 4) }, () => sentenceOf(random));
  const [first = '', second = ''] = wordsOf(random, 2);
  if (random() < 0.5) sentences.push(`See the *${first}* of [${second}](https://example.org/${second}).`);
  if (random() < 0.3) sentences.push(`It was **${first}**, and \`${second}\` too.`);
  return sentences.join(' ');
};
const list = (random: () => number): string =>
  Array.from({ length: 3 + Math.floor(random() * 3) }, () => `- ${wordsOf(random, 6).join(' ')}`).join('\n');
const heading = (random: () => number): string => `## ${capital(wordsOf(random, 4).join(' '))}`;

/** A body of about `bytes` of Markdown: paragraphs under headings, with emphasis, links, lists and quotes. */
export const markdownOf = (random: () => number, bytes: number): string => {
  const blocks = [paragraph(random)];
  for (let length = 0; length < bytes; ) {
    const chance = random();
    if (chance < 0.2) blocks.push(heading(random));
    if (chance < 0.12) blocks.push(list(random));
    else if (chance > 0.93) blocks.push(`> ${sentenceOf(random)}`);
    blocks.push(paragraph(random));
    length = blocks.reduce((sum, block) => sum + block.length + 2, 0);
  }
  return blocks.join('\n\n');
};
