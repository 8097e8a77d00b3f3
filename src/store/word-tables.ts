/** The words of the names of authors and tags, as they are looked up by: `wordsOf` says how. */
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Columns } from './columns.ts';

type Named = { id: AnySQLiteColumn };

/** The tables of words, beside those of what has a name. */
export const defineWordTables = (
  { table, index, primaryKey, integer, text }: Columns,
  { authors, tags }: { authors: Named; tags: Named },
) => ({
  authorWords: table(
    'author_words',
    {
      authorId: integer('author_id')
        .notNull()
        .references(() => authors.id, { onDelete: 'cascade' }),
      word: text('word').notNull(),
    },
    (t) => [primaryKey({ columns: [t.authorId, t.word] }), index('author_words_by_word').on(t.word, t.authorId)],
  ),
  tagWords: table(
    'tag_words',
    {
      tagId: integer('tag_id')
        .notNull()
        .references(() => tags.id, { onDelete: 'cascade' }),
      word: text('word').notNull(),
    },
    (t) => [primaryKey({ columns: [t.tagId, t.word] }), index('tag_words_by_word').on(t.word, t.tagId)],
  ),
});
