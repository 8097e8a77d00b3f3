/**
 * Reads WXR (WordPress eXtended RSS) 1.0, 1.1 and 1.2, what WordPress writes at Tools → Export. The file is walked through
 * twice: the first time to see that all of it is well-formed, and for what its articles name.
 */
import { stat } from 'node:fs/promises';
import { isLanguage, webAddressOf } from './field-schemas.ts';
import { type Alteration, type Found, halved, type Reader } from './found.ts';
import { cutTo, plainOf } from './html-text.ts';
import { UnreadableFile } from './lines.ts';
import { type Names, readArticle, sourceOf } from './wxr-articles.ts';
import { authorRecords, nameAuthors } from './wxr-authors.ts';
import { commentRecords, type Staff, staffOf } from './wxr-comments.ts';
import { type Element, own, textOf, walkChannel } from './wxr-elements.ts';
import { type Survey, surveyWxr } from './wxr-survey.ts';
import { nameTags, tagRecords } from './wxr-terms.ts';

const LONGEST_TITLE = 300;
const LONGEST_DESCRIPTION = 1000;

const siteRecord = ({ site }: Survey): Found[] => {
  const title = cutTo(plainOf(site.title), LONGEST_TITLE);
  if (title === '') return [];
  const url = webAddressOf(site.url);
  const altered: Alteration[] = isLanguage(site.language)
    ? []
    : [{ field: '/language', code: 'wrong-format', reason: `“${cutTo(site.language, 50)}” is no language: left out` }];
  const value = {
    kind: 'site',
    title,
    description: cutTo(plainOf(site.description), LONGEST_DESCRIPTION) || null,
    ...(url !== null && !/[?#]/.test(url) && { url }),
    ...(altered.length === 0 && { language: site.language }),
  };
  return [{ line: site.line, bytes: 1000, value, digest: () => title, altered }];
};

/** What has no place here, by its type. */
const NO_PLACE: Record<string, string> = {
  attachment: 'is a file, which stays where it is',
  nav_menu_item: 'is an item of a menu',
  revision: 'is an earlier state of an article',
  wp_block: 'is a pattern of blocks, which articles hold themselves',
  wp_navigation: 'is a menu',
  wp_template: 'is a template of the theme',
  wp_template_part: 'is a template of the theme',
  wp_global_styles: 'is a style of the theme',
  wp_font_family: 'is a font',
  wp_font_face: 'is a font',
  custom_css: 'is a style of the theme',
  customize_changeset: 'is a setting of the theme',
  oembed_cache: 'is a copy of another page',
};

/** Why an item becomes no article; null where it does. */
const skipReason = (item: Element, takesPages: boolean): Alteration | null => {
  const type = textOf(item, 'wp:post_type') || 'post';
  const reason = (code: string, why: string): Alteration => ({ field: null, code, reason: why });
  if (type === 'page' && !takesPages)
    return reason('page', `is a page, “${cutTo(own(plainOf(textOf(item, 'title'))), 100)}”: taken with --pages`);
  if (type !== 'post' && type !== 'page') {
    const why = NO_PLACE[type] ?? `is of the type ${own(cutTo(type, 50))}, for which there is no place here`;
    return reason(NO_PLACE[type] ? type.replaceAll('_', '-') : 'other-type', why);
  }
  if (textOf(item, 'wp:status') === 'auto-draft')
    return reason('auto-draft', 'is a draft that WordPress began by itself, and nobody wrote');
  if (textOf(item, 'wp:post_id') === '') return reason('no-id', 'has no wp:post_id, by which it would be found again');
  return null;
};

function* itemRecords(item: Element, names: Names & { staff: Staff }, takesPages: boolean): Generator<Found> {
  const { survey, staff } = names;
  const source = sourceOf(item, survey);
  const skipped = skipReason(item, takesPages);
  if (skipped === null) yield readArticle(item, source, names);
  else {
    const kind = ['post', 'page', ''].includes(textOf(item, 'wp:post_type')) ? 'article' : null;
    const record = own(`${source.system}:${source.id}`);
    yield { line: item.line, bytes: item.size, kind, record, refused: [skipped] };
  }
  const thread = { article: source, staff, offset: survey.offset };
  yield* commentRecords(item, skipped === null, thread);
}

/** What is told stays until the end of the import, which the piece of the file that it quotes must not. */
const withOwnTexts = (found: Found): Found =>
  'value' in found && found.altered
    ? { ...found, altered: found.altered.map((each) => ({ ...each, reason: own(each.reason) })) }
    : found;

export const readWxr: Reader = async function* ({ path, pages }, onRead) {
  const file = await stat(path).catch(() => null);
  if (file && !file.isFile() && !file.isDirectory())
    throw new UnreadableFile(`cannot read ${path}: WXR is read twice, which takes a file and no pipe`);
  const survey = await surveyWxr(path, pages, halved(onRead));
  const authors = nameAuthors(survey);
  const names = { survey, authors, tags: nameTags(survey), staff: staffOf(authors) };
  yield* siteRecord(survey);
  yield* authorRecords(authors);
  yield* tagRecords(survey, names.tags);
  for await (const element of walkChannel(path, halved(onRead))) {
    if (element.name !== 'item') continue;
    for (const found of itemRecords(element, names, pages)) yield withOwnTexts(found);
  }
};
