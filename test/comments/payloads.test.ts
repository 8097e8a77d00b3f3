/** What guests send to make the page of a publication do their work: it is text, and nothing else. */
import { type Test, test } from 'tap';
import { activeParts, escaped } from '../support/active-html.ts';
import { startGalley } from '../support/app.ts';
import { chromium, runPage } from '../support/chromium.ts';
import { PAYLOADS } from '../support/payloads.ts';

type Shown = { authorName: string; authorUrl: string | null; html: string };

/** A comment as a page shows it: the HTML as it is, the rest as text. */
const pageOf = ({ authorName, authorUrl, html }: Shown): string =>
  `<section><b>${escaped(authorName)}</b><a href="${escaped(authorUrl ?? 'https://a.example')}">w</a><div>${html}</div></section>`;

const startWall = async (t: Test) => {
  const galley = await startGalley(t);
  const { ask, keys, authorId } = galley;
  const article = { title: 'Wall', body: 'Write.', authorIds: [authorId], status: 'published' };
  const { id } = (await ask('POST', '/v1/articles', { key: keys.editor, body: article })).body;
  let guests = 0;
  const post = (more: object) => {
    const body = { authorName: 'G', authorEmail: `g${guests++}@mail.example`, ...more };
    return ask('POST', `/v1/articles/${id}/comments`, { body });
  };
  return { ...galley, post };
};

/** What runs in the page: it does what readers do, and tells what came of it. `control` shows that it would be seen. */
const PROBE = `<script>
  addEventListener('click', (event) => event.preventDefault(), true);
  addEventListener('submit', (event) => event.preventDefault(), true);
  const TAGS = 'SECTION B DIV P BR EM STRONG CODE PRE BLOCKQUOTE UL OL LI A'.split(' ');
  const look = (root) => [...root.querySelectorAll('*')].flatMap((element) => {
    for (const type of ['mouseover', 'focus', 'click', 'toggle', 'load', 'error', 'animationstart']) element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    const isActive = !TAGS.includes(element.tagName) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml' ||
      [...element.attributes].some(({ name }) => !['href', 'rel', 'class', 'start'].includes(name)) ||
      (element.href && !['http:', 'https:', 'mailto:'].includes(element.protocol));
    return isActive ? [element.outerHTML.slice(0, 200)] : [];
  });
  onload = () => setTimeout(() => {
    const found = { main: look(document.querySelector('main')), control: look(document.querySelector('aside')).length };
    setTimeout(() => {
      const told = JSON.stringify({ ...found, fired, sections: document.querySelectorAll('main > section').length });
      document.documentElement.innerHTML = '<body><pre></pre></body>';
      document.querySelector('pre').textContent = btoa(unescape(encodeURIComponent(told)));
    }, 500);
  }, 500);
</script>`;

