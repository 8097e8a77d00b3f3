/** A site whose feeds, sitemap and JSON-LD are read. */
import type { Test } from 'tap';
import { type Options, startGalley } from './app.ts';

export const HOME = 'https://harbour.example';

/** Starts one with an address of its own; what an admin writes has to succeed. */
export const startNewsstand = async (t: Test, options: Options = {}) => {
  const settings = { PUBLIC_URL: 'https://api.example', ...options.settings };
  const galley = await startGalley(t, { ...options, settings });
  const { ask, keys, authorId } = galley;
  const write = async (method: string, path: string, body: object) => {
    const answer = await ask(method, path, { key: keys.admin, body });
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.body;
  };
  const publish = (body: object) =>
    write('POST', '/v1/articles', { title: 'T', body: 'B', authorIds: [authorId], status: 'published', ...body });
  const edit = (path: string, body: object) => write('PATCH', path, body);
  await edit('/v1/site', { title: 'The Harbour', description: 'News & views', url: HOME, language: 'en-GB' });
  return { ...galley, write, publish, edit };
};
