/** What can be done with authors. */
import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../../core/access.ts';
import { may } from '../../core/access.ts';
import { refuse, refuseAll } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { fold } from '../../core/folding.ts';
import { authorGroup } from '../../core/groups.ts';
import type { PastMoments } from '../../core/moment.ts';
import { chooseSlug } from '../../core/slug.ts';
import { type Origin, recordEvents } from '../../store/events.ts';
import { handOver } from '../../store/handing-over.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import { findFormer, forgetOldSlugs, handOldSlugsOver, keepOldSlug } from '../../store/slug-history.ts';
import type { Parts, Store } from '../../store/store.ts';
import type { Link } from '../../store/tables.ts';
import { touch } from '../../store/touches.ts';
import { demandVersion } from '../../store/version-changes.ts';
import {
  type AuthorRow,
  addToAuthorCounts,
  countBylines,
  deleteAuthorRow,
  findAuthor,
  findAuthorBySlug,
  insertAuthor,
  isAuthorSlugTaken,
  listBoundKeys,
  queueArticlesBy,
  releaseRevokedKeys,
  replaceAuthor,
  type Visible,
  wasAuthorPublic,
} from './queries.ts';

export type AuthorInput = {
  name: string;
  slug?: string | null;
  bio?: string | null;
  avatarUrl?: string | null;
  websiteUrl?: string | null;
  links?: Link[] | null;
  email?: string | null;
};

/** What a caller sees of authors: to the anonymous, one exists only while a live article names it. */
export const visibleTo = (caller: Caller, now: Date): Visible => (may(caller, 'use a key') ? 'all' : { liveAt: now });

/** The kinds of old slugs an author has, and those by which everyone may find it. */
const SLUG_KINDS = ['author', 'hidden-author'] as const;
const PUBLIC_SLUGS = ['author'] as const;

const notFound = (what: string) => refuse('not-found', `There is no author ${what}`);

/** Reads one author; `not-found` also where the caller may not see it. */
export const readAuthor = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<AuthorRow> => {
  const author = await findAuthor(store, id, visibleTo(caller, clock()));
  if (!author) throw notFound(String(id));
  return author;
};

/** Reads one author by a slug: the one that has it, else the one that had it once, whose slug is another then. */
export const readAuthorBySlug = async ({ store, clock }: Parts, caller: Caller, slug: string): Promise<AuthorRow> => {
  const visible = visibleTo(caller, clock());
  const author = await findAuthorBySlug(store, slug, visible);
  if (author) return author;
  const former = await findFormer(store, visible === 'all' ? SLUG_KINDS : PUBLIC_SLUGS, slug);
  const moved = former === undefined ? undefined : await findAuthor(store, former, visible);
  if (!moved) throw notFound(slug);
  return moved;
};

/** The slug of an author; `id` is its own where it is stored already. */
const slugFor = (tx: Store, wished: string | null, name: string, id?: number): Promise<string> =>
  chooseSlug(wished, name, 'author', (slug) => isAuthorSlugTaken(tx, slug, id));

/** Makes an author within a transaction that runs; the last argument is of one that comes from elsewhere. */
export const addAuthor = async (
  tx: Store,
  origin: Origin,
  now: Date,
  input: AuthorInput,
  { createdAt = now, updatedAt = now }: PastMoments = {},
): Promise<AuthorRow> => {
  const { name, slug = null, bio = null, avatarUrl = null, websiteUrl = null, links, email = null } = input;
  const author = await insertAuthor(tx, {
    version: 1,
    slug: await slugFor(tx, slug, name),
    name,
    nameFolded: fold(name),
    bio,
    avatarUrl,
    websiteUrl,
    links: links ?? [],
    email,
    articleCount: 0,
    createdAt,
    updatedAt,
  });
  await recordEvents(tx, origin, [
    { type: 'author.created', at: now, entityId: author.id, version: 1, slug: author.slug },
  ]);
  return author;
};

/** Makes an author; `slug-taken` with a free suggestion. */
export const createAuthor = ({ store, clock }: Parts, origin: Origin, input: AuthorInput): Promise<AuthorRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const author = await addAuthor(tx, origin, now, input);
    await keepOutcome(tx, origin, { kind: 'author', id: author.id }, now);
    return author;
  });

/** Keeps a slug that an author has no longer, for the author it leads to. */
const keepSlug = (tx: Store, slug: string, wasPublic: boolean, entityId: number, at: Date): Promise<void> =>
  keepOldSlug(
    tx,
    { kind: wasPublic ? 'author' : 'hidden-author', slug, entityId, at },
    async (id) => (await findAuthor(tx, id, { liveAt: at })) !== undefined,
  );

