import { type LookupAddress, lookup } from 'node:dns';
import { test } from 'tap';
import { AddressRefused, addressOf, isPublicAddress, lookupPublic } from '../../src/outgoing/addresses.ts';

test('an address is public, or leads inside, in whatever form', (t) => {
  for (const address of ['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
    t.ok(isPublicAddress(address), address);
  const inside = [
    ...['127.0.0.1', '127.255.255.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254'],
    ...['100.64.0.1', '0.0.0.0', '0.1.2.3', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.0.2.1', '198.18.0.1'],
    ...['::', '::1', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1', '2001:db8::1', '100::1', '4000::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::127.0.0.1', '::ffff:0:127.0.0.1'],
    ...['64:ff9b::127.0.0.1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1'],
    ...['', 'localhost', '1.2.3', '8.8.8.8/8'],
  ];
  for (const address of inside) t.notOk(isPublicAddress(address), address);
  t.end();
});

test('the host of a URL is an address in any way of writing it', (t) => {
  const rows = [
    ['https://127.0.0.1/', '127.0.0.1'],
    ['https://2130706433/', '127.0.0.1'],
    ['https://0x7f.1/', '127.0.0.1'],
    ['https://0x7f000001/', '127.0.0.1'],
    ['https://0177.0.0.1/', '127.0.0.1'],
    ['https://127.1/', '127.0.0.1'],
    ['https://127.0.0.1./', '127.0.0.1'],
    ['https://①②⑦.0.0.1/', '127.0.0.1'],
    ['https://[::1]:444/', '::1'],
    ['https://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['https://localhost/', undefined],
    ['https://127.0.0.1.example/', undefined],
  ] as const;
  for (const [url, address] of rows) t.equal(addressOf(new URL(url)), address, url);
  t.end();
});

/** What is told of a name that has these addresses. */
const lookUp = (addresses: string[], all: boolean) =>
  new Promise<{ error: Error | null; found: unknown; family: number | undefined }>((resolve) => {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const find = lookupPublic((_, options, tell) => tell(options.all ? null : new Error('All are asked for'), found));
    find('name.example', { all }, (error, told, family) => resolve({ error, found: told, family }));
  });

test('a name leads where all its addresses are public, and nowhere if one is not', async (t) => {
  const both = ['8.8.8.8', '2606:4700::1111'];
  t.match(await lookUp(both, true), { error: null, found: both.map((address) => ({ address })) });
  t.match(await lookUp(both, false), { error: null, found: '8.8.8.8', family: 4 });
  for (const inside of ['127.0.0.1', '::ffff:127.0.0.1', 'fe80::1', '169.254.169.254'])
    for (const addresses of [[inside], [...both, inside], [inside, ...both]])
      for (const all of [true, false]) {
        const { error, found } = await lookUp(addresses, all);
        t.ok(error instanceof AddressRefused, addresses.join());
        t.same(found, []);
      }
  const { error } = await lookUp([], true);
  t.ok(error !== null && !(error instanceof AddressRefused), 'nor where there is none');
});

test('the names of this machine lead inside', async (t) => {
  const error = await new Promise((resolve) => lookupPublic(lookup)('localhost', {}, resolve));
  t.ok(error instanceof AddressRefused);
});
