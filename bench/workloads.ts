/** What a frontend asks for, many times over, and what the right answers are. */
import type { Agent } from 'node:http';
import { type Answer, type Ask, exchange, keptConnections } from './client.ts';
import { authorSlugOf, contentOf, isLive, mostDiscussed, tagSlugOf } from './content.ts';
import { COMMON, RARE } from './prose.ts';

export type Workload = {
  name: WorkloadName;
  title: string;
  asks: Ask[];
  status: 200 | 304;
  /** Whether an answer, parsed, is what was asked for; not asked of a 304. */
  isRight: (ask: Ask, answer: Body) => boolean;
};

/** What is looked at in articles and lists. */
type Named = { slug: string };
type Body = Named & {
  data: (Named & { publishedAt: string; authors: Named[]; tags: Named[] })[];
  pagination: { next: string | null; pages?: number };
};

/** A store that is asked: where, how many articles it holds, and how many different addresses a workload may have. */
type Asked = { origin: string; articles: number; urls: number; agent: Agent };

const get = async ({ origin, agent }: Asked, path: string): Promise<Answer> => exchange(`${origin}${path}`, { agent });
const list = async (asked: Asked, path: string): Promise<Body> => {
  const { status, body } = await get(asked, path);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${body}`);
  return JSON.parse(body.toString()) as Body;
};

/** Common enough, in a store of 10,000, to fill a page of 20. */
const TAG_RANKS = 50;
const AUTHOR_RANKS = 100;
/** How many different places in the depth of the list are asked for. */
const PLACES = 20;
const DEEPEST = 100_000;
const LIST = '/v1/articles';

const numbersUpTo = (count: number) => Array.from({ length: count }, (_, number) => number);

const slugAsks = ({ articles, urls }: Asked): Ask[] => {
  const step = Math.max(1, Math.floor(articles / urls));
  const spread = numbersUpTo(Math.min(articles, urls)).map((n) => contentOf(n * step, articles));
  return spread.filter(isLive).map(({ slug }) => ({ path: `${LIST}/by-slug/${slug}` }));
};

/** Cursors from the middle of the list, or as deep as a walk of a few seconds goes. */
const cursorAsks = async (asked: Asked): Promise<Ask[]> => {
  const cursors: string[] = [];
  const pages = Math.max(1, Math.floor(Math.min(asked.articles / 2, DEEPEST) / 100));
  for (let cursor: string | null = null; cursors.length < pages; cursors.push(cursor)) {
    const at: string = cursor === null ? '' : `&cursor=${cursor}`;
    cursor = (await list(asked, `${LIST}?limit=100${at}`)).pagination.next;
    if (cursor === null) throw new Error('The list ended before its middle');
  }
  return cursors.slice(-Math.min(PLACES, asked.urls)).map((cursor) => ({ path: `${LIST}?limit=20&cursor=${cursor}` }));
};

const pageAsks = async (asked: Asked): Promise<Ask[]> => {
  const { pages = 1 } = (await list(asked, `${LIST}?limit=20&page=1`)).pagination;
  const deepest = Math.min(pages - 1, 500); // the last one may be short
  return numbersUpTo(Math.min(PLACES, deepest, asked.urls)).map((n) => ({
    path: `${LIST}?limit=20&page=${deepest - n}`,
  }));
};

const unchangedAsks = async (asked: Asked): Promise<Ask[]> => {
  const asks: Ask[] = [];
  for (const { path } of slugAsks(asked)) {
    const { etag = '' } = (await get(asked, path)).headers;
    asks.push({ path, headers: { 'if-none-match': etag } });
  }
  return asks;
};

const gzipped = { 'accept-encoding': 'gzip' };
const lastOf = ({ path }: Ask): string => path.split(/[/=]/).at(-1) as string;
const isArticle: Workload['isRight'] = (ask, { slug }) => slug === lastOf(ask);
const isFullPage: Workload['isRight'] = (_, { data }) =>
  data.length > 0 && data.every(({ publishedAt }, n) => n === 0 || publishedAt <= (data[n - 1]?.publishedAt ?? ''));

type Plan = Pick<Workload, 'title' | 'isRight'> & {
  status?: 304;
  asks: (asked: Asked) => Ask[] | Promise<Ask[]>;
};

/** The workloads by name. */
const PLANS = {
  slug: { title: 'article by slug', asks: slugAsks, isRight: isArticle },
  newest: { title: 'newest 20', asks: () => [{ path: `${LIST}?limit=20` }], isRight: isFullPage },
  tag: {
    title: 'by tag, newest 20',
    asks: ({ urls }) =>
      numbersUpTo(Math.min(TAG_RANKS, urls)).map((rank) => ({ path: `${LIST}?limit=20&tag=${tagSlugOf(rank)}` })),
    isRight: (ask, { data }) => data.every(({ tags }) => tags.some(({ slug }) => slug === lastOf(ask))),
  },
  author: {
    title: 'by author, newest 20',
    asks: ({ urls }) =>
      numbersUpTo(Math.min(AUTHOR_RANKS, urls)).map((rank) => ({
        path: `${LIST}?limit=20&author=${authorSlugOf(rank)}`,
      })),
    isRight: (ask, { data }) => data.every(({ authors }) => authors.some(({ slug }) => slug === lastOf(ask))),
  },
  cursor: { title: 'deep in the list, by cursor', asks: cursorAsks, isRight: isFullPage },
  page: { title: 'deep in the list, by number', asks: pageAsks, isRight: isFullPage },
  'search-rare': {
    title: 'search, a rare word',
    asks: () => [{ path: `${LIST}?q=${RARE}` }],
    isRight: (_, { data }) => data.length > 0 && data.length <= 3,
  },
  'search-common': {
    title: 'search, a common word',
    asks: () => [{ path: `${LIST}?q=${COMMON}` }],
    isRight: (_, { data }) => data.length === 20,
  },
  comments: {
    title: 'comments of an article',
    asks: ({ articles }) => [{ path: `${LIST}/${mostDiscussed(articles) + 1}/comments` }],
    isRight: (_, { data }) => data.length === 20,
  },
  unchanged: { title: 'article by slug, unchanged (304)', asks: unchangedAsks, isRight: () => true, status: 304 },
  gzip: {
    title: 'article by slug, gzip accepted',
    asks: (asked) => slugAsks(asked).map((ask) => ({ ...ask, headers: gzipped })),
    isRight: isArticle,
  },
} as const satisfies Record<string, Plan>;

export type WorkloadName = keyof typeof PLANS;
export const WORKLOADS = Object.keys(PLANS) as WorkloadName[];

/** Those whose latency is compared between sizes. */
export const COMPARED: readonly WorkloadName[] = [
  ...(['slug', 'newest', 'tag', 'author', 'cursor', 'search-rare', 'search-common'] as const),
];

/**
 * Prepares workloads against a server, each with at most so many addresses; those whose door refuses them, as one that
 * does not search yet, are named in `skipped`.
 */
export const prepareWorkloads = async (
  { origin, articles, urls }: Omit<Asked, 'agent'>,
  names: readonly WorkloadName[],
): Promise<{ workloads: Workload[]; skipped: string[] }> => {
  const agent = keptConnections(1);
  const asked: Asked = { origin, articles, urls, agent };
  const workloads: Workload[] = [];
  const skipped: string[] = [];
  for (const name of names) {
    const { asks: makeAsks, ...plan }: Plan = PLANS[name];
    const asks = await makeAsks(asked);
    const first = asks[0] as Ask;
    const { status } = await exchange(`${origin}${first.path}`, { agent });
    if (status === 400 && name.startsWith('search')) skipped.push(`${plan.title}: the door answers 400`);
    else workloads.push({ name, status: 200, ...plan, asks });
  }
  agent.destroy();
  return { workloads, skipped };
};
