/** The page `/docs` in a browser: whatever has to be filled in is filled in, with what the contract takes. */
import { test } from 'tap';
import { startGalley } from '../support/app.ts';
import { NO_BROWSER, openBrowser } from '../support/browser.ts';
import { openDocs } from '../support/docs-page.ts';

type Parameter = { name: string; required?: boolean };
type Door = { operationId: string; parameters?: Parameter[]; requestBody?: object; security?: object[] };

/** What becomes of an example that keeps to the contract, on a store that may not have what it names. */
const isTaken = (status: string, answer: string): boolean =>
  status.startsWith('2') || ['404', '409'].includes(status) || (status === '422' && /"unknown-reference"/.test(answer));

test('every request is filled in, so that it can be sent as it is', {
  skip: NO_BROWSER,
  timeout: 600_000,
}, async (t) => {
  const galley = await startGalley(t);
  const docs = await openDocs(await openBrowser(t), galley.app);
  await docs.authorize(galley.keys.admin);
  const document = JSON.parse((await galley.ask('GET', '/openapi.json')).text);
  const doors = Object.values<Record<string, Door>>(document.paths).flatMap((item) => Object.values(item));
  const written = doors.filter(({ requestBody }) => requestBody !== undefined);
  t.ok(written.length >= 15, `${written.length} doors take a body`);
  for (const { operationId, parameters = [] } of written) {
    const operation = await docs.open(operationId);
    const required = await operation.required();
    const names = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
    t.same(Object.keys(required).sort(), names.sort(), `${operationId}: its parameters`);
    t.notOk(Object.values(required).includes(''), `${operationId}: ${JSON.stringify(required)}`);
    const body = await operation.body();
    t.match(JSON.parse(body ?? ''), /./, `${operationId}: ${body}`);
    const { status, body: answer } = await operation.execute();
    t.ok(isTaken(status, answer), `${operationId}: ${status} ${answer}`);
    await operation.close();
  }
  t.same(
    docs.faults().filter((fault) => !/the server responded with a status of (?:40[49]|422)/.test(fault)),
    [],
  );
});
