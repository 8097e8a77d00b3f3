/** What runs in a thread of `core/thread-pool.ts`: bodies and comments in, their HTML and text out. One job at a time. */

import { parentPort, workerData } from 'node:worker_threads';
import { snippetOf } from '../core/highlighting.ts';
import { searchedText } from '../core/searched-text.ts';
import { renderCommentMarkdown } from './comment.ts';
import { renderMarkdown } from './markdown.ts';
import { plainText } from './plain-text.ts';
import type { Answer, Job, ThreadSettings } from './renderer.ts';
import { createSanitiser } from './sanitise.ts';
import { countWords, excerptOf } from './words.ts';

/** The longest HTML that is handed out, in characters. */
const LONGEST_HTML = 4 * 1024 * 1024;

const { embedHosts } = workerData as ThreadSettings;
const sanitise = createSanitiser(embedHosts);

// parse-srcset, within sanitize-html, tells standard output about every broken srcset that an author wrote.
console.log = () => {};

const answerHtml = (html: string, toAnswer: (text: string) => Answer): Answer => {
  if (html.length > LONGEST_HTML) return { refused: `its HTML is longer than ${LONGEST_HTML} characters` };
  return toAnswer(plainText(html));
};

const render = (job: Job): Answer => {
  const { format, source } = job;
  if (format === 'searched') return { searched: searchedText(plainText(source)) };
  if (format === 'snippet') return { text: snippetOf(plainText(source), job.query) };
  if (format === 'comment') {
    const html = renderCommentMarkdown(source);
    return answerHtml(html, (text) => ({ html, text }));
  }
  const html = sanitise(format === 'markdown' ? renderMarkdown(source) : source);
  return answerHtml(html, (text) => {
    const made = { html, text, wordCount: countWords(text), excerpt: excerptOf(text) };
    return { ...made, searched: searchedText(text) };
  });
};

parentPort?.on('message', (job: Job) => {
  let answer: Answer;
  try {
    answer = render(job);
  } catch (error) {
    answer = { refused: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
parentPort?.postMessage('ready');
