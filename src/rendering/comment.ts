import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

/** Everything of Markdown that a comment may use; images, HTML, headings, tables, rules and references are plain text. */
const RULES = {
  core: ['block', 'inline', 'linkify', 'text_join'],
  block: ['blockquote', 'code', 'fence', 'list', 'paragraph'],
  inline: ['autolink', 'backticks', 'emphasis', 'entity', 'escape', 'link', 'linkify', 'newline', 'text'],
  inline2: ['balance_pairs', 'emphasis', 'fragments_join'],
};

const markdown = new MarkdownIt('zero', { html: false, breaks: true, linkify: true });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.core.ruler.enable(['normalize', ...RULES.core]);
markdown.block.ruler.enableOnly(RULES.block);
markdown.inline.ruler.enableOnly(RULES.inline);
markdown.inline.ruler2.enableOnly(RULES.inline2);

const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'br', 'em', 'strong', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
  allowedClasses: { code: [/^language-[\w+#.-]{1,40}$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  transformTags: { a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'nofollow ugc noopener' } }) },
};

/** HTML of a comment's small Markdown. It is sanitised although it has no HTML: guests write here. */
export const renderCommentMarkdown = (source: string): string => sanitizeHtml(markdown.render(source), OPTIONS);
