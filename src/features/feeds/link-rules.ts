/** Links of an article’s text, made to work where the text is not on its own page. */
import { absolute } from './rules.ts';

/** A start tag. In sanitised HTML every other `<` and `>` is escaped, and every value stands between double quotes. */
const TAG = /<[a-z][^<>]*>/g;
const ADDRESS = / (href|src|srcset|poster|cite)="([^"]*)"/g;
/** The addresses of a `srcset`: each begins it or comes after a comma and a space. */
const CANDIDATE = /(?<=^\s*|,\s+)\S+/g;

const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Sanitised HTML with absolute addresses alone; `page` is where the article stands. */
export const withAbsoluteLinks = (html: string, page: string): string => {
  // An address is put behind another as it is escaped: `&amp;` means the same there.
  const made = (address: string) => (HAS_SCHEME.test(address) ? address : absolute(address, page));
  return html.replaceAll(TAG, (tag) =>
    tag.replaceAll(ADDRESS, (_, name: string, value: string) => {
      const whole = name === 'srcset' ? value.replaceAll(CANDIDATE, made) : made(value);
      return ` ${name}="${whole}"`;
    }),
  );
};
