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
const TAG = /<([a-z][a-z0-9]*)\b/gi;

/** The Markdown, and the elements of which only the text is in it. */
export const commentMarkdown = (html: string): { markdown: string; lost: string[] } => {
  const names = [...html.matchAll(TAG)].map(([, name]) => (name as string).toLowerCase());
  const lost = [...new Set(names.filter((name) => !KEPT.test(name)))];
  try {
    return { markdown: turndown.turndown(withParagraphs(html)).trim(), lost };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // elements nested so deep that its recursion ends
    return { markdown: plainOf(html), lost: [...new Set(names)] };
  }
};
