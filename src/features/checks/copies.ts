/** What of a row is kept a second time, made ready for lists and answers: whether it is what the row makes of it. */

import { fold, wordsOf } from '../../core/folding.ts';
import { isLive, shelfOf } from '../../core/statuses.ts';
import { cardOf } from '../articles/cards.ts';
import { momentsToCome } from '../articles/moves.ts';
import type { ListedArticle } from '../articles/queries.ts';
import { sortableTitle } from '../articles/records.ts';
import { foldEmail } from '../comments/rules.ts';

/** What is kept beside the row of an article. */
export type Kept = { card: Buffer | null; cardNames: object | null; due: Date[] };

const isSameCard = (kept: Kept, card: ReturnType<typeof cardOf>): boolean => {
  if (kept.card === null) return true; // none yet: one is dealt within a second of the next start
  return card.card?.equals(kept.card) === true && JSON.stringify(card.cardNames) === JSON.stringify(kept.cardNames);
};

/** What of an article is not as it must be, in words. A moment that came due and is not noted yet is no fault. */
export const articleFaults = ({ row, authors, tags }: ListedArticle, kept: Kept, now: Date): string[] => {
  const ids = (named: { id: number }[]) => named.map(({ id }) => id);
  const isSettled = kept.due.every((at) => at > now);
  const moments = new Set(momentsToCome(row, now).map(Number));
  const coming = kept.due.filter((at) => at > now).map(Number);
  const faults: [boolean, string][] = [
    [row.shelf !== shelfOf(row), `stands on the shelf ${row.shelf}, not ${shelfOf(row)}`],
    [Number(row.sortAt) !== Number(row.publishedAt ?? row.createdAt), 'is sorted by another moment than its own'],
    [row.titleFolded !== sortableTitle(row.title), 'is sorted by another title than its own'],
    [isSettled && row.notedLive !== isLive(row, now), `counts as ${row.notedLive ? '' : 'not '}live`],
    [coming.length !== moments.size || coming.some((at) => !moments.has(at)), 'is due at other moments than its own'],
    [!isSameCard(kept, cardOf(row, { authorIds: ids(authors), tagIds: ids(tags) })), 'is listed by an untrue card'],
  ];
  return faults.flatMap(([isFault, text]) => (isFault ? [text] : []));
};

/** What of a name is not as it must be. */
export const nameFaults = ({
  name,
  nameFolded,
  words,
}: {
  name: string;
  nameFolded: string;
  words: string[];
}): string[] => {
  const made = [...wordsOf(name)].sort().join(' ');
  return [
    ...(nameFolded === fold(name) ? [] : ['is sorted by another name than its own']),
    ...(made === [...words].sort().join(' ') ? [] : ['is looked up by other words than those of its name']),
  ];
};

/** Whether the email of a comment is compared as it must be. */
export const isEmailFolded = ({
  authorEmail,
  emailFolded,
}: {
  authorEmail: string | null;
  emailFolded: string | null;
}) => emailFolded === (authorEmail === null ? null : foldEmail(authorEmail));
