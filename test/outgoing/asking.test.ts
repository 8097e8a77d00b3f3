/** What is said against an address before it is asked; where names lead is told when they are asked. */
import { test } from 'tap';
import { judgeAskingBy } from '../../src/outgoing/asking.ts';

const INSIDE = [
  ...['127.0.0.1', '127.0.0.1.', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '%31%32%37.0.0.1', '①②⑦.0.0.1'],
  ...['0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '198.18.0.1', '224.0.0.1'],
  ...[
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a00:1]',
    '[fe80::1]',
    '[fc00::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ],
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'printer.local', 'metadata.google.internal', 'redis'],
];
const OUTSIDE = [
  'example.org',
  'example.org.',
  'localhost.example.org',
  'local.example',
  '8.8.8.8',
  '[2606:4700::1111]',
];

test('whatever leads inside is told, in each of its forms', (t) => {
  const judge = judgeAskingBy({ allowPrivate: false });
  const codes = (url: string) => judge(new URL(url)).map(({ code }) => code);
  for (const host of INSIDE) t.same(codes(`https://${host}/hook`), ['private-address'], host);
  for (const host of OUTSIDE) t.same(codes(`https://${host}:8443/hook`), [], host);
  t.same(codes('http://example.org/'), ['not-https']);
  t.same(codes('http://127.0.0.1/'), ['not-https', 'private-address']);
  t.end();
});

test('where private addresses are allowed, nothing is said against them', (t) => {
  const judge = judgeAskingBy({ allowPrivate: true });
  for (const host of [...INSIDE, ...OUTSIDE])
    for (const scheme of ['http', 'https']) t.same(judge(new URL(`${scheme}://${host}/hook`)), [], host);
  t.end();
});
