/** Whether a text of another system fits a field of ours, so that it can be left out and said where it does not. */
import type { TSchema } from 'typebox';
import { Email, FilledText, Url } from '../../http/schema.ts';
import { createAjv } from '../../http/validation.ts';

const ajv = createAjv();
const fits = (schema: TSchema) => {
  const check = ajv.compile(schema);
  return (text: string): boolean => check(text);
};

export const isEmail = fits(Email());
export const isLanguage = fits({ type: 'string', format: 'bcp47', maxLength: 35 } as TSchema);
/** Whether a text says something, and no more than so many characters. */
export const isFilled = fits(FilledText(500_000));
const isUrl = fits(Url());

/** The absolute http or https address that a text is, written as addresses are; null where it is none. */
export const webAddressOf = (text: string): string | null => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const { href, username, password } = new URL(text);
  if (username !== '' || password !== '') return null;
  const written = isUrl(text) ? text : href;
  return isUrl(written) ? written : null;
};
