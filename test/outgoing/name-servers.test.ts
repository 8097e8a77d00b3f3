import { createSocket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type Test, test } from 'tap';
import { findByNameServers } from '../../src/outgoing/name-servers.ts';

/** The types of records, and what is known of each name; of others nothing is. */
const [A, AAAA] = [1, 28];
const KNOWN: Record<string, { type: number; bytes: number[] }[]> = {
  'both.example': [
    { type: A, bytes: [8, 8, 4, 4] },
    { type: AAAA, bytes: [0x26, 0x06, 0x47, 0, ...Array<number>(11).fill(0), 0x11] },
  ],
  'four.example': [{ type: A, bytes: [1, 1, 1, 1] }],
};
const SILENT = 'silent.example';
const [QUESTION_AT, NO_ERROR, NO_SUCH_NAME] = [12, 0x8180, 0x8183];

/** What a name server answers to a question (RFC 1035); nothing where it is asked for the silent name. */
const answerTo = (question: Buffer): Buffer | undefined => {
  const labels: string[] = [];
  let at = QUESTION_AT;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join('.').toLowerCase();
  if (name === SILENT) return undefined;
  const type = question.readUInt16BE(at + 1);
  const records = (KNOWN[name] ?? []).filter((record) => record.type === type);
  const answer = Buffer.from(question.subarray(0, at + 5));
  answer.writeUInt16BE(KNOWN[name] ? NO_ERROR : NO_SUCH_NAME, 2);
  answer.writeUInt16BE(records.length, 6);
  answer.writeUInt32BE(0, 8);
  const told = records.map(({ bytes }) =>
    Buffer.from([0xc0, QUESTION_AT, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]),
  );
  return Buffer.concat([answer, ...told]);
};

const startNameServer = async (t: Test) => {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (question, { port, address }) => {
    const answer = answerTo(question);
    asked.push(answer ? 'answered' : 'silent');
    if (answer) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return { server: `127.0.0.1:${socket.address().port}`, asked };
};

const finding = (servers: string[], within: number) => (hostname: string) =>
  new Promise<{ code: string | undefined; found: LookupAddress[] }>((resolve) => {
    findByNameServers({ servers, within })(hostname, { all: true }, (error, found) =>
      resolve({ code: error?.code, found }),
    );
  });

test('a name server tells all addresses of a name, or that there is none', async (t) => {
  const { server } = await startNameServer(t);
  const find = finding([server], 2000);
  t.same((await find('both.example')).found, [
    { address: '8.8.4.4', family: 4 },
    { address: '2606:4700::11', family: 6 },
  ]);
  t.same(await find('four.example'), { code: undefined, found: [{ address: '1.1.1.1', family: 4 }] });
  t.same(await find('none.example'), { code: 'ENOTFOUND', found: [] });
});

test('a name that nobody answers for holds up no other, and is given up', async (t) => {
  const { server, asked } = await startNameServer(t);
  const find = finding([server], 500);
  const silent = Array.from({ length: 16 }, () => find(SILENT));
  let isSilentOver = false;
  const over = Promise.all(silent).then((all) => {
    isSilentOver = true;
    return all;
  });
  for (let i = 0; i < 20; i++) t.match(await find('four.example'), { found: [{ address: '1.1.1.1' }] });
  t.equal(isSilentOver, false);
  t.ok(asked.includes('silent'));
  for (const { code } of await over) t.equal(code, 'ETIMEOUT');
});
