/** Reads Markdown files with front matter: one, a folder of them, or a tar of a folder, gzip or not. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { altered, type Found, type Reader } from './found.ts';
import { BrokenFrontMatter, readFrontMatter } from './front-matter.ts';
import { LONGEST_LINE, readContent, UnreadableFile, unreadable } from './lines.ts';
import { articleOf, isPage } from './markdown-rules.ts';
import type { ImportRecord } from './records.ts';

/** A file by its path within the folder, with `/` between; `bytes` is null where it is longer than `LONGEST_LINE`. */
type MarkdownFile = { path: string; bytes: Buffer | null };

const isMarkdown = (path: string) => /\.(?:md|mdx|markdown)$/i.test(path);
/** What begins with a point is of tools; `_posts` and `_drafts` are of Jekyll, other such folders of its pages' frames. */
const isOurs = (path: string) =>
  isMarkdown(path) && !path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');

async function* filesInFolder(folder: string, onRead: (bytes: number) => void): AsyncGenerator<MarkdownFile> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(isOurs)
    .sort();
  for (const path of paths) {
    const file = join(folder, path);
    const { size } = await stat(file);
    onRead(size);
    yield { path, bytes: size > LONGEST_LINE ? null : await readFile(file) };
  }
}

async function* filesInTar(file: string, onRead: (bytes: number) => void): AsyncGenerator<MarkdownFile> {
  const tar = extract();
  pipeline(Readable.from(readContent(file, onRead)), tar, () => {}); // a fault ends the walk with it
  for await (const entry of tar) {
    const path = entry.header.name.replace(/^(?:\.\/)+/, '');
    if (entry.header.type !== 'file' || !isOurs(path)) {
      entry.resume();
      continue;
    }
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of entry as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size <= LONGEST_LINE) pieces.push(piece);
    }
    yield { path, bytes: size > LONGEST_LINE ? null : Buffer.concat(pieces) };
  }
}

async function* filesAt(path: string, onRead: (bytes: number) => void): AsyncGenerator<MarkdownFile> {
  const found = await stat(path);
  if (found.isDirectory()) yield* filesInFolder(path, onRead);
  else if (isMarkdown(path)) {
    onRead(found.size);
    yield { path: basename(path), bytes: found.size > LONGEST_LINE ? null : await readFile(path) };
  } else yield* filesInTar(path, onRead);
}

const digestOf = (bytes: Buffer) => () => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

const foundAs = (record: ImportRecord, bytes: Buffer) => ({
  ...{ line: 1, bytes: bytes.length, value: record, digest: digestOf(bytes) },
});

/** The records of one file: its sections, where they are new, and the article. */
const readOne = ({ path, bytes }: MarkdownFile, pages: boolean, siteUrl: string | null, told: Set<string>): Found[] => {
  const refused = (code: string, reason: string): Found[] => [
    { line: 1, bytes: 0, kind: 'article', record: path, refused: [altered(null, code, reason)] },
  ];
  if (bytes === null) return refused('payload-too-large', `is longer than ${LONGEST_LINE} bytes`);
  if (!isUtf8(bytes)) return refused('not-utf-8', 'is not UTF-8');
  try {
    const matter = readFrontMatter(bytes.toString('utf8'));
    if (isPage(path, matter.fields) && !pages) return refused('page', 'is a page, not an article: taken with --pages');
    const article = articleOf(path, matter, siteUrl);
    const sections = article.sections.filter((key) => !told.has(key) && told.add(key));
    return [
      ...sections.map((key): Found => foundAs({ kind: 'tag', key, name: key, tagKind: 'section' }, bytes)),
      { ...foundAs(article.record, bytes), altered: article.told },
    ];
  } catch (error) {
    if (error instanceof BrokenFrontMatter) return refused('front-matter', error.message);
    throw error;
  }
};

const NO_TAR = 'it is no whole tar; a single file is one by its name, which ends in .md, .mdx or .markdown';
/** Faults of the disk and of gzip have codes, those of a tar have none. */
const isOfTar = (error: unknown) => error instanceof Error && !('code' in error);

/** One article a file, in the order of their paths. A file that cannot be read is told, and the others go in. */
export const readMarkdown: Reader = async function* ({ path, pages, siteUrl = null }, onRead) {
  const told = new Set<string>();
  let any = false;
  try {
    for await (const file of filesAt(path, onRead)) {
      any = true;
      yield* readOne(file, pages, siteUrl, told);
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    if (isOfTar(error)) throw new UnreadableFile(`cannot read ${path}: ${NO_TAR}`, { cause: error });
    throw unreadable(path, error);
  }
  if (!any) throw new UnreadableFile(`cannot read ${path}: there is no Markdown in it (.md, .mdx, .markdown)`);
};
