/** The doors of feeds, of the sitemap, and of articles as search engines read them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Parts } from '../../store/store.ts';

export type FeedParts = Parts & { publicUrl: string | null };

/** Those at the root: feeds and the sitemap. */
export const feedRoutes: FastifyPluginAsyncTypebox<FeedParts> = async (_app, _parts) => {};

/** Those under `/v1`. */
export const jsonLdRoutes: FastifyPluginAsyncTypebox<FeedParts> = async (_app, _parts) => {};
