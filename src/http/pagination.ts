/** Lists in pages: by a cursor that holds while others write, or by number for archives. */
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { type Fault, refuseAll } from '../core/errors.ts';
import type { Place, Slice, Sliced, SortKind } from '../core/slice.ts';
import { pathOf } from './methods.ts';
import { component, components, MAX_ID, nullable, oneOf } from './schema.ts';

/** The most rows that can be reached by number: page × limit. */
const NUMBERED_REACH = 100_000;

/** The longest cursor: a name of 120 letters, each folded to eighteen of three bytes, in base64. */
const MAX_CURSOR = 10_000;

/** The query parameters of every list. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'How many, at most', examples: [20] }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: MAX_CURSOR,
      description: 'The `next` or `previous` of a page before, with the same filters and sort',
      examples: ['WzE3OTUzMzA4MDAwMDAsNywwLCJ2N0tfM3BRYSJd'],
    }),
  ),
  page: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: NUMBERED_REACH,
      description: 'The number of the page, from 1; not with `cursor`',
    }),
  ),
  count: Type.Optional(oneOf(['exact'], { description: 'Adds `total` to a list by cursor' })),
};

const paginationExample = { limit: 20, next: null, previous: null };
const Pagination = component(
  'Pagination',
  Type.Object(
    {
      limit: Type.Integer({ description: 'How many were asked for' }),
      next: nullable(Type.String({ description: 'The cursor of the next page, or null' })),
      previous: nullable(Type.String({ description: 'The cursor of the page before, or null' })),
      total: Type.Optional(Type.Integer({ description: 'How many there are; with `page` or `count=exact`' })),
      page: Type.Optional(Type.Integer({ description: 'With `page`: its number' })),
      pages: Type.Optional(Type.Integer({ description: 'With `page`: how many there are' })),
    },
    { description: 'Where a page stands in its list', examples: [paginationExample] },
  ),
);

/** The component of a list of some component; its example holds the one of the item. */
export const listOf = <T extends TSchema>(name: string, items: T, description: string) => {
  const item = components.get(String((items as { $ref?: string }).$ref).slice(0, -1)) as { examples?: unknown[] };
  const examples = [{ data: item.examples ?? [], pagination: paginationExample }];
  return component(name, Type.Object({ data: Type.Array(items), pagination: Pagination }, { description, examples }));
};

export type PageQuery = { limit?: number; cursor?: string; page?: number; count?: 'exact' };

const cursorRefused = () =>
  refuseAll('invalid-cursor', [
    {
      in: 'query',
      name: 'cursor',
      code: 'invalid-cursor',
      detail: 'cursor was not given by this list with these filters and this sort',
    },
  ]);

/** What tells lists apart: the path and all parameters but those of paging. */
const printOf = (path: string, filters: Record<string, unknown>): string => {
  const parts = Object.keys(filters)
    .sort()
    .map((name) => [name, filters[name]]);
  return hash('sha256', JSON.stringify([path, parts]), 'base64url').slice(0, 8);
};

/** What makes two requests the same list. */
const fingerprintOf = (request: FastifyRequest): string => {
  const { limit, cursor, page, count, ...filters } = request.query as Record<string, unknown>;
  return printOf(pathOf(request.url), filters);
};

const encodeCursor = (place: Place, before: boolean, fingerprint: string): string =>
  Buffer.from(JSON.stringify([place.value, place.id, before ? 1 : 0, fingerprint])).toString('base64url');

/** The milliseconds of the years 1 to 9999, and the integers that every engine holds. */
const BOUNDS = { moment: [-62_135_596_800_000, 253_402_300_799_999], integer: [-MAX_ID, MAX_ID] } as const;
const isPlaceNumber = (kind: keyof typeof BOUNDS, value: unknown) => {
  const [least, greatest] = BOUNDS[kind];
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= greatest;
};

/**
 * The cursor with which the list at another path goes on behind a place, or from its beginning (null): one that is sorted
 * by moments, and takes no parameters but those of paging.
 */
export const cursorInto = (path: string, behind: Place | null): string =>
  encodeCursor(behind ?? { value: BOUNDS.moment[0], id: 1 }, false, printOf(path, {}));

const decodeCursor = (cursor: string, kind: SortKind, fingerprint: string): { place: Place; before: boolean } => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw cursorRefused();
  }
  if (!Array.isArray(parts) || parts.length !== 4) throw cursorRefused();
  const [value, id, before, print] = parts as unknown[];
  const isId = Number.isInteger(id) && (id as number) >= 1 && (id as number) <= MAX_ID;
  const isValue =
    kind === 'text'
      ? typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
      : isPlaceNumber(kind, value);
  if (!isId || !isValue || (before !== 0 && before !== 1) || print !== fingerprint) throw cursorRefused();
  return { place: { value: value as string | number, id: id as number }, before: before === 1 };
};

