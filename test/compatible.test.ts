import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { breakingChanges } from '../openapi/compatible/breaking-changes.ts';
import { announcedPlaces, tellsOf } from '../openapi/compatible/changelog.ts';
import { NODE_ARGS, programOf } from './support/program.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON of every shape
type Json = any;

const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const document: Json = JSON.parse(readFileSync(fileAt('../openapi/openapi.json'), 'utf8'));

type Planted = {
  change: string;
  plant: (paths: Json, schemas: Json) => void;
  /** The places where it is caught; none where it is let through. */
  caught: string[];
};

const COMMENTS = '/v1/articles/{id}/comments';
const ofName = (operation: Json, name: string): Json => operation.parameters.find((one: Json) => one.name === name);
const without = (list: string[], name: string): string[] => list.filter((one) => one !== name);

/** Changes at places of their own, so that all of them are found by one comparison. */
const PLANTED: Planted[] = [
  { change: 'a door is gone', plant: (paths) => delete paths['/v1/archives'], caught: ['GET /v1/archives'] },
  {
    change: 'a door is called otherwise',
    plant: (paths) => {
      paths['/v1/me'].get.operationId = 'whoAmI';
    },
    caught: ['GET /v1/me operationId'],
  },
  {
    change: 'a name in a path is another',
    plant: (paths) => {
      const { '/v1/previews/{token}': moved } = paths;
      delete paths['/v1/previews/{token}'];
      ofName(moved.get, 'token').name = 'link';
      paths['/v1/previews/{link}'] = moved;
    },
    caught: ['/v1/previews/{token}', 'GET /v1/previews/{token} parameters/token/name'],
  },
  { change: 'a component is gone', plant: (_, schemas) => delete schemas.KeyAuthor, caught: ['KeyAuthor'] },
  {
    change: 'a field that was taken is refused',
    plant: (_, schemas) => delete schemas.NewComment.properties.authorUrl,
    caught: ['NewComment authorUrl'],
  },
  {
    change: 'a field must be sent',
    plant: (_, schemas) => schemas.NewComment.required.push('authorName'),
    caught: ['NewComment required/authorName'],
  },
  {
    change: 'less may be sent',
    plant: (_, schemas) => {
      schemas.NewAuthor.properties.name.maxLength = 60;
    },
    caught: ['NewAuthor name/maxLength'],
  },
  {
    change: 'null is no longer taken',
    plant: (_, schemas) => {
      schemas.NewAuthor.properties.bio.type = 'string';
    },
    caught: ['NewAuthor bio/type'],
  },
  {
    change: 'a choice is gone from what is sent',
    plant: (_, schemas) => {
      schemas.NewTag.properties.kind.enum = without(schemas.NewTag.properties.kind.enum, 'internal');
    },
    caught: ['NewTag kind/enum/internal'],
  },
  {
    change: 'any text becomes a choice in what is sent',
    plant: (_, schemas) => {
      schemas.NewKey.properties.name.enum = ['one', 'two'];
    },
    caught: ['NewKey name/enum'],
  },
  {
    change: 'a parameter is gone, and another one has to be there',
    plant: (paths) => {
      const { get } = paths['/v1/search'];
      get.parameters = get.parameters.filter((one: Json) => one.name !== 'types');
      get.parameters.unshift({ in: 'query', name: 'site', required: true, schema: { type: 'string' } });
    },
    caught: ['GET /v1/search parameters/types', 'GET /v1/search parameters/site'],
  },
  {
    change: 'pages end earlier, and are shorter for those who say nothing',
    plant: (paths) => {
      Object.assign(ofName(paths[COMMENTS].get, 'limit').schema, { maximum: 50, default: 10 });
    },
    caught: [`GET ${COMMENTS} parameters/limit/maximum`, `GET ${COMMENTS} parameters/limit/default`],
  },
  {
    change: 'a media type is no longer taken',
    plant: (paths) => delete paths['/v1/site'].patch.requestBody.content['application/merge-patch+json'],
    caught: ['PATCH /v1/site requestBody'],
  },
  {
    change: 'a door is closed to guests',
    plant: (paths) => paths['/v1/comments/{id}'].patch.security.pop(),
    caught: ['PATCH /v1/comments/{id} security/1'],
  },
  {
    change: 'a success has another number',
    plant: (paths) => {
      const { responses } = paths['/v1/comments/moderate'].post;
      responses[202] = responses[200];
      delete responses[200];
    },
    caught: ['POST /v1/comments/moderate responses/200', 'POST /v1/comments/moderate responses/202'],
  },
  {
    change: 'a header is no longer answered',
    plant: (paths) => delete paths['/v1/tags'].post.responses[201].headers.Location,
    caught: ['POST /v1/tags responses/201/headers/Location'],
  },
  {
    change: 'a field is no longer answered',
    plant: (_, schemas) => {
      delete schemas.Site.properties.timeZone;
      schemas.Site.required = without(schemas.Site.required, 'timeZone');
    },
    caught: ['Site timeZone', 'Site required/timeZone'],
  },
  {
    change: 'a field that was always answered may be absent, or null',
    plant: (_, schemas) => {
      schemas.Article.required = without(schemas.Article.required, 'seo');
      schemas.Article.properties.html.type = ['string', 'null'];
    },
    caught: ['Article required/seo', 'Article html/type'],
  },
  {
    change: 'numbers are answered that are no integers',
    plant: (_, schemas) => {
      schemas.Author.properties.articleCount.type = 'number';
    },
    caught: ['Author articleCount/type'],
  },
  {
    change: 'a third kind of thing is answered',
    plant: (_, schemas) =>
      schemas.ThreadEntry.anyOf.push({ type: 'object', properties: { until: { type: 'string' } } }),
    caught: ['ThreadEntry anyOf/2'],
  },
  {
    change: 'something else is answered',
    plant: (paths) => {
      paths['/v1/tags/{id}/merge'].post.responses[200].content['application/json'].schema.$ref =
        '#/components/schemas/Author';
    },
    caught: ['POST /v1/tags/{id}/merge responses/200'],
  },
  {
    change: 'a list is no longer a list',
    plant: (_, schemas) => {
      schemas.RevisionDiff.properties.changes = { type: 'object', description: 'By field' };
    },
    caught: ['RevisionDiff changes/type', 'RevisionDiff changes/items'],
  },
  {
    change: 'a field that is called like a keyword is answered otherwise',
    plant: (_, schemas) => {
      schemas.Problem.properties.type.type = ['string', 'null'];
    },
    caught: ['Problem type/type'],
  },
  {
    change: 'a new door, and a new component',
    plant: (paths, schemas) => {
      paths['/v1/authors/summary'] = { get: { operationId: 'summarizeAuthors', responses: {} } };
      schemas.AuthorSummary = { type: 'object' };
    },
    caught: [],
  },
  {
    change: 'a new field that may be sent, and one that is always answered',
    plant: (_, schemas) => {
      schemas.NewArticle.properties.kicker = { type: 'string' };
      schemas.Article.properties.kicker = { type: 'string', description: 'Above the title' };
      schemas.Article.required.unshift('kicker');
    },
    caught: [],
  },
  {
    change: 'a new choice, in what is sent and what is answered',
    plant: (_, schemas) => {
      schemas.NewKey.properties.role.enum.unshift('guest');
      schemas.Comment.properties.status.enum.push('held');
    },
    caught: [],
  },
  {
    change: 'more may be sent',
    plant: (_, schemas) => {
      schemas.TagPatch.properties.name.maxLength = 200;
      delete schemas.TagPatch.properties.name.pattern;
      schemas.NewPreviewLink.properties.expiresIn.minimum = 1;
    },
    caught: [],
  },
  {
    change: 'a parameter that may be sent stands before the others',
    plant: (paths) =>
      paths['/v1/tags'].get.parameters.unshift({ in: 'query', name: 'used', schema: { type: 'boolean' } }),
    caught: [],
  },
  {
    change: 'a refusal more, a refusal less, and a header more',
    plant: (paths) => {
      const { responses } = paths['/v1/keys'].post;
      responses[451] = structuredClone(responses[403]);
      delete responses[409];
      responses[201].headers['X-Kept-Until'] = { schema: { type: 'string' } };
    },
    caught: [],
  },
  {
    change: 'other words and examples, also for a field called description; what goes some day is deprecated',
    plant: (paths, schemas) => {
      schemas.Tag.properties.description.description = 'What it is about';
      schemas.AuthorRef.description = 'A byline';
      schemas.Me.examples = [];
      Object.assign(paths['/v1/site'].get, { summary: 'The site', deprecated: true });
    },
    caught: [],
  },
  {
    change: 'a door is opened to everyone',
    plant: (paths) => {
      paths['/v1/comments'].get.security = [{}, { bearer: [] }];
    },
    caught: [],
  },
];

