/** Guests whose form is sent twice while the process is killed, and what the next process keeps of them. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { connectBeside, databaseIn } from '../support/database.ts';
import { readKey, startProcess, temporaryDirectory } from '../support/process.ts';
import { postTo, type Told, UNLIMITED } from '../support/repeated.ts';

type Posted = Told & { body: { id?: number; editToken?: string | null } };

/** A form, and the answers to it, of those that were answered. */
type Form = { n: number; answers: Posted[] };

test('a form that is sent twice makes one comment, though the process is killed; its token opens it in the next', {
  timeout: 900_000,
}, async (t) => {
  const directory = temporaryDirectory(t);
  const start = async (more: Record<string, string> = {}) => {
    const process = await startProcess(t, directory, { environment: { ...UNLIMITED, ...more } });
    return { process, address: await process.ready };
  };
  let running = await start();
  const key = readKey(directory);
  const asAdmin = postTo(running.address, key);
  const author = (await asAdmin('/v1/authors', { name: 'Ada' }, 'author')).body.id;
  const article = { title: 'Night', body: 'Dark.', authorIds: [author], status: 'published' };
  const { id } = (await asAdmin('/v1/articles', article, 'article')).body;
  const bodyOf = (n: number) => ({ authorName: 'G', authorEmail: `g${n}@mail.example`, body: `Aye, ${n}.` });
  const send = (n: number) =>
    postTo(running.address, null)(`/v1/articles/${id}/comments`, bodyOf(n), `form-${n}`) as Promise<Posted>;
  const { run } = await connectBeside(t, await databaseIn(t, directory));
  const edit = async ({ body }: Posted, text: string): Promise<number> => {
    const headers = { 'comment-token': String(body.editToken), 'content-type': 'application/json' };
    const asked = { method: 'PATCH', headers, body: JSON.stringify({ body: text }) };
    return (await fetch(`${running.address}/v1/comments/${body.id}`, asked)).status;
  };

  const forms: Form[] = [];
  let inDoubt = 0;
  for (let round = 0; round < 8; round++) {
    const sent: Form[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = round * 10_000 + writer * 1000; ; n++) {
        const form: Form = { n, answers: [] };
        sent.push(form);
        try {
          await Promise.all([send(n), send(n)].map(async (sending) => form.answers.push(await sending)));
        } catch (error) {
          if (error instanceof TypeError) return; // what fetch throws when it finds nobody, or loses him midway
          throw error;
        }
      }
    });
    await sleep(100 + Math.random() * 300);
    running.process.child.kill('SIGKILL');
    await once(running.process.child, 'close');
    await Promise.all(writers);
    running = await start();
    for (const { n, answers } of sent) {
      const again = await send(n);
      const tokens = [...answers, again].flatMap(({ status, body }) =>
        status === 201 && body.editToken ? [body.editToken] : [],
      );
      if (tokens.length > 1) t.fail(`form ${n} was given ${tokens.length} tokens`);
      if (tokens.length === 0) inDoubt++; // stored, and the answer that told the token was lost
      const statuses = [...answers, again].map(({ status }) => status);
      if (again.status !== 201 || statuses.some((status) => status !== 201 && status !== 409))
        t.fail(`form ${n} was answered with ${statuses}`);
    }
    const told = sent.flatMap(({ answers }) => answers.filter(({ body }) => body.editToken));
    for (const answer of told.slice(-5)) t.equal(await edit(answer, 'Anew.'), 200, 'its token opens it still');
    forms.push(...sent);
  }
  const rows = await run('select author_email as email, count(*) as n from comments group by author_email');
  t.same([...new Set(rows.map(({ n }) => Number(n)))], [1], 'each form made one comment');
  t.equal(rows.length, forms.length);
  t.comment(`${forms.length} forms sent twice; of ${inDoubt} the token was lost with the process`);

  const known = async () => Number((await run('select count(address_hash) as n from comments'))[0]?.n);
  t.equal(await known(), forms.length);
  t.equal((await running.process.stop()).code, 0);
  running = await start({ COMMENT_RETENTION_DAYS: '0' });
  for (let i = 0; i < 500 && (await known()) > 0; i++) await sleep(20);
  t.equal(await known(), 0, 'a process that keeps no address forgets what is there at its start');
  t.equal((await running.process.stop()).code, 0);
});
