/** A browser that a test drives, where one is installed: it looks for nothing beyond this machine. */
import axe, { type AxeResults } from 'axe-core';
import { type Browser, chromium as driver, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { chromium } from './chromium.ts';

const OPTIONS = [
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** The option `skip` of a test that needs one: why it cannot run here, or false. */
export const NO_BROWSER = chromium === undefined && 'there is no Chromium on this machine';

/** Opens the browser of this machine until the test ends. */
export const openBrowser = async (t: Test): Promise<Browser> => {
  if (chromium === undefined) throw new Error('There is no browser');
  const browser = await driver.launch({ executablePath: chromium, chromiumSandbox: false, args: OPTIONS });
  t.teardown(() => browser.close());
  return browser;
};

export type Watched = {
  page: Page;
  /** What went wrong since this was asked last: errors of scripts and of the console, requests that failed or asked whom they should not. */
  faults: () => string[];
};

/** A page of which all that goes wrong is noted; it may ask these origins. */
export const watchedPage = async (browser: Browser, ...origins: string[]): Promise<Watched> => {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  let noted: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) noted.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => noted.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => noted.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    const { origin: asked, protocol } = new URL(request.url());
    if (!origins.includes(asked) && protocol !== 'data:' && protocol !== 'blob:') noted.push(`left: ${request.url()}`);
  });
  return {
    page,
    faults: () => {
      const since = noted;
      noted = [];
      return since;
    },
  };
};

/** The serious and critical findings of axe-core on a page as it stands, and how many rules it passed. */
export const accessibility = async (page: Page): Promise<{ findings: string[]; passed: number }> => {
  await page.evaluate(axe.source);
  const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults; // what a script in the page gives has no type
  const findings = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  return { findings, passed: passes.length };
};
