/** The tables as SQLite sees them, for the generator of migrations alone. */
import { sqliteColumns } from '../src/store/columns.ts';
import { defineTables } from '../src/store/tables.ts';

export const {
  site,
  authors,
  tags,
  authorWords,
  tagWords,
  keys,
  articles,
  contents,
  articleAuthors,
  articleTags,
  dueMoments,
  searchQueue,
  comments,
  commentErasures,
  revisions,
  workingCopies,
  previewLinks,
  slugHistory,
  outcomes,
  secrets,
  events,
  touches,
  eventHorizon,
  webhooks,
  deliveries,
  purgeTargets,
  imports,
} = defineTables(sqliteColumns);
