/** Who calls, and whether the door opens to them at all. Ownership is asked later, by the rules. */
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import { type Actor, type Caller, grantOf, type Permission } from '../core/access.ts';
import { refuse } from '../core/errors.ts';
import { atOnce } from './hooks.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bearer of a valid key; null for the anonymous. */
    caller: Caller;
    /** A key was sent that is wrong, expired or revoked. */
    hasWrongKey: boolean;
  }
  interface FastifyContextConfig {
    /** What the caller must be granted to pass the door; absent: open to all, keys change nothing. */
    access?: Permission;
    /** The header whose token passes the door in place of such a key: whether it is right, its action asks. */
    token?: TokenHeader;
    /** The limit that counts at this door, where it is not that of its method; `none`: nobody is refused. */
    rate?: 'comment' | 'none';
    /** It has a token of its own, which it looks at itself: no key is looked for. */
    ownToken?: true;
    /** The query parameters that holders of keys alone may use; `name=value`: that value of a list. */
    keyed?: readonly string[];
  }
}

/** The headers of tokens that open doors, and what the document calls each way of being let in. */
export const TOKENS = { 'comment-token': 'commentToken' } as const;
export type TokenHeader = keyof typeof TOKENS;

/** Whom a request with a key asks. */
export type KeyKeeper = {
  /** Finds the bearer of a key; undefined for a wrong, expired or revoked one. */
  findActor(secret: string): Promise<Actor | undefined>;
  /** Whether a key may be found at all; cheap however often it is asked, and at most a second late. */
  mayKnow(secret: string): Promise<boolean>;
};

/**
 * The key of a request; undefined where there is none. Another scheme counts as no header; `Bearer` with nothing or
 * with spaces behind it is a wrong key, never none.
 */
const secretOf = ({ headers }: FastifyRequest): string | undefined => {
  const { authorization = '' } = headers;
  const end = authorization.indexOf(' ');
  const scheme = end === -1 ? authorization : authorization.slice(0, end);
  return scheme.toLowerCase() === 'bearer' ? authorization.slice(scheme.length).trim() : undefined;
};

/**
 * Finds who calls. A wrong key is not refused here yet: the limit of its address comes first. Where that is reached, a key
 * that nobody has is no longer looked for; one that somebody has still is, so that guessing next to it does it no harm.
 */
export const recogniseCallers = (
  app: FastifyInstance,
  { findActor, mayKnow }: KeyKeeper,
  hasGuessedTooOften: (request: FastifyRequest) => boolean,
): void => {
  app.decorateRequest('caller', null);
  app.decorateRequest('hasWrongKey', false);
  const recognise = async (request: FastifyRequest, secret: string) => {
    const isLookedFor = !hasGuessedTooOften(request) || (await mayKnow(secret));
    const actor = isLookedFor ? await findActor(secret) : undefined;
    request.caller = actor ?? null;
    request.hasWrongKey = actor === undefined;
  };
  app.addHook('onRequest', (request, _reply, done) => {
    const secret = secretOf(request);
    if (secret === undefined || request.routeOptions.config.ownToken !== undefined) done();
    else recognise(request, secret).then(() => done(), done);
  });
};

/** Whether a query, as it was sent, asks for something keyed. A parameter that says `false` asks for nothing. */
const isAsked = (query: Record<string, unknown>, keyed: string): boolean => {
  const [name = '', value] = keyed.split('=');
  if (value === undefined) return query[name] !== undefined && query[name] !== 'false';
  return [query[name]].flat().some((sent) => typeof sent === 'string' && sent.split(',').includes(value));
};

/** Refuses wrong keys everywhere (401), and callers whose role is never granted what the door is for (401, 403). */
export const guardDoors = (app: FastifyInstance): void => {
  const guardOf = ({ access, token, keyed = [] }: FastifyContextConfig) =>
    atOnce((request) => {
      if (request.hasWrongKey) throw refuse('unauthenticated', 'The key is wrong, expired or revoked');
      const query = request.query as Record<string, unknown>;
      const asked = keyed.filter((name) => isAsked(query, name));
      if (request.caller === null && asked.length > 0)
        throw refuse('unauthenticated', `A key is needed to ask for ${asked.join(', ')}`);
      if (access === undefined || grantOf(request.caller, access) !== 'no') return;
      if (token !== undefined && request.headers[token] !== undefined) return;
      if (request.caller === null) throw refuse('unauthenticated', 'Send a key: Authorization: Bearer glk_…');
      throw refuse('forbidden', `A key of role ${request.caller.role} may not ${access}`);
    });
  // For each route its own, with what it asks at hand: Fastify tells the options of a route slowly.
  app.addHook('onRoute', (route) => {
    route.onRequest = [...[route.onRequest ?? []].flat(), guardOf(route.config ?? {})];
  });
};