test('changes that break a client are caught where they are, and all others let through', (t) => {
  const after = structuredClone(document);
  for (const { plant } of PLANTED) plant(after.paths, after.components.schemas);
  const found = new Set(breakingChanges(document, after).map(({ place }) => place));
  for (const { change, caught } of PLANTED) {
    if (caught.length > 0)
      t.strictSame(
        caught.filter((place) => !found.has(place)),
        [],
        `${change}: caught`,
      );
    for (const place of caught) found.delete(place);
  }
  const through = PLANTED.filter(({ caught }) => caught.length === 0).map(({ change }) => change);
  t.strictSame([...found], [], `let through: ${through.join('; ')}`);
  t.end();
});

test('a break is announced by its place and a reason, under what was not released yet', (t) => {
  const changelog = [
    '# Changelog\n\n## [Unreleased]\n\n### Removed\n',
    '- `NewComment authorUrl`: nobody sent one, and it drew spam',
    '- `NewComment body`: because',
    '- NewComment parentId: threads are no longer to be had\n',
    '## [1.0.0] - 2026-11-23\n\n- `KeyAuthor`: an older break, which was paid for then',
  ].join('\n');
  t.strictSame([...announcedPlaces(changelog)], ['NewComment authorUrl']);
  t.ok(tellsOf(changelog, '1.0.0'));
  t.notOk(tellsOf(changelog, '1.1.0'));
  t.end();
});

test('the check fails on a break, and names it; it passes once the changelog lists it with a reason', async (t) => {
  const directory = t.testdir();
  const current = join(directory, 'openapi.json');
  const planted: Json = JSON.parse(readFileSync(fileAt('../openapi/released.json'), 'utf8'));
  delete planted.components.schemas.NewComment.properties.authorUrl;
  writeFileSync(current, JSON.stringify(planted));
  const check = (name: string, text: string) =>
    new Promise<{ code: number | null; err: string }>((resolve) => {
      const changelog = join(directory, name);
      writeFileSync(changelog, text);
      const args = [...NODE_ARGS, programOf('openapi/compatible.ts'), '--current', current, '--changelog', changelog];
      const child = execFile(process.execPath, args, (_, __, err) => resolve({ code: child.exitCode, err }));
    });
  const [refused, passed] = await Promise.all([
    check('silent.md', '## [Unreleased]\n'),
    check('told.md', '## [Unreleased]\n\n### Removed\n\n- `NewComment authorUrl`: nobody sent one, and it drew spam\n'),
  ]);
  t.equal(refused.code, 1);
  t.match(refused.err, /^ {2}- `NewComment authorUrl`: no longer there$/m);
  t.strictSame(passed, { code: 0, err: '' });
});
