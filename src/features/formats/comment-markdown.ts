/** The HTML of another system's comments as the small Markdown of ours. */
import TurndownService from 'turndown';
import { plainOf } from './html-text.ts';
import { withParagraphs } from './paragraphs.ts';

const turndown = new TurndownService({
  emDelimiter: '*',
  bulletListMarker: '-',
  codeBlockStyle: 'fenced',
  headingStyle: 'atx',
  br: '', // the end of a line is a break in comments
});
const escapeText = turndown.escape.bind(turndown);
/** Addresses become links as they stand; an escape within would end them. */
const ADDRESS = /(https?:\/\/[^\s<>"]+)/;
turndown.escape = (text) =>
  text
    .split(ADDRESS)
    .map((part, at) => (at % 2 === 1 ? part : escapeText(part)))
    .join('');
turndown.addRule('headings', {
  filter: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
  replacement: (content) => `\n\n**${content}**\n\n`,
});
turndown.addRule('code blocks', {
  filter: 'pre',
  replacement: (_content, node) => `\n\n\`\`\`\n${(node.textContent ?? '').replace(/\n$/, '')}\n\`\`\`\n\n`,
});
turndown.addRule('images', {
  filter: 'img',
  replacement: (_content, node) => (node as { getAttribute(name: string): string | null }).getAttribute('alt') ?? '',
});
turndown.addRule('rules', { filter: 'hr', replacement: () => '\n\n' });
turndown.remove(['script', 'style']);

/** What becomes Markdown, or is a paragraph. */
const KEPT = /^(?:p|br|a|em|i|strong|b|code|pre|blockquote|ul|ol|li|h[1-6]|div|span)$/;
const TAG = /<(\/?)([a-z][a-z0-9]*)\b/gi;
/** Has no end, or does without: as many as there are stand beside one another. */
const ENDLESS = /^(?:br|img|hr|wbr|input|p|li|dt|dd|td|th|tr)$/;
/** Deeper elements are nobody's writing, and what reads them takes a time that grows with the square of the depth. */
const DEEPEST = 50;

const isTooDeep = (tags: { isEnd: boolean; name: string }[]): boolean => {
  let depth = 0;
  return tags.some(({ isEnd, name }) => {
    if (!ENDLESS.test(name)) depth += isEnd ? -1 : 1;
    return depth > DEEPEST;
  });
};

/** The Markdown, and the elements of which only the text is in it. */
export const commentMarkdown = (html: string): { markdown: string; lost: string[] } => {
  const tags = [...html.matchAll(TAG)].map(([, slash, name = '']) => ({
    isEnd: slash === '/',
    name: name.toLowerCase(),
  }));
  const names = [...new Set(tags.map(({ name }) => name))];
  if (isTooDeep(tags)) return { markdown: plainOf(html), lost: names };
  return { markdown: turndown.turndown(withParagraphs(html)).trim(), lost: names.filter((name) => !KEPT.test(name)) };
};
