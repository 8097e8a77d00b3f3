/** The caches outside that are purged, as the operator writes them: `<preset>+<url>`. */

export const PURGE_PRESETS = ['varnish-xkey', 'fastly', 'cloudflare'] as const;
export type PurgePreset = (typeof PURGE_PRESETS)[number];

export type PurgeTarget = {
  preset: PurgePreset;
  /** Where it is asked, without the token and without a slash at its end. */
  url: string;
  /** What it is asked with, given as the user of the URL; null: nothing. Never shown. */
  token: string | null;
};

/** What a `readPurgeTarget` takes, for whoever wrote something else. */
export const PURGE_TARGETS =
  'caches, each once, such as varnish-xkey+http://cache:6081, fastly+https://TOKEN@api.fastly.com/service/ID or ' +
  'cloudflare+https://TOKEN@api.cloudflare.com/client/v4/zones/ID, separated by commas';

/** What may stand in a header as it is. */
const TOKEN = /^[!-~]+$/;

const tokenOf = ({ username }: URL): string | undefined => {
  try {
    const token = decodeURIComponent(username);
    return TOKEN.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
};

/** Reads one; undefined where it is none. Only a cache that asks for no token may be asked over plain http. */
export const readPurgeTarget = (text: string): PurgeTarget | undefined => {
  const plus = text.indexOf('+');
  const preset = PURGE_PRESETS.find((name) => name === text.slice(0, plus));
  const address = text.slice(plus + 1);
  if (!preset || !/^https?:\/\/[^\s?#]+$/.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const place = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  if (url.password !== '') return undefined;
  if (preset === 'varnish-xkey') return url.username === '' ? { preset, url: place, token: null } : undefined;
  const token = tokenOf(url);
  return url.protocol === 'https:' && token !== undefined ? { preset, url: place, token } : undefined;
};

/** A target by its name, which may be shown and stays the same when its token is another. */
export const nameOfTarget = ({ preset, url }: PurgeTarget): string => `${preset}+${url}`;
