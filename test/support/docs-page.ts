/** The page `/docs`, as a person in a browser uses it. */
import type { FastifyInstance } from 'fastify';
import type { Browser } from 'playwright-core';
import { watchedPage } from './browser.ts';

export type Operation = {
  /** What is filled in for the parameters it cannot do without, by name. */
  required: () => Promise<Record<string, string>>;
  /** What is filled in for its body; undefined where it has none. */
  body: () => Promise<string | undefined>;
  /** Sends it as it stands; what the page then shows. */
  execute: () => Promise<{ status: string; body: string }>;
  close: () => Promise<void>;
};

export type DocsPage = {
  authorize: (key: string) => Promise<void>;
  open: (operationId: string) => Promise<Operation>;
  /** As of a watched page, without what the viewer says of formats for which it has no field of its own. */
  faults: () => string[];
};

/** Lets an app listen, and opens its page. */
export const openDocs = async (browser: Browser, app: FastifyInstance): Promise<DocsPage> => {
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, faults } = await watchedPage(browser, origin);
  await page.goto(`${origin}/docs`);
  return {
    authorize: async (key) => {
      await page.getByRole('button', { name: 'Authorize', exact: true }).first().click();
      await page.getByLabel('auth-bearer-value').fill(key);
      await page.getByRole('button', { name: 'Apply credentials' }).first().click();
      await page.getByRole('button', { name: 'Close' }).first().click();
    },
    open: async (operationId) => {
      const block = page.locator(`.opblock[id$="-${operationId}"]`);
      const summary = block.locator('.opblock-summary-control');
      await summary.click();
      await block.locator('.execute').waitFor();
      const text = block.locator('textarea.body-param__text');
      const answer = block.locator('.live-responses-table .response');
      return {
        required: async () => {
          const rows = await block.locator('tr[data-param-name]:has(.parameter__name.required)').all();
          const read = rows.map(async (row) => [
            (await row.getAttribute('data-param-name')) ?? '',
            await row.locator('input, select').first().inputValue(),
          ]);
          return Object.fromEntries(await Promise.all(read));
        },
        body: async () => ((await text.count()) === 0 ? undefined : text.inputValue()),
        execute: async () => {
          await block.locator('.execute').click();
          const status = await answer.locator('.response-col_status').innerText();
          return { status, body: await answer.locator('.microlight, .highlight-code pre').first().innerText() };
        },
        close: () => summary.click(),
      };
    },
    faults: () =>
      faults().filter((fault) => !fault.startsWith('console warning: Could not find component: JsonSchema_')),
  };
};