test('no payload becomes an active element, handler or address, as text, name or address', async (t) => {
  const { ask, keys, post } = await startWall(t);
  t.ok(PAYLOADS.length >= 500, `${PAYLOADS.length} payloads`);
  const shown: Shown[] = [];
  const faults: unknown[] = [];
  const taken = PAYLOADS.filter((payload) => !payload.includes('\0')); // that is refused everywhere
  const show = async (payload: string): Promise<Shown | undefined> => {
    const said = { body: payload, authorName: Array.from(payload).slice(0, 100).join('') };
    let { status, headers, body } = await post({ ...said, authorUrl: payload });
    const refusedAt = body.errors?.map(({ pointer }: { pointer: string }) => pointer).join();
    if (status === 400 && refusedAt === '/authorUrl') {
      // as an address it is refused: so it stands behind one that is not
      const authorUrl = `https://a.example/#${encodeURIComponent(payload.slice(0, 400))}`;
      ({ status, headers, body } = await post({ ...said, authorUrl }));
    }
    const isPlain =
      /^application\/json/.test(`${headers['content-type']}`) && headers['x-content-type-options'] === 'nosniff';
    if (status !== 201 || !isPlain) {
      faults.push({ payload, status, headers });
      return undefined;
    }
    const active = activeParts(body.html);
    const isSame = body.authorName === said.authorName && /^https?:\/\//.test(body.authorUrl);
    if (active.length > 0 || !isSame) faults.push({ payload, active, body });
    return body;
  };
  for (let i = 0; i < taken.length; i += 20) {
    for (const one of await Promise.all(taken.slice(i, i + 20).map(show))) if (one) shown.push(one);
  }
  t.strictSame(faults, []);
  t.equal(shown.length, taken.length);
  for (const payload of PAYLOADS.filter((payload) => payload.includes('\0'))) {
    t.equal((await post({ body: payload })).status, 400, 'NUL');
  }

  const { body } = await post({ body: 'Calm.' });
  const edited = await ask('PATCH', `/v1/comments/${body.id}`, { key: keys.editor, body: { body: PAYLOADS[0] } });
  t.strictSame(activeParts(edited.body.html), [], 'what an editor writes is no more trusted');

  await t.test('in a browser', { skip: chromium === undefined && 'no browser is installed' }, async (t) => {
    const control = '<img src=x onerror="alert(`control`)"><a href="javascript:alert(1)">x</a>';
    const start =
      '<script>const fired = []; for (const name of ["alert", "confirm", "prompt"]) window[name] = (x) => fired.push(x);</script>';
    const page = `<!doctype html><meta charset=utf-8><base href=https://a.example/><title>x</title>${start}<main>${shown.map(pageOf).join('\n')}</main><aside>${control}</aside>${PROBE}`;
    const dom = await runPage(chromium as string, page);
    const told = JSON.parse(Buffer.from(/<pre>([^<]+)<\/pre>/.exec(dom)?.[1] ?? '', 'base64').toString());
    t.strictSame(told.main, []);
    t.strictSame([...new Set(told.fired)], ['control'], 'nothing ran but what was to show that it would be seen');
    t.strictSame([told.control, told.sections], [2, shown.length], 'all of them were there');
  });
});

test('the check sees what it should', (t) => {
  const bad = [
    '<script>x</script>',
    '<p onclick=x>a</p>',
    '<a href="javascript:x" rel="nofollow ugc noopener">a</a>',
    '<a href="java\tscript:x" rel="nofollow ugc noopener">a</a>',
    '<a href="https://a.example">a</a>',
    '<code class="modal">a</code>',
    '<svg><p>a</p></svg>',
    '<!--a-->',
    '</main><p>a</p>',
    '<p id=a>a</p>',
    '<img src=x>',
  ];
  for (const html of bad) t.ok(activeParts(html).length > 0, html);
  t.strictSame(activeParts('<p>a <a href="https://a.example/" rel="nofollow ugc noopener">b</a></p>'), []);
  t.end();
});

test('letters and pictures of every script come out as they went in', async (t) => {
  const { ask, keys, post } = await startWall(t);
  const texts = [
    '👩‍👩‍👧‍👦 👍🏽 🇩🇪 1️⃣ ☕️ 🛶 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    'مرحبا بالعالم، كِتَاب ﷺ',
    'שָׁלוֹם עולם',
    'یک می‌خواهم',
    '\u2067ab\u2069 \u200fא\u200e a\u202bב\u202c',
    '日本語、中文字：한국어 ひらがな｡ ｶﾞ',
    '𠮷野家 𝒳 \u{1f9d1}\u200d\u{1f680}',
    'e\u0301 vs \u00e9, o\u0308, ẛ̣',
    'हिन्दी ไทย ខ្មែរ မြန်မာ',
    'Ω\u0345 ß ẞ ﬁ İı ǆ',
    '“Quotes” — … · № ½ ™ 5 × 3',
  ];
  for (const text of texts) {
    const { status, body } = await post({ body: text, authorName: text });
    t.equal(status, 201, text);
    t.equal(body.authorName, text);
    t.equal(body.html, `<p>${text}</p>\n`);
    t.equal((await ask('GET', `/v1/comments/${body.id}`, { key: keys.editor })).body.body, text);
  }
  const quoted = await post({ body: '*مرحبا* **日本** `🛶` > א\n\n> שלום\n\n- 한국' });
  t.equal(
    quoted.body.html,
    '<p><em>مرحبا</em> <strong>日本</strong> <code>🛶</code> &gt; א</p>\n<blockquote>\n<p>שלום</p>\n</blockquote>\n<ul>\n<li>한국</li>\n</ul>\n',
  );
});
