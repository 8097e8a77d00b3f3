/** By what a comment is told from all others where its id is another: in files that leave a store or come into one. */

type Keyed = { id: number; createdAt: Date; importedAs: string | null };

const OURS = /^galley-([1-9]\d{0,9})-(-?\d{1,15})$/;

/** The key of a comment: the one it came with, or one made of its id and the moment it was posted. */
export const keyOfComment = ({ id, createdAt, importedAs }: Keyed): string =>
  importedAs ?? `galley-${id}-${createdAt.getTime()}`;

/** What a key was made of that `keyOfComment` has made; undefined of any other. */
export const readCommentKey = (key: string): { id: number; createdAt: Date } | undefined => {
  const [, id, moment] = OURS.exec(key) ?? [];
  return id === undefined ? undefined : { id: Number(id), createdAt: new Date(Number(moment)) };
};
