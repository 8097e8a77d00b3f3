/** The comments of a WordPress post as records, each after the one it answers. */
import { createHash } from 'node:crypto';
import type { CommentStatus } from '../../core/statuses.ts';
import type { Source } from '../articles/writing.ts';
import { commentMarkdown } from './comment-markdown.ts';
import { isEmail, isFilled, webAddressOf } from './field-schemas.ts';
import type { Alteration, Found } from './found.ts';
import { cutTo, plainOf } from './html-text.ts';
import type { NamedAuthor } from './wxr-authors.ts';
import { momentOf } from './wxr-dates.ts';
import { childrenOf, type Element, own, textOf } from './wxr-elements.ts';

const LONGEST_BODY = 10_000;
const LONGEST_NAME = 100;
/** More is no comment; WordPress' own column holds 65,535 bytes. */
const LONGEST_HTML = 200_000;

const STATUS: Record<string, CommentStatus> = {
  '1': 'approved',
  approve: 'approved',
  approved: 'approved',
  '0': 'pending',
  hold: 'pending',
  spam: 'spam',
  trash: 'trash',
  'post-trashed': 'trash',
};
/** Kinds of comments that readers see; others are notes of editors and plugins. */
const SEEN = ['', 'comment', 'pingback', 'trackback'];

export type Staff = { byId: ReadonlyMap<string, NamedAuthor>; byEmail: ReadonlyMap<string, NamedAuthor> };

/** The authors by what comments say of who wrote them. */
export const staffOf = (authors: ReadonlyMap<string, NamedAuthor>): Staff => {
  const all = [...authors.values()];
  return {
    byId: new Map(all.filter(({ login }) => login.id !== '').map((author) => [author.login.id, author])),
    byEmail: new Map(all.map((author) => [author.login.email.toLowerCase(), author])),
  };
};

type Thread = { article: Source; staff: Staff; offset: number };

const commentKey = ({ system }: Source, id: string): string => `wp:${system}:${id}`;

/** An author wrote it if WordPress says so: who only gives an author's address may be anyone. */
const authorOf = (comment: Element, { byId, byEmail }: Staff): NamedAuthor | undefined => {
  const userId = textOf(comment, 'wp:comment_user_id');
  if (!/^[1-9]/.test(userId)) return undefined;
  const known = byId.get(userId);
  const email = textOf(comment, 'wp:comment_author_email').toLowerCase();
  const byAddress = email === '' ? undefined : byEmail.get(email);
  return known ?? (byAddress?.login.id === '' ? byAddress : undefined);
};

const refused = (comment: Element, record: string, code: string, reason: string): Found => {
  const { line, size } = comment;
  return { line, bytes: size, kind: 'comment', record: own(record), refused: [{ field: null, code, reason }] };
};

