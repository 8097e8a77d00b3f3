/** The formats that can be imported, by the names that the command line and the API have for them. */
import type { Reader } from '../formats/found.ts';

export const FORMATS = ['wxr', 'ghost', 'markdown', 'records'] as const;
export type Format = (typeof FORMATS)[number];

/** Each is loaded when a file of it comes: most processes never read one. */
const READERS: Record<Format, () => Promise<Reader>> = {
  wxr: async () => (await import('../formats/wxr.ts')).readWxr,
  ghost: async () => (await import('../formats/ghost.ts')).readGhost,
  markdown: async () => (await import('../formats/markdown.ts')).readMarkdown,
  records: async () => (await import('./record-lines.ts')).readRecordLines,
};

/** What reads files of a format. */
export const readerOf = (format: Format): Promise<Reader> => READERS[format]();