/** The faults of paging by anything but a number. */
const otherwiseThanByNumber = ({ cursor, count }: PageQuery): Fault[] =>
  Object.entries({ cursor, count })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => ({
      in: 'query',
      name,
      code: 'not-allowed',
      detail: `${name} does not go with this sort; use page`,
    }));

/**
 * Reads the slice of a list that goes by number alone, whose first page needs none; page × limit is at most `reach`.
 * Throws 400 for faults.
 */
export const numberedSliceOf = (request: FastifyRequest, reach: number): Slice => {
  const query = request.query as PageQuery;
  const faults = otherwiseThanByNumber(query);
  query.page ??= 1;
  const { limit = 20, page } = query;
  if (page * limit > reach) {
    const detail = `page × limit must be at most ${reach}; narrow the search, or choose another sort`;
    faults.push({ in: 'query', name: 'page', code: 'too-large', detail });
  }
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
  return { limit, from: null, offset: (page - 1) * limit, counted: true, reach };
};

/** Reads the slice a request wants; `kind` is what its list is sorted by. Throws 400 for faults and foreign cursors. */
export const sliceOf = (request: FastifyRequest, kind: SortKind): Slice => {
  const { limit = 20, cursor, page, count } = request.query as PageQuery;
  const faults: Fault[] = [];
  if (page !== undefined && cursor !== undefined) {
    faults.push({ in: 'query', name: 'page', code: 'not-allowed', detail: 'page does not go with cursor' });
  }
  if (page !== undefined && page * limit > NUMBERED_REACH) {
    faults.push({
      in: 'query',
      name: 'page',
      code: 'too-large',
      detail: `page × limit must be at most ${NUMBERED_REACH}; walk by cursor`,
    });
  }
  if (faults.length > 0) throw refuseAll('invalid-request', faults);
  return {
    limit,
    from: cursor === undefined ? null : decodeCursor(cursor, kind, fingerprintOf(request)),
    offset: page === undefined ? 0 : (page - 1) * limit,
    counted: page !== undefined || count === 'exact',
  };
};

/** The address of the same list with other paging. */
const addressOf = (request: FastifyRequest, changes: Record<string, string | undefined>): string => {
  const path = pathOf(request.url);
  const parameters = new URLSearchParams(request.url.slice(path.length));
  for (const name of ['cursor', 'page']) parameters.delete(name);
  for (const [name, value] of Object.entries(changes)) if (value !== undefined) parameters.set(name, value);
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
};

/**
 * Turns what was found into a page: the rows to be shown and where they stand, with `Link`. `rows` may hold one more
 * than the limit; those of a walk backwards come nearest first and are turned round here.
 */
export const pageOf = <Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  slice: Slice,
  { rows, total, fits = rows.length }: Sliced<Row>,
  placeOf: (row: Row) => Place,
) => {
  const { page, limit = 20 } = request.query as PageQuery;
  const backwards = slice.from?.before ?? false;
  const numbered = page !== undefined;
  const shown = rows.slice(0, numbered ? limit : Math.min(limit, fits));
  if (backwards) shown.reverse();
  const [first, last] = [shown[0], shown.at(-1)];
  const hasMore = rows.length > shown.length;
  const fingerprint = fingerprintOf(request);
  const hasNext = !numbered && last !== undefined && (backwards || hasMore);
  const hasPrevious = !numbered && first !== undefined && (backwards ? hasMore : slice.from !== null);
  const next = hasNext ? encodeCursor(placeOf(last), false, fingerprint) : null;
  const previous = hasPrevious ? encodeCursor(placeOf(first), true, fingerprint) : null;
  const pages = numbered && total !== undefined ? Math.ceil(total / limit) : undefined;

  const links = [`<${addressOf(request, numbered ? { page: '1' } : {})}>; rel="first"`];
  if (previous) links.push(`<${addressOf(request, { cursor: previous })}>; rel="prev"`);
  if (next) links.push(`<${addressOf(request, { cursor: next })}>; rel="next"`);
  if (numbered && page > 1) links.push(`<${addressOf(request, { page: String(page - 1) })}>; rel="prev"`);
  if (numbered && page < Math.min(pages ?? 0, Math.floor((slice.reach ?? NUMBERED_REACH) / limit)))
    links.push(`<${addressOf(request, { page: String(page + 1) })}>; rel="next"`);
  reply.header('link', links.join(', '));

  return {
    shown,
    pagination: {
      limit,
      next,
      previous,
      ...(total !== undefined && { total }),
      ...(numbered && { page, pages: pages as number }),
    },
  };
};

/** Answers one page of what was found. */
export const answerPage = <Row, Answer>(
  request: FastifyRequest,
  reply: FastifyReply,
  slice: Slice,
  found: Sliced<Row>,
  placeOf: (row: Row) => Place,
  present: (row: Row) => Answer,
) => {
  const { shown, pagination } = pageOf(request, reply, slice, found, placeOf);
  return { data: shown.map(present), pagination };
};
