/** What every page has around it. */
import type { PropsWithChildren } from 'hono/jsx';
import type { Site } from '../galley.ts';

type Frame = {
  site: Site;
  title?: string;
  description?: string | null;
  canonical?: string;
  noindex?: boolean;
  q?: string;
};

/** Its words are in the language of the site; what an article says stands in an element with a `lang` of its own. */
export const Layout = ({
  site,
  title,
  description,
  canonical,
  noindex = false,
  q = '',
  children,
}: PropsWithChildren<Frame>) => (
  <html lang={site.language}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title === undefined ? site.title : `${title} · ${site.title}`}</title>
      {description && <meta name="description" content={description} />}
      {canonical !== undefined && <link rel="canonical" href={canonical} />}
      {noindex && <meta name="robots" content="noindex" />}
      <link rel="icon" href="/static/favicon.svg" />
      <link rel="stylesheet" href="/static/style.css" />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the text
      </a>
      <header>
        <p class="site-title" dir="auto">
          <a href="/">{site.title}</a>
        </p>
        {site.description !== null && <p dir="auto">{site.description}</p>}
        <search>
          <form action="/search">
            <label for="q">Search</label>
            <input id="q" type="search" name="q" value={q} maxlength={200} dir="auto" />
            <button type="submit">Find</button>
          </form>
        </search>
      </header>
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <footer>
        <p>{site.title}, set with Galley</p>
      </footer>
    </body>
  </html>
);

/** A moment, as a date in the words and the time zone of the site. */
export const Moment = ({ site, at }: { site: Site; at: string }) => (
  <time datetime={at}>
    {new Intl.DateTimeFormat(site.language, { dateStyle: 'long', timeZone: site.timeZone }).format(new Date(at))}
  </time>
);
