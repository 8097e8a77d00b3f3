/** Renders what a record holds before it is written. */
import type { Renderer, Rendering } from '../../rendering/renderer.ts';
import type { Entry } from './reading.ts';
import type { PlannedArticle } from './rules.ts';

/** The text of an article, and with the changes of its working copy, where they change it; or the HTML of a comment. */
export type Rendered = { body: Rendering; copy: Rendering | null } | { comment: string };

const renderArticle = async (renderer: Renderer, { sent, copy }: PlannedArticle): Promise<Rendered> => {
  const { body, bodyFormat = 'markdown' } = sent;
  const hasText = copy?.body !== undefined || copy?.bodyFormat !== undefined;
  return {
    body: await renderer.renderBody(body, bodyFormat),
    copy: hasText ? await renderer.renderBody(copy.body ?? body, copy.bodyFormat ?? bodyFormat) : null,
  };
};

/** Renders a record; null: it holds nothing that is rendered. Throws the refusals of the renderer. */
export const renderEntry = async (renderer: Renderer, entry: Entry): Promise<Rendered | null> => {
  if ('article' in entry) return renderArticle(renderer, entry.article);
  if (!('comment' in entry)) return null;
  const { body, status } = entry.comment;
  return { comment: status === 'deleted' ? '' : (await renderer.renderComment(body)).html };
};
