/** The formats that can be imported, by the names that the command line and the API have for them. */
import type { Reader } from './found.ts';
import { readGhost } from './ghost.ts';
import { readMarkdown } from './markdown.ts';
import { readRecordLines } from './record-lines.ts';
import { readWxr } from './wxr.ts';

export const FORMATS = ['wxr', 'ghost', 'markdown', 'records'] as const;
export type Format = (typeof FORMATS)[number];

export const READERS: Record<Format, Reader> = {
  wxr: readWxr,
  ghost: readGhost,
  markdown: readMarkdown,
  records: readRecordLines,
};
