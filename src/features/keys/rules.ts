/** What may be with keys: their form, their life, and what each role needs. */
import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../../core/access.ts';
import { bodyFault, type Fault, refuseAll } from '../../core/errors.ts';

/** A new key: `glk_` and 192 random bits in base64url. */
export const newSecret = (): string => `glk_${randomBytes(24).toString('base64url')}`;

/** Whether a text has the form of a key, as those that are made here and those of `ADMIN_KEY` have. */
export const isSecret = (text: string): boolean => /^glk_[A-Za-z0-9_-]{32,200}$/.test(text);

/** What the store keeps of a key: its SHA-256, in hex. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What may be shown of a key: its first eight characters. */
export const prefixOf = (secret: string): string => secret.slice(0, 8);

type Life = { revokedAt: Date | null; expiresAt: Date | null };

/** Whether a key works at `now`. */
export const works = (key: Life, now: Date): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);

/** The roles whose rights are about their own articles, and so need to know whose. */
const NEEDS_AUTHOR: readonly Role[] = ['contributor', 'author'];

/** The fault of a key whose role needs an author that it does not have. */
const authorFaults = (key: { role: Role; authorId: number | null }): Fault[] =>
  NEEDS_AUTHOR.includes(key.role) && key.authorId === null
    ? [bodyFault('/authorId', 'required', `authorId is required for the role ${key.role}`)]
    : [];

/** Throws 400 unless role, author and expiry fit together at `now`. */
export const checkKey = (
  key: { role: Role; authorId: number | null; expiresAt: Date | null },
  changesExpiry: boolean,
  now: Date,
): void => {
  const faults = authorFaults(key);
  if (changesExpiry && key.expiresAt !== null && key.expiresAt <= now) {
    faults.push(bodyFault('/expiresAt', 'too-small', 'expiresAt must be in the future'));
  }
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
};
