/** Shows where a search was found: HTML in which `<mark>` is the only element, everything else escaped. */
import type { Phrase, SearchQuery } from './search-query.ts';
import { isUnspaced, type Token, tokensOf } from './searched-text.ts';

/** A stretch of a text in UTF-16 units, `end` not within it. */
type Span = { start: number; end: number };

/** How many characters a snippet shows, and how many of them come before the first hit. */
const SNIPPET = 200;
const BEFORE_HIT = 60;
/** A snippet is cut between words where one is so near. */
const NEAR = 20;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);

/** Where a phrase that may begin at token `at` is found; undefined where it is not. */
const spanAt = (tokens: readonly Token[], at: number, { tokens: asked, isPrefix }: Phrase): Span | undefined => {
  const end = at + asked.length - 1;
  const isHere = asked.every((text, i) => {
    const token = tokens[at + i]?.text;
    return isPrefix && i === asked.length - 1 ? token?.startsWith(text) : token === text;
  });
  const [first, last, after] = [tokens[at], tokens[end], tokens[end + 1]];
  if (!isHere || !first || !last) return undefined;
  // A single character that begins a pair: the pair's second one is another token's first.
  const isHalfPair = isPrefix && last.text !== asked.at(-1) && isUnspaced(last.text) && after !== undefined;
  return { start: first.start, end: isHalfPair ? after.start : last.end };
};

/** Where the phrases of a query are found in a text, in order, what overlaps joined; at most `limit` of them. */
const hitsIn = (text: string, { all }: SearchQuery, limit = Number.POSITIVE_INFINITY): Span[] => {
  const tokens = tokensOf(text);
  const hits: Span[] = [];
  for (const at of tokens.keys()) {
    for (const phrase of all) {
      const span = spanAt(tokens, at, phrase);
      const last = hits.at(-1);
      if (span && last && span.start < last.end) last.end = Math.max(last.end, span.end);
      else if (span) hits.push(span);
    }
    if (hits.length > limit) break;
  }
  return hits;
};

/** The part of a text from `start` to `end` with its hits marked. */
const marked = (text: string, hits: readonly Span[], { start, end }: Span): string => {
  let html = '';
  let done = start;
  for (const hit of hits) {
    const [from, to] = [Math.max(hit.start, done), Math.min(hit.end, end)];
    if (from >= to) continue;
    html += `${escapeHtml(text.slice(done, from))}<mark>${escapeHtml(text.slice(from, to))}</mark>`;
    done = to;
  }
  return html + escapeHtml(text.slice(done, end));
};

/** A text whole, with what was searched for marked. */
export const highlight = (text: string, query: SearchQuery): string =>
  marked(text, hitsIn(text, query), { start: 0, end: text.length });

const isLowHalf = (text: string, at: number): boolean => /^[\udc00-\udfff]/.test(text.slice(at, at + 1));
/** A place that does not part the two halves of a character. */
const wholeAt = (text: string, at: number): number => (isLowHalf(text, at) ? at + 1 : at);

const windowAround = (text: string, hit: Span): Span => {
  let start = Math.max(0, hit.start - BEFORE_HIT);
  if (start > 0) {
    const space = text.indexOf(' ', start);
    start = space !== -1 && space < Math.min(start + NEAR, hit.start) ? space + 1 : wholeAt(text, start);
  }
  let end = Math.min(text.length, start + SNIPPET);
  if (end < text.length) {
    const space = text.lastIndexOf(' ', end);
    end = space > Math.max(end - NEAR, hit.end) ? space : wholeAt(text, end);
  }
  return { start, end };
};

/** Some 200 characters of a plain text around the first hit, on one line; its beginning where there is no hit. */
export const snippetOf = (text: string, query: SearchQuery): string => {
  const line = text.replaceAll('\n', ' ');
  const hits = hitsIn(line, query, SNIPPET);
  const window = windowAround(line, hits[0] ?? { start: 0, end: 0 });
  const [before, after] = [window.start > 0 ? '…' : '', window.end < line.length ? '…' : ''];
  return `${before}${marked(line, hits, window)}${after}`;
};
