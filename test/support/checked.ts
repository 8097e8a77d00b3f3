/** Looks at a store as `galley check` does. */
import type { Test } from 'tap';
import { checkStore } from '../../src/features/checks/checking.ts';
import { lineOf } from '../../src/features/checks/rules.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import type { StoreAddress } from '../../src/store/address.ts';
import { openInspection } from '../../src/store/inspecting.ts';

/** What is wrong with a store at a moment, a line each. */
export const faultsOf = async (t: Test, address: StoreAddress, now = new Date()): Promise<string[]> => {
  const renderer = createRenderer({ timeLimit: 30_000, threads: 1, embedHosts: ['www.youtube-nocookie.com'] });
  const inspection = await openInspection(address);
  try {
    const { faults, looked } = await checkStore(inspection, renderer, now);
    t.comment(JSON.stringify(looked));
    return faults.map(lineOf);
  } finally {
    await renderer.close();
    await inspection.close();
  }
};
