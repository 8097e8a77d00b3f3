/** The formats of the contract: what each takes, and how a fault says what it takes. */
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { parseMoment } from '../core/moment.ts';
import { SLUG_PATTERN } from '../core/slug.ts';
import {
  ENTITY_TAGS_PATTERN,
  FILE_NAME_PATTERN,
  FILLED_PATTERN,
  IDEMPOTENCY_KEY_PATTERN,
  SITE_ADDRESS_PATTERN,
  WEB_ADDRESS_PATTERN,
} from './schema.ts';

const isUri = fullFormats.uri as (text: string) => boolean; // RFC 3986, as the document's `format: uri` says

const WEB_ADDRESS = new RegExp(WEB_ADDRESS_PATTERN);
const isWebAddress = (text: string): boolean => WEB_ADDRESS.test(text) && isUri(text) && URL.canParse(text);

/** Whether `read` takes the text without a RangeError, which is how Intl refuses names it does not know. */
const isKnown = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

export const FORMATS: Record<string, { takes: (text: string) => boolean; is: string }> = {
  uri: { takes: isWebAddress, is: 'an absolute http or https address, written in ASCII (RFC 3986)' },
  'date-time': {
    takes: (text) => parseMoment(text) !== undefined,
    is: 'a moment such as 2026-11-22T07:00:00Z (RFC 3339, years 1 to 9999, no leap seconds)',
  },
  bcp47: {
    takes: (text) => isKnown(() => Intl.getCanonicalLocales(text)),
    is: 'a language tag such as en or pt-BR (BCP 47)',
  },
  'time-zone': {
    takes: (text) => isKnown(() => new Intl.DateTimeFormat('en', { timeZone: text })),
    is: 'an IANA time zone such as Europe/Lisbon',
  },
};

/** How a fault says what a pattern or a format takes. */
export const PATTERN_WORDS: Record<string, string> = {
  [FILLED_PATTERN]: 'must not be only spaces',
  [ENTITY_TAGS_PATTERN]: 'must be an entity tag such as "7", or *',
  [IDEMPOTENCY_KEY_PATTERN]: 'must be visible ASCII characters, without spaces',
  [SITE_ADDRESS_PATTERN]: 'must be an absolute http or https address, without a query and a fragment',
  [FILE_NAME_PATTERN]: 'must be a name of ASCII letters, digits, dots, - and _, and not begin with a dot or -',
  [SLUG_PATTERN]: 'must be lower-case letters and digits with single hyphens between them',
};
export const FORMAT_WORDS: Record<string, string> = {
  email: 'must be an email address',
  ...Object.fromEntries(Object.entries(FORMATS).map(([name, { is }]) => [name, `must be ${is}`])),
};
