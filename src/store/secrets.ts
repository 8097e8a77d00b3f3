/** What Galley must know and nobody else, such as what it signs with: made once, the same for all processes of a store. */
import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Store } from './store.ts';

export const findSecret = async ({ db, tables: { secrets } }: Store, name: string): Promise<string | undefined> =>
  (await db.select().from(secrets).where(eq(secrets.name, name)))[0]?.value;

/** The secret of a name: 256 random bits as text, made where there is none yet. */
export const ensureSecret = async (store: Store, name: string): Promise<string> => {
  const known = await findSecret(store, name);
  if (known !== undefined) return known;
  return store.transaction(async (tx) => {
    const { secrets } = tx.tables;
    const value = randomBytes(32).toString('base64url');
    await tx.db.insert(secrets).values({ name, value }).onConflictDoNothing();
    return (await findSecret(tx, name)) as string;
  });
};

const SIGNING = 'secret';

/** What tokens are signed and addresses are hashed with: what the operator gave, else the store's own, made where there is none yet. */
export const signingSecret = (store: Store, given: string | null): string | Promise<string> =>
  given ?? ensureSecret(store, SIGNING);

/** The same, where it is known already. */
export const knownSigningSecret = (
  store: Store,
  given: string | null,
): string | undefined | Promise<string | undefined> => given ?? findSecret(store, SIGNING);