/** Changes an author; a patch that changes nothing changes neither version nor time. */
export const editAuthor = (
  { store, clock }: Parts,
  origin: Origin,
  id: number,
  expected: Expectation,
  patch: Partial<AuthorInput>,
): Promise<AuthorRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const author = await findAuthor(tx, id);
    if (!author) throw notFound(String(id));
    await demandVersion(tx, 'author', expected, author);
    const { slug, links, ...rest } = patch;
    const wished = { ...author, ...rest, links: links === undefined ? author.links : (links ?? []) };
    if (slug !== undefined) wished.slug = await slugFor(tx, slug, wished.name, id);
    const names = ['name', 'slug', 'bio', 'avatarUrl', 'websiteUrl', 'links', 'email'] as const;
    const changedFields = names.filter((name) => !isDeepStrictEqual(wished[name], author[name]));
    if (changedFields.length === 0) return author;
    const wasPublic = changedFields.includes('slug') && (await wasAuthorPublic(tx, id, now));
    const stored = await replaceAuthor(tx, author, { ...wished, nameFolded: fold(wished.name), updatedAt: now });
    if (!stored) throw refuse('version-mismatch', 'The author was changed meanwhile');
    if (stored.slug !== author.slug) await keepSlug(tx, author.slug, wasPublic, id, now);
    touch(tx, origin, [authorGroup(id), 'authors', 'articles']);
    if (changedFields.includes('name')) await queueArticlesBy(tx, id);
    await recordEvents(tx, origin, [
      { type: 'author.updated', at: now, entityId: id, version: stored.version, slug: stored.slug, changedFields },
    ]);
    return stored;
  });

const checkUnused = async (tx: Store, id: number): Promise<void> => {
  const articles = await countBylines(tx, id);
  if (articles > 0)
    throw refuse('author-in-use', `${articles} articles, trashed ones counted, name author ${id}; use reassignTo`);
};

/** Throws `unknown-reference` unless an author's bylines can go to another. */
const checkHeir = async (tx: Store, from: number, to: number): Promise<void> => {
  if (to !== from && (await findAuthor(tx, to)) !== undefined) return;
  const detail = to === from ? 'reassignTo must be another author' : `There is no author ${to}`;
  throw refuseAll('unknown-reference', [{ in: 'query', name: 'reassignTo', code: 'unknown-reference', detail }]);
};

/** Gives all bylines of an author to another, and its slugs; returns the ids of the articles. */
const reassign = async (
  tx: Store,
  origin: Origin,
  { id: from, slug }: AuthorRow,
  to: number,
  now: Date,
): Promise<number[]> => {
  const wasPublic = await wasAuthorPublic(tx, from, now);
  const { articleIds, gained } = await handOver(tx, { kind: 'author', from, to });
  await addToAuthorCounts(tx, [to], gained);
  await handOldSlugsOver(tx, SLUG_KINDS, from, to);
  await keepSlug(tx, slug, wasPublic, to, now);
  touch(tx, origin, [authorGroup(to), 'articles']);
  return articleIds;
};

/**
 * Deletes an author. `author-in-use` while an article, a trashed one too, names it, unless its bylines go to
 * another; and while a key that is not revoked is bound to it.
 */
export const deleteAuthor = (
  { store, clock }: Parts,
  origin: Origin,
  id: number,
  expected: Expectation,
  reassignTo: number | undefined,
): Promise<void> =>
  store.transaction(async (tx) => {
    const now = clock();
    const author = await findAuthor(tx, id);
    if (!author) throw notFound(String(id));
    await demandVersion(tx, 'author', expected, author);
    if (reassignTo === undefined) await checkUnused(tx, id);
    else await checkHeir(tx, id, reassignTo);
    const keys = await listBoundKeys(tx, id);
    if (keys.length > 0)
      throw refuse('author-in-use', `Key ${keys.join(', ')} is bound to author ${id}; change or revoke it first`);
    const heir = reassignTo !== undefined && {
      intoId: reassignTo,
      articleIds: await reassign(tx, origin, author, reassignTo, now),
    };
    await releaseRevokedKeys(tx, id);
    await deleteAuthorRow(tx, id);
    await forgetOldSlugs(tx, SLUG_KINDS, id);
    touch(tx, origin, [authorGroup(id), 'authors']);
    const { version, slug } = author;
    await recordEvents(tx, origin, [{ type: 'author.deleted', at: now, entityId: id, version, slug, ...heir }]);
  });
