/** Prose that looks like prose, and edits of it: the same ones for the same seed. */

/** Numbers from 0 to 1 that look random (mulberry32). */
export const randomOf = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A writer with a vocabulary of its own, in the letters that are given. */
export const writerOf = (seed: number, letters: string = 'etaoinshrdlucmfwypvbgk') => {
  const random = randomOf(seed);
  const alphabet = [...letters];
  const below = (end: number) => Math.floor(random() * end);
  const words = Array.from({ length: 4000 }, () =>
    Array.from({ length: 1 + below(10) }, () => alphabet[below(alphabet.length)]).join(''),
  );
  /** Some words are said often, most seldom. */
  const word = () => words[Math.floor(random() ** 2 * words.length)] as string;
  const paragraph = () => `${Array.from({ length: 40 + below(80) }, word).join(' ')}.`;
  return {
    /** An article of so many characters. */
    article(characters: number): string {
      let text = paragraph();
      while (text.length < characters) text += `\n\n${paragraph()}`;
      return [...text].slice(0, characters).join('');
    },
    /** The same article after an hour of work: some words are others, now and then a paragraph comes or goes. */
    edited(text: string): string {
      const paragraphs = text.split('\n\n');
      for (let i = 0; i < 6; i++) {
        const at = below(paragraphs.length);
        const said = (paragraphs[at] as string).split(' ');
        said[below(said.length)] = word();
        paragraphs[at] = said.join(' ');
      }
      if (random() < 0.2) paragraphs.splice(below(paragraphs.length), 0, paragraph());
      if (random() < 0.2) paragraphs.splice(below(paragraphs.length), 1);
      return paragraphs.join('\n\n');
    },
  };
};
