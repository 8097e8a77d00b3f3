/** What can be done with tags. */
import type { Caller } from '../../core/access.ts';
import { may } from '../../core/access.ts';
import { refuse } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { fold } from '../../core/folding.ts';
import { tagGroup } from '../../core/groups.ts';
import type { PastMoments } from '../../core/moment.ts';
import { chooseSlug } from '../../core/slug.ts';
import { type Origin, recordEvents } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import { findFormer, forgetOldSlugs, keepOldSlug } from '../../store/slug-history.ts';
import type { Parts, Store } from '../../store/store.ts';
import type { TagKind } from '../../store/tables.ts';
import { touch } from '../../store/touches.ts';
import { demandVersion } from '../../store/version-changes.ts';
import {
  deleteTagRow,
  findTag,
  findTagByName,
  findTagBySlug,
  insertTag,
  isTagSlugTaken,
  queueArticlesTagged,
  replaceTag,
  type TagRow,
  type Visible,
  wasTagPublic,
} from './queries.ts';

export type TagInput = { name: string; slug?: string | null; description?: string | null; kind?: TagKind };

/** What a caller sees of tags: to the anonymous, one exists only while a live article carries it; internal ones never do. */
export const visibleTo = (caller: Caller, now: Date): Visible => (may(caller, 'use a key') ? 'all' : { liveAt: now });

/** The kinds of old slugs a tag has, and those by which everyone may find it. */
export const SLUG_KINDS = ['tag', 'hidden-tag'] as const;
const PUBLIC_SLUGS = ['tag'] as const;

export const notFound = (what: string) => refuse('not-found', `There is no tag ${what}`);

/** Reads one tag; `not-found` also where the caller may not see it. */
export const readTag = async ({ store, clock }: Parts, caller: Caller, id: number): Promise<TagRow> => {
  const tag = await findTag(store, id, visibleTo(caller, clock()));
  if (!tag) throw notFound(String(id));
  return tag;
};

/** Reads one tag by a slug: the one that has it, else the one that had it once, whose slug is another then. */
export const readTagBySlug = async ({ store, clock }: Parts, caller: Caller, slug: string): Promise<TagRow> => {
  const visible = visibleTo(caller, clock());
  const tag = await findTagBySlug(store, slug, visible);
  if (tag) return tag;
  const former = await findFormer(store, visible === 'all' ? SLUG_KINDS : PUBLIC_SLUGS, slug);
  const moved = former === undefined ? undefined : await findTag(store, former, visible);
  if (!moved) throw notFound(slug);
  return moved;
};

/** The slug of a tag; `id` is its own where it is stored already. */
const slugFor = (tx: Store, wished: string | null, name: string, id?: number): Promise<string> =>
  chooseSlug(wished, name, 'tag', (slug) => isTagSlugTaken(tx, slug, id));

const checkName = async (tx: Store, name: string, id?: number): Promise<void> => {
  const other = await findTagByName(tx, fold(name));
  if (other && other.id !== id) throw refuse('name-taken', `Tag ${other.id} is called “${other.name}” already`);
};

/** Makes a tag within a transaction that runs; the last argument is of one that comes from elsewhere. */
export const addTag = async (
  tx: Store,
  origin: Origin,
  now: Date,
  input: TagInput,
  { createdAt = now, updatedAt = now }: PastMoments = {},
): Promise<TagRow> => {
  const { name, slug = null, description = null, kind = 'topic' } = input;
  await checkName(tx, name);
  const tag = await insertTag(tx, {
    version: 1,
    slug: await slugFor(tx, slug, name),
    name,
    nameFolded: fold(name),
    description,
    kind,
    articleCount: 0,
    createdAt,
    updatedAt,
  });
  await recordEvents(tx, origin, [{ type: 'tag.created', at: now, entityId: tag.id, version: 1, slug: tag.slug }]);
  return tag;
};

/** Makes a tag; `name-taken`, `slug-taken`. */
export const createTag = ({ store, clock }: Parts, origin: Origin, input: TagInput): Promise<TagRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const tag = await addTag(tx, origin, now, input);
    await keepOutcome(tx, origin, { kind: 'tag', id: tag.id }, now);
    return tag;
  });

/** Keeps a slug that a tag has no longer, for the tag it leads to. */
export const keepTagSlug = (tx: Store, slug: string, wasPublic: boolean, entityId: number, at: Date): Promise<void> =>
  keepOldSlug(
    tx,
    { kind: wasPublic ? 'tag' : 'hidden-tag', slug, entityId, at },
    async (id) => (await findTag(tx, id, { liveAt: at })) !== undefined,
  );

/** Changes a tag; a patch that changes nothing changes neither version nor time. */
export const editTag = (
  { store, clock }: Parts,
  origin: Origin,
  id: number,
  expected: Expectation,
  patch: Partial<TagInput>,
): Promise<TagRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const tag = await findTag(tx, id);
    if (!tag) throw notFound(String(id));
    await demandVersion(tx, 'tag', expected, tag);
    const { slug, ...rest } = patch;
    const wished = { ...tag, ...rest };
    await checkName(tx, wished.name, id);
    if (slug !== undefined) wished.slug = await slugFor(tx, slug, wished.name, id);
    const changedFields = (['name', 'slug', 'description', 'kind'] as const).filter(
      (name) => wished[name] !== tag[name],
    );
    if (changedFields.length === 0) return tag;
    const wasPublic = changedFields.includes('slug') && (await wasTagPublic(tx, id, now));
    const stored = await replaceTag(tx, tag, { ...wished, nameFolded: fold(wished.name), updatedAt: now });
    if (!stored) throw refuse('version-mismatch', 'The tag was changed meanwhile');
    if (stored.slug !== tag.slug) await keepTagSlug(tx, tag.slug, wasPublic, id, now);
    touch(tx, origin, [tagGroup(id), 'tags', 'articles']);
    // Pages that do not show a tag are not in its group: of what becomes public, or ceases to be, all are told.
    if ((tag.kind === 'internal') !== (stored.kind === 'internal')) touch(tx, origin, ['site']);
    if (changedFields.includes('name') || changedFields.includes('kind')) await queueArticlesTagged(tx, id);
    await recordEvents(tx, origin, [
      { type: 'tag.updated', at: now, entityId: id, version: stored.version, slug: stored.slug, changedFields },
    ]);
    return stored;
  });

/** Deletes a tag and takes it from every article. */
export const deleteTag = ({ store, clock }: Parts, origin: Origin, id: number, expected: Expectation): Promise<void> =>
  store.transaction(async (tx) => {
    const tag = await findTag(tx, id);
    if (!tag) throw notFound(String(id));
    await demandVersion(tx, 'tag', expected, tag);
    await queueArticlesTagged(tx, id);
    await deleteTagRow(tx, id);
    await forgetOldSlugs(tx, SLUG_KINDS, id);
    touch(tx, origin, [tagGroup(id), 'tags', 'articles']);
    await recordEvents(tx, origin, [
      { type: 'tag.deleted', at: clock(), entityId: id, version: tag.version, slug: tag.slug },
    ]);
  });
