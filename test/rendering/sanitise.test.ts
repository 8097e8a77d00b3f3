import { Parser } from 'htmlparser2';
import tap, { test } from 'tap';
import { createRenderer } from '../../src/rendering/renderer.ts';

const HOST = 'www.youtube-nocookie.com';

const renderer = createRenderer({ threads: 2, embedHosts: [HOST] });
tap.teardown(() => renderer.close());

// Written down here once more, not imported: a tag or attribute that slips into the allow-list must fail these tests.
const TAGS = new Set(
  (
    'h1 h2 h3 h4 h5 h6 section article aside header footer address p div blockquote pre hr br ul ol li dl dt dd details summary ' +
    'a abbr b bdi bdo cite code data del dfn em i ins kbd mark q rb rp rt rtc ruby s samp small span strong sub sup time u var wbr ' +
    'figure figcaption picture source img video audio track iframe table caption colgroup col thead tbody tfoot tr th td'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  (
    'id lang dir title class align colspan rowspan headers scope abbr span start type reversed value datetime cite open ' +
    'href hreflang rel target src srcset sizes media alt width height loading decoding poster controls loop muted preload ' +
    'playsinline kind srclang label default allow allowfullscreen referrerpolicy ' +
    'aria-label aria-hidden aria-describedby aria-labelledby'
  ).split(' '),
);
const URL_ATTRIBUTES = new Set(['href', 'src', 'cite', 'poster']);
const LINK_SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const LOAD_SCHEMES = new Set(['http:', 'https:']);

const schemeOf = (url: string): string =>
  URL.canParse(url, 'https://base.test/') ? new URL(url, 'https://base.test/').protocol : 'https:';

/** Everything in `html` that sanitised HTML must not have; empty when it is clean. */
const faultsOf = (html: string): string[] => {
  const faults: string[] = [];
  const checkAttribute = (tag: string, name: string, value: string): void => {
    const at = `${tag}[${name}=${value}]`;
    if (!ATTRIBUTES.has(name)) faults.push(`attribute ${at}`);
    if (URL_ATTRIBUTES.has(name) && !(tag === 'a' ? LINK_SCHEMES : LOAD_SCHEMES).has(schemeOf(value)))
      faults.push(`scheme ${at}`);
    if (name === 'srcset') {
      for (const candidate of value.split(/,\s+/))
        if (!LOAD_SCHEMES.has(schemeOf(candidate))) faults.push(`scheme ${at}`);
    }
    if (name === 'id' && !value.startsWith('user-content-')) faults.push(`id ${at}`);
    if (name === 'target' && value !== '_blank') faults.push(`target ${at}`);
    if (name === 'class' && !/^(?:language-[\w+#.-]+|footnotes?(?:-[a-z]+)?)$/.test(value)) faults.push(`class ${at}`);
  };
  const parser = new Parser({
    onopentag: (tag, attributes) => {
      if (!TAGS.has(tag)) faults.push(`tag ${tag}`);
      for (const [name, value] of Object.entries(attributes)) checkAttribute(tag, name, value);
      if (tag === 'iframe' && !attributes.src?.startsWith(`https://${HOST}/`)) faults.push(`frame ${attributes.src}`);
      if (attributes.target !== undefined && !attributes.rel?.split(' ').includes('noopener'))
        faults.push('target without noopener');
    },
    oncomment: (comment) => faults.push(`comment ${comment}`),
    onprocessinginstruction: (name) => faults.push(`instruction ${name}`),
  });
  parser.end(html);
  return faults;
};

/** Hostile bodies; each is rendered as HTML, as Markdown, as Markdown within a paragraph, and as a comment. */
const PAYLOADS: readonly string[] = [
  '<script>alert(1)</script>',
  '<ScRiPt src=//evil.tld/x.js></sCrIpT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img/src="x"/onerror="alert(1)"/x>',
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<img """><script>alert(1)</script>">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>',
  '<svg><animate attributeName=href values="javascript:alert(1)"/></svg>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math href="javascript:alert(1)">x</math>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<p><noscript></p><img src=x onerror=alert(1)></noscript>',
  '<style><img src="</style><img src=x onerror=alert(1)//">',
  '<style>@import "//evil.tld/x.css"; body{background:url(javascript:alert(1))}</style>',
  '<title><img src="</title><img src=x onerror=alert(1)>"></title>',
  '<textarea><img src="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<textarea></textarea/><img src=x onerror=alert(1)>',
  '<xmp><img src="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<noembed><img src="</noembed><img src=x onerror=alert(1)>"></noembed>',
  '<noframes><p title="</noframes><img src=x onerror=alert(1)>">',
  '<plaintext><img src=x onerror=alert(1)>',
  '<template><img src=x onerror=alert(1)></template>',
  '<select><option><script>alert(1)</script></option></select>',
  '<option>&lt;script&gt;alert(1)&lt;/script&gt;</option>',
  '<listing>&lt;img onerror="alert(1)" src=x&gt;</listing>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href=" \u0001javascript:alert(1)">x</a>',
  '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>',
  '<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)">x</a>',
  '<a href="java&Tab;script&colon;alert(1)">x</a>',
  '<a href="java<!-- -->script:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="blob:https://evil.tld/1">x</a>',
  '<a href="x" onclick="alert(1)" style="position:fixed;inset:0" name="cookie" ping="//evil.tld">x</a>',
  '<a href="//evil.tld" target="_top">x</a><a href="/" target="_blank" rel="opener">y</a>',
  '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
  '<img srcset="javascript:alert(1) 1x, data:text/html,x 2x, https://a.test/b.png 3x">',
  '<picture><source srcset="data:image/svg+xml,x 1x"><img src="javascript:alert(1)"></picture>',
  '<video poster="javascript:alert(1)" src="data:video/mp4,x" onplay=alert(1) autoplay><source src="javascript:alert(1)"></video>',
  '<audio src="javascript:alert(1)" oncanplay=alert(1) controls></audio>',
  '<blockquote cite="javascript:alert(1)">x</blockquote>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<table background="javascript:alert(1)"><td style="text-align:left;background:url(//evil.tld)" onmouseover=alert(1)>x</table>',
  '<iframe src="https://evil.tld/"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  `<iframe src="https://${HOST}/e" srcdoc="<script>alert(1)</script>" onload=alert(1) name=x></iframe>`,
  `<iframe src="https://${HOST}.evil.tld/"></iframe>`,
  `<iframe src="https://${HOST}@evil.tld/"></iframe>`,
  `<iframe src="https://user:word@${HOST}/"></iframe>`,
  `<iframe src="https://evil.tld\\@${HOST}/"></iframe>`,
  `<iframe src="https://evil.tld#@${HOST}/"></iframe>`,
  `<iframe src="https://${HOST}:8443/"></iframe>`,
  `<iframe src="http://${HOST}/"></iframe>`,
  '<iframe src="//evil.tld/"></iframe>',
  '<iframe src="\\\\evil.tld/"></iframe>',
  '<iframe src="/\t/evil.tld/"></iframe>',
  '<iframe src="/relative"></iframe>',
  '<iframe src="javascript:alert(1)"></iframe>',
  `<iframe src="javascript://${HOST}/%0aalert(1)"></iframe>`,
  `<iframe src="https://${HOST}/"></iframe/><img src=x onerror=alert(1)>`,
  '<iframe><p title="</iframe><img src=x onerror=alert(1)>">',
  '<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)"><applet code=x></applet>',
  '<form action="javascript:alert(1)"><input name=attributes><button formaction="javascript:alert(1)">x</button></form>',
  '<base href="https://evil.tld/"><link rel=stylesheet href="//evil.tld"><meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<frameset onload=alert(1)><frame src="javascript:alert(1)"></frameset>',
  '<body onload=alert(1) background="javascript:alert(1)">',
  '<marquee onstart=alert(1)>x</marquee><isindex type=image src=1 onerror=alert(1)>',
  '<img name="getElementById"><a id="cookie" name="body"></a><p id="user-content">x</p>',
  '<!--><img src=x onerror=alert(1)>--><!-- x --!><script>alert(1)</script>',
  '<![CDATA[<img src=x onerror=alert(1)>]]><?xml version="1.0"?><?php echo 1 ?><!DOCTYPE x>',
  '<p class="language-x fixed modal" style="color:red">x</p><code class="language-a&quot;onclick=x">x</code>',
  '<__proto__ onclick=alert(1)><constructor onclick=alert(1)><p __proto__="x" constructor="x">x',
  '<a\u0000 href="javascript\u0000:alert(1)">x</a>',
  '<<a href="javascript:alert(1)">x</a>',
  '<p title="--&gt;&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;">x</p>',
  '[x](javascript:alert(1))',
  '[x](JAVASCRIPT&colon;alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](<javascript:alert(1)>)',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](https://a.test/"onmouseover="alert(1))',
  '[x](https://a.test "x\\" onmouseover=alert(1)")',
  '[x][r]\n\n[r]: javascript:alert(1) "t"',
  '![x](javascript:alert(1))',
  '![x](data:image/svg+xml;base64,PHN2Zz4=)',
  '![x" onerror="alert(1)](https://a.test/i.png)',
  '<javascript:alert(1)>',
  '<data:text/html,x>',
  'x[^"><script>alert(1)</script>]\n\n[^"><script>alert(1)</script>]: <img src=x onerror=alert(1)>',
  'x^[<svg onload=alert(1)> [y](javascript:alert(1))]',
  '```"><script>alert(1)</script>\nx\n```',
  '| <script>alert(1)</script> |\n| - |\n| <img src=x onerror=alert(1)> |',
  '<div markdown="1">\n\n[x](javascript:alert(1))\n\n</div>',
];

test('no hostile body gets a tag, attribute, class, id or URL out that is not allowed', async (t) => {
  await Promise.all(
    PAYLOADS.map(async (payload) => {
      const bodies = [
        await renderer.renderBody(payload, 'html'),
        await renderer.renderBody(payload, 'markdown'),
        await renderer.renderBody(`so **is** it ${payload} and`, 'markdown'),
        await renderer.renderComment(payload),
      ];
      for (const { html } of bodies) t.same(faultsOf(html), [], `${payload} became ${html}`);
      const again = await renderer.renderBody(bodies[1]?.html ?? '', 'html');
      t.same(faultsOf(again.html), [], `${payload} is as clean when it is sanitised once more`);
    }),
  );
});

test('the check of these tests sees what it should', (t) => {
  const bad = [
    '<script>x</script>',
    '<p onclick=x>',
    '<a href=javascript:x>',
    '<p id=x>',
    '<iframe src="https://evil.tld">',
    '<!--x-->',
  ];
  for (const html of [
    ...bad,
    '<img srcset="data:x 1x">',
    '<a target=_blank>',
    '<p class=modal>',
    '<img src="mailto:a@b.c">',
  ]) {
    t.equal(faultsOf(html).length, 1, html);
  }
  t.end();
});

test('what articles are made of is kept', async (t) => {
  const kept = [
    '<figure><picture><source srcset="/a.webp 1x, /b.webp 2x" type="image/webp" /><img src="/a.png" alt="" width="80" height="100%" loading="lazy" /></picture><figcaption>c</figcaption></figure>',
    '<video src="https://a.test/v.mp4" poster="/p.png" controls></video><audio src="https://a.test/a.mp3" controls></audio>',
    '<table><caption>c</caption><thead><tr><th scope="col" align="right">h</th></tr></thead><tbody><tr><td colspan="2">d</td></tr></tbody></table>',
    '<details open><summary>s</summary><p lang="ar" dir="rtl">x</p></details>',
    '<p><abbr title="t">a</abbr> <mark>m</mark> H<sub>2</sub>O <time datetime="2024-01-01">d</time> <ruby>漢<rt>kan</rt></ruby></p>',
    '<p><a href="mailto:a@b.test">m</a> <a href="tel:+491">t</a> <a href="../relative?x=1&amp;y=2">r</a> <a href="//host.test/">p</a></p>',
    '<ol start="3" type="a"><li value="4">x</li></ol><pre><code class="language-c++">x</code></pre>',
    `<iframe src="https://${HOST}/embed/x?rel=0" title="t" width="560" height="315" loading="lazy" allowfullscreen></iframe>`,
  ];
  for (const html of kept) {
    const rendering = await renderer.renderBody(html, 'html');
    t.equal(rendering.html, html);
    t.same(faultsOf(rendering.html), []);
  }
  const changed: [string, string][] = [
    ['<td style="text-align: center">x</td>', '<td align="center">x</td>'],
    ['<a name="n">x</a><a href="#n">y</a>', '<a id="user-content-n">x</a><a href="#user-content-n">y</a>'],
    [
      '<a href="/" target="_blank" rel="opener nofollow">x</a>',
      '<a href="/" target="_blank" rel="nofollow noopener">x</a>',
    ],
    ['<p id="a b">x</p><a href="#top">y</a>', '<p>x</p><a href="#top">y</a>'],
    ['<font color="red">x</font><center>y</center>', 'xy'],
    [
      `<iframe src="//${HOST}/e" allow="camera; fullscreen">old browser</iframe>`,
      `<iframe src="https://${HOST}/e" allow="fullscreen"></iframe>`,
    ],
    ['a<iframe src="https://evil.tld/"><p>b</p></iframe><p>c</p>', 'a<p>c</p>'],
    [`${'<b>'.repeat(150)}x`, `${'<b>'.repeat(100)}x${'</b>'.repeat(100)}`],
  ];
  for (const [from, to] of changed) t.equal((await renderer.renderBody(from, 'html')).html, to);
});

test('a comment has links, emphasis, code, quotes and lists, and shows everything else as it was typed', async (t) => {
  const rel = 'rel="nofollow ugc noopener"';
  const rows: [string, string][] = [
    ['*a* **b** `c`\nd', '<p><em>a</em> <strong>b</strong> <code>c</code><br />\nd</p>\n'],
    ['[a](https://b.test "t")', `<p><a href="https://b.test" ${rel}>a</a></p>\n`],
    ['see https://b.test/c_d.', `<p>see <a href="https://b.test/c_d" ${rel}>https://b.test/c_d</a>.</p>\n`],
    [
      '> a\n\n- b\n\n2. c',
      '<blockquote>\n<p>a</p>\n</blockquote>\n<ul>\n<li>b</li>\n</ul>\n<ol start="2">\n<li>c</li>\n</ol>\n',
    ],
    ['<b>a</b> &lt; &', '<p>&lt;b&gt;a&lt;/b&gt; &lt; &amp;</p>\n'],
    ['# a', '<p># a</p>\n'],
    ['a\n===', '<p>a<br />\n===</p>\n'],
    ['|a|\n|-|', '<p>|a|<br />\n|-|</p>\n'],
    ['![a](https://b.test/c.png)', `<p>!<a href="https://b.test/c.png" ${rel}>a</a></p>\n`],
    ['[a](javascript:b)', '<p>[a](javascript:b)</p>\n'],
    ['[a](ftp://b.test)', `<p><a ${rel}>a</a></p>\n`],
    [
      '[a][b]\n\n[b]: https://c.test',
      `<p>[a][b]</p>\n<p>[b]: <a href="https://c.test" ${rel}>https://c.test</a></p>\n`,
    ],
  ];
  for (const [source, html] of rows) t.equal((await renderer.renderComment(source)).html, html, source);
  t.same(await renderer.renderComment('*a* <i>\n\n> b'), {
    html: '<p><em>a</em> &lt;i&gt;</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n',
    text: 'a <i>\nb',
  });
});
