/** What is found in a comment, a rule each, and whether it waits for that. */
import type { CommentStatus, Moderation } from '../../core/statuses.ts';
import type { ModerationReason } from '../../store/comment-tables.ts';
import { findWords } from './word-rules.ts';

/** A comment as it is judged: who says what, and from where (null: not known any more). */
export type Said = {
  articleId: number;
  authorName: string;
  emailFolded: string | null;
  authorUrl: string | null;
  isStaff: boolean;
  addressHash: string | null;
  body: string;
  html: string;
};

/** What is known beside the comment: the words of the site, and whether the same guest had a comment approved of late. */
export type Context = { words: readonly string[]; isKnown: boolean };

export type Verdict = { status: CommentStatus; score: number; reasons: ModerationReason[] };

/** What a rule finds: how much it weighs, and what an editor is told. */
type Finding = { score: number; detail: string };
type Rule = { code: string; judge(said: Said, context: Context): Finding | null };

/** From this score a comment waits, whatever the site says of guests. */
export const HOLD_AT = 10;
/** What one rule weighs at most. */
const MOST = 50;
/** So many links are one too many. */
const MANY_LINKS = 2;
/** So many words of the list an editor is told. */
const WORDS_TOLD = 5;
/** For how many days a guest is known by an approved comment. */
export const KNOWN_FOR_DAYS = 90;

/** Elements that stand within words. */
const INLINE = /<\/?(?:a|em|strong|code)\b[^>]*>/g;
const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

/** The text that a reader sees of HTML. */
const seenOf = (html: string): string =>
  html
    .replaceAll(INLINE, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] as string);

/** How many links a text has: those that can be followed, and addresses that merely stand there. */
const countLinks = (html: string): number => {
  const links = html.match(/<a href="(?!mailto:)/g) ?? [];
  const addresses = seenOf(html.replaceAll(/<a\b[^>]*>.*?<\/a>/gs, '')).match(/\b(?:https?:\/\/|www\.)\S/gi) ?? [];
  return links.length + addresses.length;
};

/** An address as it reads: hosts and paths in their own letters. */
const readable = (url: string): string => {
  try {
    return decodeURIComponent(url);
  } catch {
    return url; // it has a `%` of its own
  }
};

/** The rules, in the order in which an editor is told. Links and words hold a comment by themselves; being new does not. */
const RULES: readonly Rule[] = [
  {
    code: 'links',
    judge: ({ html }) => {
      const count = countLinks(html);
      return count < MANY_LINKS
        ? null
        : { score: Math.min(MOST, (HOLD_AT / MANY_LINKS) * count), detail: `There are ${count} links in it` };
    },
  },
  {
    code: 'word-list',
    judge: ({ body, html, authorName, authorUrl, emailFolded }, { words }) => {
      const url = authorUrl ?? '';
      const found = findWords(words, [seenOf(html), body, authorName, url, readable(url), emailFolded ?? '']);
      if (found.length === 0) return null;
      const told = found.slice(0, WORDS_TOLD).map((word) => `“${word}”`);
      const more = found.length > told.length ? ` and ${found.length - told.length} more` : '';
      return { score: Math.min(MOST, HOLD_AT * found.length), detail: `It holds ${told.join(', ')}${more}` };
    },
  },
  {
    code: 'first-time',
    judge: (_said, { isKnown }) =>
      isKnown
        ? null
        : {
            score: 1,
            detail: `Nothing of this name, email and address was approved in the last ${KNOWN_FOR_DAYS} days`,
          },
  },
];

/** What is said where every guest waits. */
const ALL_WAIT: ModerationReason = { code: 'all-moderated', detail: 'The site has the comments of all guests wait' };

/**
 * Judges a guest's comment: it is `pending` where the site has all guests wait or those who are new, or where what is
 * found weighs enough; else `approved`. It is never taken for spam: that is for an editor to say.
 */
export const judgeGuest = (said: Said, moderation: Moderation, context: Context): Verdict => {
  const found = RULES.flatMap(({ code, judge }) => {
    const finding = judge(said, context);
    return finding ? [{ code, ...finding }] : [];
  });
  const score = found.reduce((sum, finding) => sum + finding.score, 0);
  const reasons = found.map(({ code, detail }) => ({ code, detail }));
  const isHeld = score >= HOLD_AT || moderation === 'all' || (moderation === 'first-time' && !context.isKnown);
  return {
    status: isHeld ? 'pending' : 'approved',
    score,
    reasons: moderation === 'all' ? [ALL_WAIT, ...reasons] : reasons,
  };
};

/** Staff are trusted. */
export const STAFF: Verdict = { status: 'approved', score: 0, reasons: [] };
