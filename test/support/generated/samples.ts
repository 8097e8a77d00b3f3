/** What values are made of: text of many scripts, formats kept and missed, names that are traps. */
import fc, { type Arbitrary } from 'fast-check';

const MOMENTS = [
  '2026-11-22T07:00:00.000Z',
  '2026-11-23T07:00:00+05:45',
  '2027-01-01t00:00:00z',
  '0001-01-02T00:00:00Z',
];
/** By format: what is of it, and what is not. */
export const FORMATS: Record<string, { good: Arbitrary<string>; bad: string[] }> = {
  'date-time': {
    good: fc.oneof(
      fc.constantFrom(...MOMENTS, '9999-12-30T23:59:59.999999Z', '2024-02-29T12:00:00.5-03:30'),
      fc
        .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((at) => at.toISOString()),
    ),
    bad: [
      ...[
        '2026-02-29T00:00:00Z',
        '2016-12-31T23:59:60Z',
        '2026-11-22',
        '2026-11-22T07:00:00',
        '2026-11-22 07:00:00Z',
        '2026-11-22T24:00:00Z',
      ],
      ...[
        '2026-11-22T07:60:00Z',
        '10000-01-01T00:00:00Z',
        '2026-11-22T07:00:00+24:00',
        '1763794800',
        'now',
        '٢٠٢٦-11-22T07:00:00Z',
      ],
    ],
  },
  uri: {
    good: fc.oneof(
      fc.constantFrom(
        'https://harbour.example',
        'http://xn--bcher-kva.example:8080/a%20b',
        'HTTPS://HARBOUR.example/?q=1#f',
      ),
      fc.stringMatching(
        /^https?:\/\/[a-z]{1,9}\.example(?:\/[a-z0-9._~-]{0,9}){0,3}(?:\?[a-z]=[a-z0-9]{0,5})?(?:#[a-z]{0,5})?$/,
      ),
    ),
    bad: [
      ...[
        'ftp://harbour.example',
        'javascript:alert(1)',
        '//harbour.example',
        'https://',
        'harbour.example',
        '/a',
        'https://a b',
      ],
      ...[
        'https://bücher.example',
        'https://me:secret@harbour.example',
        'https://me@harbour.example',
        'https://@harbour.example',
        'mailto:a@b.example',
      ],
      ...[
        'https://a.example/<b>',
        'data:text/html,x',
        'https://a.example/%zz',
        ' https://a.example',
        'http:a.example',
        'https://[::1',
      ],
    ],
  },
  email: {
    good: fc.oneof(
      fc.constantFrom('ada@harbour.example', "o'brien+list@mail.harbour.example"),
      fc.stringMatching(/^[a-z][a-z0-9+]{0,20}@[a-z]{1,20}(?:\.[a-z]{2,9}){1,3}$/),
    ),
    bad: [
      'ada',
      '@harbour.example',
      'ada@',
      'a b@harbour.example',
      'ada@harbour@example',
      'Ada <ada@harbour.example>',
      'ada@harbour..example',
    ],
  },
  bcp47: {
    good: fc.constantFrom('en', 'pt-BR', 'zh-Hant-TW', 'EN-gb', 'sr-Latn'),
    bad: ['english language', 'e', 'en_GB', '-', 'en-'],
  },
  'time-zone': {
    good: fc.constantFrom('UTC', 'Pacific/Auckland', 'Asia/Kathmandu'),
    bad: ['Nowhere', 'UTC+25', 'Europe/', '../etc'],
  },
};

/** Names that objects have by themselves, and others that nothing has. */
export const STRANGE_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'prototype',
  'hasOwnProperty',
  'surprise',
  '',
  'id',
  'a/b~c',
];
/** What is written somewhere in the world, and what hides in text. */
export const TEXTS = [
  ...[
    'Harbour at night',
    'Éclair',
    'e\u0301',
    'Москва',
    'مرحبا',
    'हिन्दी',
    '日本語',
    '👩‍👩‍👧',
    '𝒢alley',
    '<b>bold</b>',
    "'; drop table x --",
  ],
  ...[
    '\u202eright',
    'a\u0000b',
    'a\ud800b',
    '\udfff',
    '   ',
    '\u200b',
    '\u3000',
    '\t\n',
    '__proto__',
    'null',
    '%00',
    '\\',
    '{}',
    '0',
  ],
];
/** Letters of some scripts, and what is put together of more than one. */
export const LETTERS = fc.constantFrom(
  ...'aZ09 éßñИЖعשहि日本語한',
  '👩‍👩‍👧',
  '𝒢',
  'e\u0301',
  '-',
  "'",
  '"',
  '<',
  '&',
  '\n',
);
/** Any code point that is one. */
export const ANY = fc
  .oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));
/** One of each kind. */
export const OTHER_KINDS = [null, true, false, 0, -1, 1.5, 1e300, '', 'text', '7', [], {}, [[]], [null], { id: 1 }];
