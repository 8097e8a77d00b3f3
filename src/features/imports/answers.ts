/** Imports as they are answered. */
import { formatMoment } from '../../core/moment.ts';
import type { Format } from './formats.ts';
import type { ImportRow } from './import-queries.ts';
import { type Counts, noCounts, type Problem } from './report.ts';

/** An import without its problems. */
export const answerImportSummary = (row: Omit<ImportRow, 'problems'>) => {
  const { id, status, format, options, bytes, counts, problemCount, fault, keyId } = row;
  const { name, defaultAuthor, pages } = options as { name: string; defaultAuthor: string | null; pages: boolean };
  return {
    ...{ id, status, format: format as Format, name, defaultAuthor, pages, bytes },
    counts: (counts as Counts | null) ?? noCounts(),
    ...{ problemCount, fault, keyId },
    createdAt: formatMoment(row.createdAt),
    startedAt: formatMoment(row.startedAt),
    finishedAt: formatMoment(row.finishedAt),
  };
};

/** An import with the first of its problems. */
export const answerImport = (row: ImportRow) => ({
  ...answerImportSummary(row),
  problems: row.problems as Problem[], // as they were kept
});
