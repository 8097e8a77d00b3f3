/** Makes the store of a benchmark by Galley's own storing functions; the one file here that knows Galley from the inside. */
import { searchedText } from '../src/core/searched-text.ts';
import type { Status } from '../src/core/statuses.ts';
import { recordOf, storeNew } from '../src/features/articles/records.ts';
import { createAuthor } from '../src/features/authors/actions.ts';
import { indexComment } from '../src/features/comments/indexing.ts';
import { insertComment } from '../src/features/comments/queries.ts';
import { addToCommentCount } from '../src/features/comments/standing-queries.ts';
import { createTag } from '../src/features/tags/actions.ts';
import { type House, openHouse } from '../src/house.ts';
import type { Rendering } from '../src/rendering/renderer.ts';
import { excerptOf } from '../src/rendering/words.ts';
import { readSettings } from '../src/settings.ts';
import type { StoreAddress } from '../src/store/address.ts';
import { BY_ITSELF } from '../src/store/events.ts';
import type { Store } from '../src/store/store.ts';
import {
  AUTHORS,
  authorNameOf,
  authorSlugOf,
  BODIES,
  bodyOf,
  type Content,
  contentOf,
  TAGS,
  tagNameOf,
  tagSlugOf,
} from './content.ts';
import { sentenceOf } from './prose.ts';
import { randomOf } from './random.ts';
import { urlOf } from './stores.ts';

/** Changes with what is stored, so that a store of before is not taken for one of now. */
const EDITION = 3;
/** How many articles a transaction holds. */
const UNIT = 2000;
/** How many articles of a transaction are stored at once, so that a server is not waited for at every statement. */
const AT_ONCE = 20;

export type Text = { body: string; rendering: Rendering };

/** A text behind a sentence of words alone: what rendering the whole would give, without rendering it. */
export const withSentence = ({ body, rendering }: Text, sentence: string): Text => {
  const text = `${sentence}\n${rendering.text}`;
  return {
    body: `${sentence}\n\n${body}`,
    rendering: {
      html: `<p>${sentence}</p>\n${rendering.html}`,
      text,
      wordCount: sentence.split(' ').length + rendering.wordCount,
      excerpt: excerptOf(text),
      searched: `${searchedText(sentence)} ${rendering.searched}`,
    },
  };
};

const recordFor = (content: Content, text: Text, ids: { authorIds: number[]; tagIds: number[] }, now: Date) => {
  const { title, slug, subtitle, publishedAt, status, createdAt, featured, hasCover } = content;
  const answered: Status = publishedAt !== null && publishedAt > now ? 'scheduled' : status;
  const cover = { url: `https://images.example.org/${slug}.jpg`, alt: title, width: 1600, height: 900 };
  const writing = {
    ...{ title, slug, subtitle, publishedAt, featured, ...ids, status: answered },
    ...{ excerpt: null, body: text.body, bodyFormat: 'markdown' as const, unpublishAt: null },
    ...{ coverImage: hasCover ? cover : null, language: 'en', translationKey: null, commentPolicy: null },
    ...{ contentUpdatedAt: null, seo: null, metadata: {}, source: null },
  };
  const standing = {
    status,
    publishedAt,
    unpublishAt: null,
    deletedAt: null,
    firstPublishedAt: null,
    slug: null,
    slugWasPublic: false,
  };
  const rest = { version: 1, createdAt, updatedAt: createdAt, commentCount: 0 };
  return recordOf(writing, standing, text.rendering, rest, now);
};

const storeComments = async (tx: Store, articleId: number, { comments, createdAt }: Content): Promise<void> => {
  const random = randomOf(6, articleId);
  for (let n = 0; n < comments.approved + comments.pending; n++) {
    const body = `${sentenceOf(random)} ${sentenceOf(random)}`;
    const at = new Date(createdAt.getTime() + n * 60_000);
    const comment = await insertComment(tx, {
      ...{ version: 1, articleId, parentId: null, depth: 0, replyCount: 0 },
      ...{ authorName: `Guest ${n}`, authorEmail: `guest${n}@example.org`, authorUrl: null, authorId: null },
      ...{ isStaff: false, body, html: `<p>${body}</p>\n`, createdAt: at, updatedAt: at },
      status: n < comments.approved ? 'approved' : 'pending',
      isShown: n < comments.approved,
    });
    await indexComment(tx, comment);
  }
  await addToCommentCount(tx, articleId, comments.approved);
};

const fill = async ({ store, renderer }: House, articles: number, onProgress: (stored: number) => void) => {
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const [authorIds, tagIds] = await store.transaction(async (tx) => {
    const parts = { store: tx, clock: () => new Date() };
    const [authors, tags]: [number[], number[]] = [[], []];
    for (const rank of numbers(AUTHORS)) {
      const author = { name: authorNameOf(rank), slug: authorSlugOf(rank), bio: sentenceOf(randomOf(7, rank)) };
      authors.push((await createAuthor(parts, BY_ITSELF, author)).id);
    }
    for (const rank of numbers(TAGS)) {
      tags.push((await createTag(parts, BY_ITSELF, { name: tagNameOf(rank), slug: tagSlugOf(rank) })).id);
    }
    return [authors, tags];
  });
  const texts = await Promise.all(
    numbers(Math.min(BODIES, Math.ceil(articles / 10))).map(async (number) => {
      const body = bodyOf(number);
      return { body, rendering: await renderer.renderBody(body, 'markdown') };
    }),
  );
  for (let from = 0; from < articles; from += UNIT) {
    const to = Math.min(from + UNIT, articles);
    await store.transaction(async (tx) => {
      const now = new Date();
      const storeOne = async (number: number) => {
        const content = contentOf(number, articles);
        const text = withSentence(texts[content.body % texts.length] as Text, content.sentence);
        const named = {
          authorIds: content.authors.map((rank) => authorIds[rank] as number),
          tagIds: content.tags.map((rank) => tagIds[rank] as number),
        };
        const id = await storeNew(tx, BY_ITSELF, recordFor(content, text, named, now), text.rendering);
        if (id !== number + 1) throw new Error(`Article ${number} got the id ${id}: the store was not empty`);
        return { id, content };
      };
      for (let first = from; first < to; first += AT_ONCE) {
        const stored = await Promise.all(numbers(Math.min(AT_ONCE, to - first)).map((n) => storeOne(first + n)));
        for (const { id, content } of stored) await storeComments(tx, id, content);
      }
    });
    onProgress(to);
  }
};

/** What is written beside a store of so many articles. */
export const labelOf = (articles: number): string => JSON.stringify({ edition: EDITION, articles });

/** Fills an empty place with so many articles. */
export const fillStore = async (
  address: StoreAddress,
  articles: number,
  onProgress: (stored: number) => void,
): Promise<void> => {
  const house = await openHouse(readSettings({ DATABASE_URL: urlOf(address) }));
  try {
    await fill(house, articles, onProgress);
  } finally {
    await house.close();
  }
};
