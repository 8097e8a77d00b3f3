/**
 * The lists that are asked for most, as one prepared statement each that finds the cards at once: the live articles, or
 * those of one tag or author, by the moment of publication. The same walks as `walk-queries.ts`, which knows all lists.
 */
import { and, asc, desc, eq, gt, gte, lt, lte, or, sql } from 'drizzle-orm';
import type { Slice } from '../../core/slice.ts';
import { notEnded } from '../../store/live.ts';
import { preparedByShape } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import { type CardRow, cardColumns } from './public-queries.ts';

/** Which live articles are walked, and which way: all, or those of the tag or author with an id. */
export type PublicWalk = { by: 'all' | 'tag' | 'author'; id: number | null; descending: boolean };

/** How far into a list one statement counts its way; further on others must come in between. */
export const MOST_PASSED = 5_000;

type Asked = { walk: PublicWalk; slice: Slice };
const isDownwards = ({ walk, slice }: Asked) => walk.descending !== (slice.from?.before ?? false);

const walked = preparedByShape(
  (asked: Asked) => `${asked.walk.by} ${isDownwards(asked)} ${asked.slice.from !== null}`,
  (store, asked) => {
    const { db, tables } = store;
    const { articles, articleTags, articleAuthors } = tables;
    const via = { all: articles, tag: articleTags, author: articleAuthors }[asked.walk.by];
    const { sortAt } = via;
    const id = via === articles ? articles.id : (via as typeof articleTags).articleId; // both others have it
    const moment = (name: string) => sql.param(sql.placeholder(name), sortAt);
    const downwards = isDownwards(asked);
    const [beyond, idBeyond] = downwards ? [lt, lt] : [gt, gt];
    const way = downwards ? desc : asc;
    const isBehind = asked.slice.from !== null;
    const conditions = and(
      asked.walk.by === 'tag' ? eq(articleTags.tagId, sql.placeholder('walked')) : undefined,
      asked.walk.by === 'author' ? eq(articleAuthors.authorId, sql.placeholder('walked')) : undefined,
      eq(via.shelf, 'published'),
      lte(sortAt, moment('upTo')),
      isBehind && !downwards ? gte(sortAt, moment('at')) : undefined,
      isBehind ? or(beyond(sortAt, moment('at')), idBeyond(id, sql.placeholder('behind'))) : undefined,
      notEnded(articles.unpublishAt, sql.param(sql.placeholder('now'), articles.unpublishAt)),
    );
    const cards = db.select(cardColumns(store)).from(articles).$dynamic();
    const joined = via === articles ? cards : cards.innerJoin(via, eq(id, articles.id));
    return joined
      .where(conditions)
      .orderBy(way(sortAt), way(id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('offset'));
  },
);

/** The cards of a slice of a walk, one more than its limit. */
export const listWalkedCards = (store: Store, walk: PublicWalk, slice: Slice, now: Date): Promise<CardRow[]> => {
  const asked = { walk, slice };
  const at = slice.from ? new Date(slice.from.place.value) : now;
  const upTo = slice.from && isDownwards(asked) && at < now ? at : now;
  return walked(store, asked, {
    ...{ walked: walk.id, upTo, at, behind: slice.from?.place.id, now },
    ...{ limit: slice.limit + 1, offset: slice.offset },
  });
};
