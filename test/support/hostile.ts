/** Texts of the greatest length that have brought parsers down: by time, by memory, by depth. */
const LENGTH = 490_000;

const fill = (unit: string): string => unit.repeat(Math.floor(LENGTH / unit.length));

export const HOSTILE: Record<string, string> = {
  'a table of two columns': `|a|b|\n|-|-|\n${fill('|x|y|\n')}`,
  'a table of 60,000 columns': `|${'a|'.repeat(60_000)}\n|${'-|'.repeat(60_000)}\n${'x\n'.repeat(120_000)}`,
  'nested quotes': '>'.repeat(250_000),
  'images in images': '![[]()'.repeat(80_000),
  'open tags': '<b>'.repeat(160_000),
  'nested lists': Array.from({ length: 950 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n'),
  'one line of lists': fill('- '),
  emoji: '😀'.repeat(500_000),
  Chinese: '漢字'.repeat(250_000),
  'one word': 'a'.repeat(500_000),
};
