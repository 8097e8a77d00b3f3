/** What can be done with keys. */
import type { Actor, Role } from '../../core/access.ts';
import { bodyFault, refuse, refuseAll } from '../../core/errors.ts';
import type { Origin } from '../../store/events.ts';
import { keepOutcome } from '../../store/outcomes.ts';
import type { Parts, Store } from '../../store/store.ts';
import {
  countOtherAdmins,
  findKey,
  findKeyAuthor,
  findKeyByHash,
  hasKeys,
  insertKey,
  type KeyRow,
  updateKey,
} from './queries.ts';
import { checkKey, hashOf, isSecret, newSecret, prefixOf, works } from './rules.ts';

export type KeyInput = { name: string; role: Role; authorId?: number | null; expiresAt?: Date | null };

/** Reads one key; `not-found`. */
export const readKey = async (store: Store, id: number): Promise<KeyRow> => {
  const key = await findKey(store, id);
  if (!key) throw refuse('not-found', `There is no key ${id}`);
  return key;
};

const checkAuthor = async (tx: Store, authorId: number | null): Promise<void> => {
  if (authorId !== null && (await findKeyAuthor(tx, authorId)) === null) {
    throw refuseAll('unknown-reference', [
      bodyFault('/authorId', 'unknown-reference', `There is no author ${authorId}`),
    ]);
  }
};

/** Makes a key and tells its secret, once. */
export const createKey = async (
  { store, clock }: Parts,
  origin: Origin,
  input: KeyInput,
): Promise<{ key: KeyRow; secret: string }> => {
  const secret = newSecret();
  const key = await store.transaction(async (tx) => {
    const now = clock();
    const { name, role, authorId = null, expiresAt = null } = input;
    checkKey({ role, authorId, expiresAt }, true, now);
    await checkAuthor(tx, authorId);
    const made = await insertKey(tx, {
      name,
      role,
      authorId,
      expiresAt,
      prefix: prefixOf(secret),
      hash: hashOf(secret),
      createdAt: now,
    });
    await keepOutcome(tx, origin, { kind: 'key', id: made.id }, now);
    return made;
  });
  return { key, secret };
};

/** Throws `last-admin` unless another admin key works as long as this one would: somebody must be able to come in. */
const keepAnAdmin = async (tx: Store, key: KeyRow, now: Date): Promise<void> => {
  if (key.role !== 'admin' || !works(key, now)) return;
  if ((await countOtherAdmins(tx, key)) === 0) {
    throw refuse('last-admin', 'No other admin key works as long as this one; make another one first');
  }
};

/** Whether an expiry cuts the life of a key short. */
const endsBefore = (expiresAt: Date, key: KeyRow): boolean => key.expiresAt === null || expiresAt < key.expiresAt;

/** Changes name, role, author or expiry of a key; `last-admin` where that locks everybody out, now or when it expires. */
export const editKey = ({ store, clock }: Parts, id: number, change: Partial<KeyInput>): Promise<KeyRow> =>
  store.transaction(async (tx) => {
    const now = clock();
    const key = await readKey(tx, id);
    const { role, authorId, expiresAt } = { ...key, ...change };
    checkKey({ role, authorId, expiresAt }, change.expiresAt !== undefined, now);
    await checkAuthor(tx, authorId);
    if (role !== 'admin') await keepAnAdmin(tx, key, now);
    else if (expiresAt !== null && endsBefore(expiresAt, key)) await keepAnAdmin(tx, key, now);
    return Object.keys(change).length === 0 ? key : updateKey(tx, id, change);
  });

/** Revokes a key for good; once more changes nothing. */
export const revokeKey = ({ store, clock }: Parts, id: number): Promise<void> =>
  store.transaction(async (tx) => {
    const now = clock();
    const key = await readKey(tx, id);
    await keepAnAdmin(tx, key, now);
    if (key.revokedAt === null) await updateKey(tx, id, { revokedAt: now });
  });

const actorOf = ({ id, name, role, authorId }: KeyRow): Actor => ({ keyId: id, keyName: name, role, authorId });

/** Finds the bearer of a secret; undefined where no working key has it. Keys are found by their hash, so the time of a look-up tells nothing of them. */
export const findActor = async ({ store, clock }: Parts, secret: string): Promise<Actor | undefined> => {
  if (!isSecret(secret)) return undefined; // nothing is asked of the store
  const key = await findKeyByHash(store, hashOf(secret));
  return key && works(key, clock()) ? actorOf(key) : undefined;
};

/** Finds who bears a key now that did something once; undefined where it works no longer. */
export const findActorOf = async (store: Store, keyId: number, now: Date): Promise<Actor | undefined> => {
  const key = await findKey(store, keyId);
  return key && works(key, now) ? actorOf(key) : undefined;
};

/**
 * Sees to it that somebody can come in: with `ADMIN_KEY`, that it is an admin key (a revoked one is never revived);
 * without, that an empty store gets a key of its own, whose secret is returned to be told once.
 */
export const ensureAdminKey = ({ store, clock }: Parts, adminKey: string | null): Promise<string | undefined> =>
  store.transaction(async (tx) => {
    if (adminKey === null && (await hasKeys(tx))) return undefined;
    const secret = adminKey ?? newSecret();
    if (await findKeyByHash(tx, hashOf(secret))) return undefined;
    await insertKey(tx, {
      name: adminKey === null ? 'First admin' : 'ADMIN_KEY',
      role: 'admin',
      prefix: prefixOf(secret),
      hash: hashOf(secret),
      createdAt: clock(),
    });
    return adminKey === null ? secret : undefined;
  });
