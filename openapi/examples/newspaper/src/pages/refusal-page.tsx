/** For whoever finds nothing. It asks Galley nothing, which may be what does not answer. */
export const RefusalPage = ({ title, detail }: { title: string; detail: string }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title}</title>
      <link rel="icon" href="/static/favicon.svg" />
      <link rel="stylesheet" href="/static/style.css" />
    </head>
    <body>
      <main>
        <h1>{title}</h1>
        <p>{detail}</p>
        <p>
          <a href="/">To the front page</a>
        </p>
      </main>
    </body>
  </html>
);
