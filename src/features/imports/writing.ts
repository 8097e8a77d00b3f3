/** Writes one record within a transaction that runs, by the actions that the doors use. */
import { editAuthor } from '../authors/actions.ts';
import type { AuthorRecord, TagRecord } from '../formats/records.ts';
import { writeArticle } from './article-writing.ts';
import { writeComment } from './comment-writing.ts';
import { type Desk, findAuthor, findTag, makeAuthor, makeTag, OPERATOR, tagNameIn } from './desk.ts';
import { writeOldSlugs } from './old-slug-writing.ts';
import { pastOf, planOldSlugs } from './past-rules.ts';
import { type Entry, problemsOf } from './reading.ts';
import type { Rendered } from './rendering.ts';
import type { Fate, Problem, Written } from './report.ts';
import { authorNameOf, keyAlterations, leftOut, namedDifferences } from './rules.ts';
import { writeSite } from './site-writing.ts';

/** What became of a record, and what is to be said of it. */
export type Done = { fate: Fate; problems: Problem[] };

const writeAuthor = async (desk: Desk, record: AuthorRecord): Promise<Written> => {
  const { key, bio = null, avatarUrl = null, websiteUrl = null, links = [], email = null } = record;
  const fields = { name: record.name ?? authorNameOf(key), bio, avatarUrl, websiteUrl, links, email };
  const { oldSlugs, alterations } = planOldSlugs(record.oldSlugs);
  const known = findAuthor(desk, key);
  if (!known) {
    const author = await makeAuthor(desk, key, fields, pastOf(record.stored));
    const altered = await writeOldSlugs(desk, { kind: 'author', id: author.id }, oldSlugs);
    return {
      fate: 'created',
      altered: [...keyAlterations(key, author.slug), ...leftOut(record), ...alterations, ...altered],
    };
  }
  const kept = namedDifferences({ name: fields.name, about: bio }, { ...known, about: known.bio }, '/bio');
  const altered = keyAlterations(key, known.slug);
  const isBare = known.version === 1 && known.bio === null && known.name === authorNameOf(key);
  if (kept.length === 0 || !isBare) return { fate: 'unchanged', altered, kept };
  // So far only an article has named this author: the key had to do for a name.
  const parts = { store: desk.tx, clock: () => desk.now };
  desk.authors.set(known.slug, await editAuthor(parts, OPERATOR, known.id, 'any', fields));
  altered.push(...(await writeOldSlugs(desk, { kind: 'author', id: known.id }, oldSlugs)));
  const reason = `gives ${known.slug}, so far known by the key alone, its name and bio`;
  return { fate: 'created', altered: [...altered, ...leftOut(record), { field: null, code: 'completed', reason }] };
};

const writeTag = async (desk: Desk, record: TagRecord): Promise<Written> => {
  const { key, description = null } = record;
  const name = tagNameIn(record);
  const known = findTag(desk, key, name);
  const kept = known
    ? namedDifferences({ name, about: description }, { ...known, about: known.description }, '/description')
    : [];
  if (known) return { fate: 'unchanged', altered: keyAlterations(key, known.slug), kept };
  const { oldSlugs, alterations } = planOldSlugs(record.oldSlugs);
  const fields = { name, description, kind: record.tagKind ?? 'topic' };
  const tag = await makeTag(desk, key, fields, pastOf(record.stored));
  const altered = await writeOldSlugs(desk, { kind: 'tag', id: tag.id }, oldSlugs);
  return {
    fate: 'created',
    altered: [...keyAlterations(key, tag.slug), ...leftOut(record), ...alterations, ...altered],
  };
};

const write = (desk: Desk, entry: Entry, rendered: Rendered | null): Promise<Written> => {
  if ('author' in entry) return writeAuthor(desk, entry.author);
  if ('tag' in entry) return writeTag(desk, entry.tag);
  if ('site' in entry) return writeSite(desk, entry.site);
  if ('article' in entry && rendered && 'body' in rendered) return writeArticle(desk, entry.article, rendered);
  if ('comment' in entry && rendered && 'comment' in rendered)
    return writeComment(desk, entry.comment, rendered.comment);
  throw new Error(`Line ${entry.line} holds nothing that can be written`);
};

/** Writes one record; an article and a comment come with what is rendered of them. Throws the refusals of the actions. */
export const writeRecord = async (desk: Desk, entry: Entry, rendered: Rendered | null): Promise<Done> => {
  const { fate, altered = [], kept = [], skipped = [] } = await write(desk, entry, rendered);
  const told = fate === 'created' ? [...entry.altered, ...altered] : altered;
  return {
    fate,
    problems: [
      ...problemsOf(entry, 'altered', told),
      ...problemsOf(entry, 'kept', kept),
      ...problemsOf(entry, 'skipped', skipped),
    ],
  };
};
