/** How everyone is answered: the same members as `answers.ts` gives, put together from bytes that are stored ready. */
import { joinBytes } from '../../core/bytes.ts';
import { answerAuthorRef } from '../authors/answers.ts';
import type { AuthorName } from '../authors/queries.ts';
import type { SiteRow } from '../site/queries.ts';
import { answerTagRef } from '../tags/answers.ts';
import type { TagName } from '../tags/queries.ts';
import { addressOf } from './addresses.ts';
import { answerNamed } from './answers.ts';
import type { PublicCard, PublicPage } from './public-queries.ts';
import { takesComments } from './rules.ts';

/** The JSON of what is kept in memory, made once for as long as it is kept. */
const textOf = <T extends object>(answer: (thing: T) => object): ((thing: T) => string) => {
  const texts = new WeakMap<T, string>();
  return (thing) => {
    const known = texts.get(thing);
    if (known !== undefined) return known;
    const text = JSON.stringify(answer(thing));
    texts.set(thing, text);
    return text;
  };
};
const authorRef = textOf<AuthorName>(answerAuthorRef);
const tagRef = textOf<TagName>(answerTagRef);
const named = textOf<AuthorName | TagName>(answerNamed);

/** What an answer depends on besides its articles. */
type Seen = { site: SiteRow; now: Date };

/** The members of an answer that not the article alone decides, after the others. */
const outerMembers = (card: PublicCard, { site, now }: Seen, authors: string, tags: string): string => {
  const isOpen = takesComments({ commentPolicy: card.commentPolicy, publishedAt: card.sortAt }, site, now);
  const url = JSON.stringify(addressOf(card, site));
  return `,"commentsOpen":${isOpen},"url":${url},"authors":[${authors}],"tags":[${tags}]`;
};

const withoutBraces = (json: Buffer): Buffer => json.subarray(1, -1);

/** The JSON of an article whole. */
export const publicArticle = (article: PublicPage, seen: Seen): Buffer => {
  const { card, page, commentCount } = article;
  const outer = outerMembers(card, seen, card.authors.map(authorRef).join(), card.tags.map(tagRef).join());
  const pieces = [`{"id":${card.id},`, withoutBraces(card.card), `${outer},"commentCount":${commentCount},`];
  pieces.push(page.subarray(1));
  return joinBytes(pieces);
};

/** The JSON of a list of articles; `pagination` is where the page stands. */
export const publicList = (cards: readonly PublicCard[], seen: Seen, pagination: object): Buffer => {
  const pieces: (string | Buffer)[] = [];
  let before = '{"data":[{"id":';
  for (const card of cards) {
    const outer = outerMembers(card, seen, card.authors.map(named).join(), card.tags.map(named).join());
    pieces.push(`${before}${card.id},`, withoutBraces(card.card), outer);
    before = '},{"id":';
  }
  pieces.push(`${cards.length === 0 ? '{"data":[' : '}'}],"pagination":${JSON.stringify(pagination)}}`);
  return joinBytes(pieces);
};
