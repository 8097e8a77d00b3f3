/** WXR files of our own writing. */

type Fields = Record<string, string | undefined>;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const cdata = (text: string) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

const elements = (fields: Fields) =>
  Object.entries(fields)
    .filter(([, text]) => text !== undefined)
    .map(
      ([name, text]) =>
        `<${name}>${name.startsWith('wp:') ? escaped(text as string) : cdata(text as string)}</${name}>`,
    )
    .join('\n');

export type Item = {
  fields?: Fields;
  terms?: [domain: string, nicename: string, name: string][];
  meta?: [key: string, value: string][];
  comments?: Fields[];
};

/** A published post; what is given stands instead. */
export const item = ({ fields = {}, terms = [], meta = [], comments = [] }: Item = {}): string => {
  const id = fields['wp:post_id'] ?? '7';
  const all = {
    title: 'The harbour at night',
    link: `https://harbour.example/2010/06/harbour-${id}/`,
    'dc:creator': 'ada',
    'content:encoded': '<!-- wp:paragraph --><p>The <em>first</em> boats.</p><!-- /wp:paragraph -->',
    'excerpt:encoded': '',
    'wp:post_id': id,
    'wp:post_date': '2010-06-11 22:27:04',
    'wp:post_date_gmt': '2010-06-12 05:27:04',
    'wp:comment_status': 'open',
    'wp:post_name': `harbour-${id}`,
    'wp:status': 'publish',
    'wp:post_parent': '0',
    'wp:post_type': 'post',
    'wp:post_password': '',
    'wp:is_sticky': '0',
    ...fields,
  };
  const pair = ([key, value]: [string, string]) =>
    `<wp:postmeta><wp:meta_key>${key}</wp:meta_key><wp:meta_value>${cdata(value)}</wp:meta_value></wp:postmeta>`;
  const comment = (given: Fields, at: number) => {
    const written = {
      'wp:comment_id': String(at + 1),
      'wp:comment_author': 'Grace',
      'wp:comment_author_email': 'grace@mail.example',
      'wp:comment_author_url': '',
      'wp:comment_author_IP': '192.0.2.7',
      'wp:comment_date_gmt': '2010-06-13 05:00:00',
      'wp:comment_content': 'What a night.',
      'wp:comment_approved': '1',
      'wp:comment_type': '',
      'wp:comment_parent': '0',
      'wp:comment_user_id': '0',
    };
    return `<wp:comment>\n${elements({ ...written, ...given })}\n</wp:comment>`;
  };
  return [
    '<item>',
    elements(all),
    ...terms.map(
      ([domain, nicename, name]) => `<category domain="${domain}" nicename="${nicename}">${cdata(name)}</category>`,
    ),
    ...meta.map(pair),
    ...comments.map(comment),
    '</item>',
  ].join('\n');
};

export const author = (login: string, name: string, fields: Fields = {}) =>
  `<wp:author>${elements({ 'wp:author_login': login, 'wp:author_display_name': name, ...fields })}</wp:author>`;

export const category = (nicename: string, name: string, parent = '', description = '') =>
  `<wp:category>${elements({ 'wp:category_nicename': nicename, 'wp:category_parent': parent, 'wp:cat_name': name, 'wp:category_description': description })}</wp:category>`;

export const tag = (slug: string, name: string) =>
  `<wp:tag>${elements({ 'wp:tag_slug': slug, 'wp:tag_name': name })}</wp:tag>`;

/** What stands before and after the elements of a file; its first line is the declaration. */
export const wxrFrame = ({ version = '1.2', encoding = 'UTF-8' } = {}): [start: string, end: string] => [
  `<?xml version="1.0" encoding="${encoding}" ?>
<!-- generator="WordPress/6.5" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/${version}/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/${version}/">
<channel>
<title>The Harbour Gazette</title>
<link>https://harbour.example</link>
<description>News from the quay</description>
<language>en-GB</language>
<wp:wxr_version>${version}</wp:wxr_version>
<wp:base_site_url>https://harbour.example</wp:base_site_url>
<wp:base_blog_url>https://harbour.example</wp:base_blog_url>
`,
  '\n</channel>\n</rss>\n',
];

/** A whole file. */
export const wxr = (parts: readonly string[], frame: Parameters<typeof wxrFrame>[0] = {}): string => {
  const [start, end] = wxrFrame(frame);
  return start + parts.join('\n') + end;
};
