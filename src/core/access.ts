/** Who may do what: the roles, and the one table of what each is granted. */
import { refuse } from './errors.ts';

export const ROLES = ['viewer', 'contributor', 'author', 'editor', 'admin'] as const;
/** The role of a key, from the least to the most. */
export type Role = (typeof ROLES)[number];

/** Who calls: the bearer of a key. The anonymous are `null`. */
export type Actor = { keyId: number; keyName: string; role: Role; authorId: number | null };
export type Caller = Actor | null;

/** `own`: only where the key's author is among the article's authors. */
export type Grant = 'yes' | 'own' | 'no';

type Row = Record<Role | 'anonymous', Grant>;
const row = (anonymous: Grant, viewer: Grant, contributor: Grant, author: Grant, editor: Grant, admin: Grant): Row => ({
  anonymous,
  viewer,
  contributor,
  author,
  editor,
  admin,
});

/** The permission table of the contract, a row for each thing that can be done. */
export const GRANTS = {
  //                            anonymous viewer contributor author editor admin
  'read live': /*            */ row('yes', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'post comment': /*         */ row('yes', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'use a key': /*            */ row('no', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'read unpublished': /*     */ row('no', 'yes', 'own', 'own', 'yes', 'yes'),
  'create article': /*       */ row('no', 'no', 'yes', 'yes', 'yes', 'yes'),
  'edit unpublished': /*     */ row('no', 'no', 'own', 'own', 'yes', 'yes'),
  'publish article': /*      */ row('no', 'no', 'no', 'own', 'yes', 'yes'),
  'edit published': /*       */ row('no', 'no', 'no', 'own', 'yes', 'yes'),
  'choose authors': /*       */ row('no', 'no', 'no', 'no', 'yes', 'yes'),
  'manage authors': /*       */ row('no', 'no', 'no', 'no', 'yes', 'yes'),
  'manage tags': /*          */ row('no', 'no', 'no', 'no', 'yes', 'yes'),
  'moderate comments': /*    */ row('no', 'no', 'no', 'no', 'yes', 'yes'),
  'read private emails': /*  */ row('no', 'no', 'no', 'no', 'yes', 'yes'),
  'read changes': /*         */ row('no', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'read audit': /*           */ row('no', 'no', 'no', 'no', 'no', 'yes'),
  'manage webhooks': /*      */ row('no', 'no', 'no', 'no', 'no', 'yes'),
  'manage keys': /*          */ row('no', 'no', 'no', 'no', 'no', 'yes'),
  'manage site': /*          */ row('no', 'no', 'no', 'no', 'no', 'yes'),
  'import content': /*       */ row('no', 'no', 'no', 'no', 'no', 'yes'),
  'delete permanently': /*   */ row('no', 'no', 'no', 'no', 'no', 'yes'),
} as const satisfies Record<string, Row>;

export type Permission = keyof typeof GRANTS;

/** What the table grants a caller, before anyone has looked at the article. */
export const grantOf = (caller: Caller, permission: Permission): Grant =>
  GRANTS[permission][caller?.role ?? 'anonymous'];

/** Whether a caller may do a thing; `authorIds` are those of the article in question, for grants of the own. */
export const may = (caller: Caller, permission: Permission, authorIds: readonly number[] = []): boolean => {
  const grant = grantOf(caller, permission);
  return grant === 'yes' || (grant === 'own' && caller?.authorId != null && authorIds.includes(caller.authorId));
};

/** Throws `forbidden` unless the caller may do the thing. */
export const demand = (caller: Caller, permission: Permission, authorIds?: readonly number[]): void => {
  if (!may(caller, permission, authorIds)) throw refuse('forbidden', `This key may not ${permission}`);
};
