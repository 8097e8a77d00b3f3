/** A browser without a window, where one is installed. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const DIRECTORIES = (process.env.PATH ?? '').split(':');

/** The browser of this machine; undefined where there is none. */
export const chromium = NAMES.flatMap((name) => DIRECTORIES.map((directory) => join(directory, name))).find((path) =>
  existsSync(path),
);

/** What a page has become once its scripts have run for a while, as HTML; nothing outside of the machine is reached. */
export const runPage = async (browser: string, html: string): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-page-'));
  try {
    const file = join(directory, 'page.html');
    writeFileSync(file, html);
    const options = [
      ...[
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--host-resolver-rules=MAP * ~NOTFOUND',
      ],
      ...[
        `--user-data-dir=${join(directory, 'profile')}`,
        '--virtual-time-budget=5000',
        '--dump-dom',
        `file://${file}`,
      ],
    ];
    const { stdout } = await promisify(execFile)(browser, options, { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 });
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
};
