/** Reads the query of a URL: names and values, each value decoded strictly. */

/** What a value becomes that is not well-encoded UTF-8: no text can be this, so validation refuses it by its name. */
const NO_TEXT = '\ud800';

const decode = (text: string, otherwise: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return otherwise;
    throw error;
  }
};

/** The values by name: a string, or a list where the name is there more than once. */
export const parseQuery = (text: string): Record<string, string | string[]> => {
  const values: Record<string, string | string[]> = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const end = pair.indexOf('=');
    const given = end === -1 ? pair : pair.slice(0, end);
    const name = decode(given, given);
    const value = end === -1 ? '' : decode(pair.slice(end + 1), NO_TEXT);
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else values[name] = [before, value];
  }
  return values;
};
