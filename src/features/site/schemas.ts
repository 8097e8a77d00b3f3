/** What passes through the doors of the site. */
import { Type } from 'typebox';
import { COMMENT_POLICIES, MODERATIONS } from '../../core/statuses.ts';
import { answer, door, IfNoneMatch, LIST_ETAG, patch } from '../../http/door.ts';
import { closed, component, FilledText, nullable, oneOf, SITE_ADDRESS_PATTERN, Text, Url } from '../../http/schema.ts';

/** A placeholder, or one character that may stand in an address. */
const PATTERN_PART = '(?:\\{(?:slug|id|language|year|month|day)\\}|[^\\u0000-\\u0020\\u007f"<>\\\\^`{|}])';

const fields = {
  title: FilledText(300, { description: 'The name of the publication' }),
  description: nullable(Text(1000, { description: 'A few words about the publication' })),
  url: nullable(
    Url({
      pattern: SITE_ADDRESS_PATTERN,
      description: 'Where readers find the publication; put before every article’s path',
    }),
  ),
  language: Type.String({
    format: 'bcp47',
    maxLength: 35,
    description: 'BCP 47: what an article is in that does not say',
  }),
  timeZone: Type.String({
    format: 'time-zone',
    maxLength: 64,
    description: 'IANA time zone: in it the {year}, {month} and {day} of the addresses of articles are told',
  }),
  articleUrlPattern: Type.String({
    pattern: `^/${PATTERN_PART}*\\{(?:slug|id)\\}${PATTERN_PART}*$`,
    maxLength: 500,
    description: 'The path of an article, with {slug} or {id}, and {language}, {year}, {month}, {day} where wanted',
  }),
  commentPolicy: oneOf(COMMENT_POLICIES, { description: 'For articles that do not say' }),
  moderation: oneOf(MODERATIONS, {
    description:
      'Whose comments wait for an editor: those of `all` guests; of guests of whom, by name, email and address, none was ' +
      'approved in the last 90 days (`first-time`); of `none`, unless they are full of links or hold a word of the list',
  }),
  commentsCloseAfterDays: nullable(
    Type.Integer({
      minimum: 1,
      maximum: 3650,
      description: 'For so many days after its publication an article takes comments; null: for ever',
    }),
  ),
};

/** Told to those who moderate alone: whoever knows the words writes others. */
const moderationWords = Type.Array(FilledText(100), {
  maxItems: 1000,
  uniqueItems: true,
  description: 'Words and phrases for which a comment waits; answered to those who moderate comments',
});

const example = {
  title: 'The Harbour Gazette',
  description: 'News from the quay',
  url: 'https://harbour.example',
  language: 'en',
  timeZone: 'Europe/Lisbon',
  articleUrlPattern: '/{year}/{month}/{slug}',
  commentPolicy: 'open',
  moderation: 'all',
  commentsCloseAfterDays: 30,
};

const Site = component(
  'Site',
  Type.Object(
    { ...fields, moderationWords: Type.Optional(moderationWords) },
    { description: 'The publication', examples: [example] },
  ),
);
const SitePatch = component(
  'SitePatch',
  Type.Partial(closed({ ...fields, moderationWords }), {
    additionalProperties: false,
    description: 'A merge patch of the site',
    examples: [{ title: 'The Harbour Gazette' }],
  }),
);

export const readSiteDoor = door({
  operationId: 'readSite',
  summary: 'Read the site',
  description: 'What a frontend shows around its pages, and how the site takes comments.',
  tag: 'Site',
  access: 'read live',
  headers: IfNoneMatch,
  answers: { 200: answer('The site', Site, LIST_ETAG) },
});

export const editSiteDoor = door({
  operationId: 'editSite',
  summary: 'Change the site',
  description: 'A merge patch: what is absent stays as it is. What the change makes untrue is answered anew at once.',
  tag: 'Site',
  access: 'manage site',
  body: patch(SitePatch),
  answers: { 200: answer('The site', Site) },
});
