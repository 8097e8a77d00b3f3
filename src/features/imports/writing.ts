/** Writes one record within a transaction that runs, by the actions that the doors use. */
import type { Rendering } from '../../rendering/renderer.ts';
import { addArticle } from '../articles/actions.ts';
import { inputOf } from '../articles/input.ts';
import { editAuthor } from '../authors/actions.ts';
import {
  chooseFreeSlug,
  type Desk,
  findAuthor,
  findTag,
  makeAuthor,
  makeTag,
  OPERATOR,
  tagNameIn,
  useAuthor,
  useTag,
} from './desk.ts';
import type { Alteration } from './found.ts';
import { sourceKey } from './queries.ts';
import { type Entry, problemsOf } from './reading.ts';
import type { AuthorRecord, TagRecord } from './records.ts';
import type { Fate, Problem } from './report.ts';
import {
  articleDifferences,
  authorNameOf,
  keyAlterations,
  leftOut,
  namedDifferences,
  type PlannedArticle,
  sanitisedAway,
} from './rules.ts';

/** What became of a record, and what is to be said of it. */
export type Done = { fate: Fate; problems: Problem[] };

type Written = { fate: Fate; altered?: Alteration[]; kept?: Alteration[] };

const writeAuthor = async (desk: Desk, record: AuthorRecord): Promise<Written> => {
  const { key, bio = null } = record;
  const name = record.name ?? authorNameOf(key);
  const known = findAuthor(desk, key);
  if (!known) {
    const { slug } = await makeAuthor(desk, key, { name, bio });
    return { fate: 'created', altered: [...keyAlterations(key, slug), ...leftOut(record)] };
  }
  const kept = namedDifferences({ name, about: bio }, { ...known, about: known.bio }, '/bio');
  const altered = keyAlterations(key, known.slug);
  const isBare = known.version === 1 && known.bio === null && known.name === authorNameOf(key);
  if (kept.length === 0 || !isBare) return { fate: 'unchanged', altered, kept };
  // So far only an article has named this author: the key had to do for a name.
  const parts = { store: desk.tx, clock: () => desk.now };
  desk.authors.set(known.slug, await editAuthor(parts, OPERATOR, known.id, 'any', { name, bio }));
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
  const { slug } = await makeTag(desk, key, { name, description, kind: 'topic' });
  return { fate: 'created', altered: [...keyAlterations(key, slug), ...leftOut(record)] };
};

const writeArticle = async (desk: Desk, article: PlannedArticle, rendering: Rendering): Promise<Written> => {
  const { tx, now, imported, slugs } = desk;
  const { sent, source } = article;
  const known = imported.get(sourceKey(source));
  if (known) return { fate: 'unchanged', kept: articleDifferences(sent, known) };

  const altered = [...article.alterations, ...sanitisedAway(sent.body, rendering.html)];
  const authorIds: number[] = [];
  for (const key of article.authors) {
    const { author, isNew } = await useAuthor(desk, key);
    authorIds.push(author.id);
    const reason = `names ${key}, who has no record so far: made as “${author.name}”`;
    if (isNew) altered.push({ field: '/authors', code: 'author-made', reason });
  }
  const tags = [];
  for (const key of article.tags) tags.push({ id: (await useTag(desk, key, 'topic')).id });
  if (article.section !== null) tags.push({ id: (await useTag(desk, article.section, 'section')).id });
  let slug = sent.slug;
  if (slug !== null) {
    const chosen = await chooseFreeSlug(desk, slug);
    const reason = `${slug} is the slug of article ${chosen.holder}: imported as ${chosen.slug}`;
    if (chosen.slug !== slug) altered.push({ field: '/slug', code: 'slug-taken', reason });
    slug = chosen.slug;
  }
  const id = await addArticle(tx, OPERATOR, now, { ...inputOf({ ...sent, slug }), authorIds, tags }, rendering);
  if (slug !== null) slugs.set(slug, id);
  const excerpt = sent.excerpt?.trim() ? sent.excerpt : null;
  imported.set(sourceKey(source), { id, title: sent.title, excerpt, body: sent.body });
  return { fate: 'created', altered };
};

const write = (desk: Desk, entry: Entry, rendering: Rendering | null): Promise<Written> => {
  if ('author' in entry) return writeAuthor(desk, entry.author);
  if ('tag' in entry) return writeTag(desk, entry.tag);
  if ('article' in entry && rendering) return writeArticle(desk, entry.article, rendering);
  throw new Error(`Line ${entry.line} holds nothing that can be written`);
};

/** Writes one record; an article comes with its rendering. Throws the refusals of the actions. */
export const writeRecord = async (desk: Desk, entry: Entry, rendering: Rendering | null): Promise<Done> => {
  const { fate, altered = [], kept = [] } = await write(desk, entry, rendering);
  const told = fate === 'unchanged' ? altered : [...entry.altered, ...altered];
  return { fate, problems: [...problemsOf(entry, 'altered', told), ...problemsOf(entry, 'kept', kept)] };
};
