/** Takes a Markdown file apart: front matter in YAML, TOML or JSON, and the text. */
import { parse as parseToml, TomlError } from 'smol-toml';
import { parseDocument } from 'yaml';

export type FrontMatter = { fields: Record<string, unknown>; body: string };

/** Front matter that cannot be read, and why, with the line and column in the file. */
export class BrokenFrontMatter extends Error {}

const broken = (line: number, column: number, reason: string): BrokenFrontMatter =>
  new BrokenFrontMatter(`its front matter is broken: line ${line}, column ${column}: ${reason}`);

/** The value as JSON has it: moments are texts, and nothing holds itself. */
const asJson = (value: unknown): unknown => {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    throw broken(2, 1, 'it holds itself, or stands too deep'); // by aliases, or by thousands of brackets
  }
};

const fieldsOf = (value: unknown): Record<string, unknown> => {
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return asJson(value) as Record<string, unknown>;
  throw broken(2, 1, 'it has no fields');
};

const readYaml = (text: string): unknown => {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: false });
  const [fault] = document.errors;
  if (fault) {
    const [{ line, col }] = fault.linePos ?? [{ line: 1, col: 1 }];
    throw broken(line + 1, col, fault.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? fault.code);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw broken(2, 1, (error as Error).message); // aliases of aliases
  }
};

const readToml = (text: string): unknown => {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw broken(
      error.line + 1,
      error.column,
      error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? '',
    );
  }
};

/** More is nobody's front matter, and YAML takes long to read: a second for as much of single letters. */
const LONGEST = 256 * 1024;

const FENCED = /^(---|\+\+\+)[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?\1[ \t]*(?:\r?\n|$)/;

/** The end of the object a text begins with; -1 where it never ends. */
const endOfObject = (text: string): number => {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (isText && sign === '\\') at += 1;
    else if (sign === '"') isText = !isText;
    else if (!isText && sign === '{') depth += 1;
    else if (!isText && sign === '}') depth -= 1;
    if (depth === 0 && sign === '}') return at + 1;
  }
  return -1;
};

/** The front matter and text of a file, without a byte order mark. Throws `BrokenFrontMatter`. */
export const readFrontMatter = (file: string): FrontMatter => {
  const text = file.replace(/^\ufeff/, '');
  const fenced = FENCED.exec(text);
  if (fenced) {
    const [whole, fence, inner = ''] = fenced;
    if (inner.length > LONGEST) throw broken(2, 1, `it is longer than ${LONGEST} characters`);
    return { fields: fieldsOf(fence === '---' ? readYaml(inner) : readToml(inner)), body: text.slice(whole.length) };
  }
  const end = /^\{\s*["}]/.test(text) ? endOfObject(text) : -1;
  if (end === -1) return { fields: {}, body: text };
  try {
    return { fields: fieldsOf(JSON.parse(text.slice(0, end))), body: text.slice(end).replace(/^\s*?\r?\n/, '') };
  } catch (error) {
    throw error instanceof BrokenFrontMatter ? error : broken(1, 1, (error as Error).message);
  }
};
