/** Galley, as this newspaper asks it: a client whose types are generated from its document. */
import createClient from 'openapi-fetch';
import type { components, paths } from './galley-api.ts';

type Schemas = components['schemas'];
export type Article = Schemas['Article'];
export type ArticleList = Schemas['ArticleList'];
export type ArticleSummary = Schemas['ArticleSummary'];
export type Author = Schemas['Author'];
export type Comment = Schemas['Comment'];
export type NewComment = Schemas['NewComment'];
export type Problem = Schemas['Problem'];
export type Site = Schemas['Site'];
export type Tag = Schemas['Tag'];
export type ThreadEntry = Schemas['ThreadEntry'];
export type ThreadList = Schemas['ThreadList'];

export const galley = createClient<paths>({ baseUrl: process.env.GALLEY_URL ?? 'http://127.0.0.1:3000' });

/** What Galley refused, with the problem it gave. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

type Answer<T> = { data: T; error?: never } | { data?: never; error: Problem };

/** The data of an answer; throws the refusal where there is none. */
export const take = <T>(answer: Answer<T>): T => {
  if (answer.error) throw new Refusal(answer.error);
  return answer.data;
};
