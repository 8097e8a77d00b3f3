import { test } from 'tap';
import { compileFailingDisk, switchesIn } from '../support/failing-disk.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';

test('what a failing sync refused is not there after a kill, and what was acknowledged is', async (t) => {
  const [directory, tools] = [temporaryDirectory(t), temporaryDirectory(t)];
  const library = compileFailingDisk(tools);
  if (library === undefined) {
    t.comment('there is no C compiler: test/store/sqlite.test.ts has a full file alone');
    return;
  }
  const { base, on, off } = switchesIn(tools);
  const first = await startProcess(t, directory, { environment: { LD_PRELOAD: library, FAILING_DISK: base } });
  const address = await first.ready;
  const headers = { authorization: `Bearer ${readKey(directory)}`, 'content-type': 'application/json' };
  const add = async (name: string) => {
    const body = JSON.stringify({ name });
    return (await fetch(`${address}/v1/tags`, { method: 'POST', headers, body })).status;
  };
  t.equal(await add('Kept'), 201);
  on('fsync');
  t.same([await add('Refused'), await add('Refused as well')], [503, 503]);
  t.equal((await fetch(`${address}/v1/articles`)).status, 200, 'reads go on');
  await first.stop('SIGKILL');
  off('fsync');

  const next = await startProcess(t, directory);
  const found = await fetch(`${await next.ready}/v1/tags`, { headers });
  const { data } = (await found.json()) as { data: { name: string }[] };
  t.same(
    data.map(({ name }) => name),
    ['Kept'],
  );
});
