/** The tokens of preview links: what one says, how it is signed, and where it leads. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token says: which link of which article it is, and until when. */
export type Claim = { id: number; articleId: number; expiresAt: Date };

/** By this a token is known for what it is, to people and to whatever looks for secrets in texts. */
const PREFIX = 'glp_';
/** Two ids of four bytes, a moment of eight, in milliseconds; and all of HMAC-SHA256: 48 bytes leave no bit of base64 over. */
const SIGNATURE_AT = 16;
const SHAPE = /^glp_[A-Za-z0-9_-]{64}$/;

/** A secret is never used by itself: each purpose has a key of its own. */
const signatureOf = (said: Buffer, secret: string): Buffer => {
  const key = createHmac('sha256', secret).update('preview').digest();
  return createHmac('sha256', key).update(said).digest();
};

/** The token of a link, always the same. */
export const tokenOf = ({ id, articleId, expiresAt }: Claim, secret: string): string => {
  const said = Buffer.alloc(SIGNATURE_AT);
  said.writeUInt32BE(id, 0);
  said.writeUInt32BE(articleId, 4);
  said.writeBigInt64BE(BigInt(expiresAt.getTime()), 8);
  return PREFIX + Buffer.concat([said, signatureOf(said, secret)]).toString('base64url');
};

/** What a token says; undefined for what was not signed with this secret. */
export const readToken = (token: string, secret: string): Claim | undefined => {
  if (!SHAPE.test(token)) return undefined;
  const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
  const said = bytes.subarray(0, SIGNATURE_AT);
  if (!timingSafeEqual(bytes.subarray(SIGNATURE_AT), signatureOf(said, secret))) return undefined;
  return {
    id: said.readUInt32BE(0),
    articleId: said.readUInt32BE(4),
    expiresAt: new Date(Number(said.readBigInt64BE(8))),
  };
};

/** Where previews are shown: by a pattern with `{token}`, `{id}` and `{slug}`, else where the API answers them. */
export type PreviewPlace = { previewUrl: string | null; publicUrl: string | null };

/** The address of a preview. */
export const previewAddress = (
  { previewUrl, publicUrl }: PreviewPlace,
  shown: { token: string; id: number; slug: string },
): string => {
  const pattern = previewUrl ?? `${publicUrl ?? ''}/v1/previews/{token}`;
  return pattern.replaceAll(/\{(token|id|slug)\}/g, (_, name: keyof typeof shown) => String(shown[name]));
};
