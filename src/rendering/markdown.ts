import { createHash } from 'node:crypto';
import MarkdownIt from 'markdown-it';
import footnotes from 'markdown-it-footnote';

/** Unsanitised HTML longer than this is not looked at: one reference repeated can make 500 MB of 500 KB. Characters. */
const LONGEST = 8 * 1024 * 1024;

const markdown = new MarkdownIt({ html: true }).use(footnotes);

/**
 * HTML of Markdown (CommonMark 0.31, GFM tables and strikethrough, footnotes, raw HTML), not sanitised yet.
 * Ids of footnotes carry a digest of the source (`fn-1f2e3d4c-1`), so that two articles on one page do not share them.
 */
export const renderMarkdown = (source: string): string => {
  const env: { footnotes?: object; docId?: string } = {};
  const tokens = markdown.parse(source, env);
  if (env.footnotes !== undefined) env.docId = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const html = markdown.renderer.render(tokens, markdown.options, env);
  // The length of a string that is still in pieces is free; reading such a string of 500 MB ends the process, not the thread.
  if (html.length > LONGEST) throw new RangeError('The Markdown grows too long');
  return html;
};