const signatureOf = (comment: Element, note: (field: string | null, code: string, reason: string) => void) => {
  const given = plainOf(textOf(comment, 'wp:comment_author'));
  const authorName = isFilled(given) ? cutTo(given, LONGEST_NAME) : 'Anonymous';
  if (authorName === 'Anonymous' && given !== authorName)
    note('/authorName', 'name-made', 'is empty: called Anonymous, as WordPress does');
  else if (authorName !== given) note('/authorName', 'too-long', `is cut to ${LONGEST_NAME} characters`);
  const email = textOf(comment, 'wp:comment_author_email');
  if (email !== '' && !isEmail(email))
    note('/authorEmail', 'wrong-format', `“${cutTo(email, 100)}” is no address: left out`);
  const url = textOf(comment, 'wp:comment_author_url');
  const authorUrl = webAddressOf(url);
  if (authorUrl === null && url !== '' && !/^https?:\/*$/i.test(url))
    note('/authorUrl', 'wrong-format', `“${cutTo(url, 100)}” is no address: left out`);
  return { authorName, authorEmail: isEmail(email) ? email : null, authorUrl };
};

/** One comment; `parent`: the id of the one it answers, which has a record, or null. */
const readComment = (comment: Element, id: string, parent: string | null, thread: Thread): Found => {
  const { article, staff, offset } = thread;
  const key = commentKey(article, id);
  const type = textOf(comment, 'wp:comment_type');
  const altered: Alteration[] = [];
  const note = (field: string | null, code: string, reason: string) => altered.push({ field, code, reason });
  const html = textOf(comment, 'wp:comment_content');
  if (html.length > LONGEST_HTML)
    return refused(comment, key, 'too-long', `holds more than ${LONGEST_HTML} characters of HTML`);
  const { markdown, lost } = commentMarkdown(html);
  if (!isFilled(markdown)) return refused(comment, key, 'empty', 'says nothing');
  const body = cutTo(markdown, LONGEST_BODY);
  if (body !== markdown) note('/body', 'too-long', `is cut to ${LONGEST_BODY} characters`);
  if (lost.length > 0)
    note(
      '/body',
      'markup-lost',
      `has the text alone of ${lost.slice(0, 20).join(', ')}, which comments here do not have`,
    );
  if (type === 'pingback' || type === 'trackback') note(null, 'ping', `is a ${type}: stands as a comment`);
  const written = textOf(comment, 'wp:comment_approved');
  const status = STATUS[written] ?? 'pending';
  if (STATUS[written] === undefined) note('/status', 'unknown-status', `“${cutTo(written, 50)}” stands as pending`);
  const answered = textOf(comment, 'wp:comment_parent');
  if (parent === null && /^[1-9]/.test(answered))
    note('/parent', 'unknown-parent', `answers comment ${answered}, of which there is no record: stands by itself`);
  const moment = momentOf(textOf(comment, 'wp:comment_date_gmt'), textOf(comment, 'wp:comment_date'), offset);
  if (moment?.isDerived) note('/createdAt', 'date-derived', 'has no moment in GMT: told by the clock of the site');
  const author = authorOf(comment, staff);
  const value = {
    kind: 'comment',
    key,
    article,
    parent: parent === null ? null : commentKey(article, parent),
    author: author?.key ?? null,
    isStaff: author !== undefined,
    ...signatureOf(comment, note),
    body,
    status,
    createdAt: moment?.at ?? null,
  };
  return { line: comment.line, bytes: comment.size, value, digest: () => digestOf(value), altered };
};

/** Tells a value from others. */
export const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

/** The comments of a post, those that are answered before their answers; without `isTaken` each is refused with its post. */
export function* commentRecords(item: Element, isTaken: boolean, thread: Thread): Generator<Found> {
  const waiting = new Map<string, { comment: Element; parent: string }>();
  const read = new Set<string>();
  for (const [at, comment] of childrenOf(item, 'wp:comment').entries()) {
    const id = textOf(comment, 'wp:comment_id') || `${textOf(item, 'wp:post_id')}-${at + 1}`;
    const key = commentKey(thread.article, id);
    const type = textOf(comment, 'wp:comment_type');
    if (!isTaken) yield refused(comment, key, 'no-article', 'stands below what is skipped itself');
    else if (!SEEN.includes(type))
      yield refused(comment, key, 'other-type', `is of type ${cutTo(type, 50)}, which readers do not see`);
    else if (waiting.has(id)) yield refused(comment, key, 'repeated', 'has the id of another comment');
    else waiting.set(id, { comment, parent: textOf(comment, 'wp:comment_parent') });
  }
  const readNext = (id: string): Found => {
    const { comment, parent } = waiting.get(id) as { comment: Element; parent: string };
    const found = readComment(comment, id, read.has(parent) ? parent : null, thread);
    if ('value' in found) read.add(id);
    waiting.delete(id);
    return found;
  };
  for (const start of [...waiting.keys()]) {
    const chain: string[] = [];
    // a circle ends where it comes back to what is in the chain already
    for (let id = start; waiting.has(id) && !chain.includes(id); id = waiting.get(id)?.parent ?? '') chain.push(id);
    for (const id of chain.reverse()) yield readNext(id);
  }
}
