/** Before the tests: builds tap with the plugins that `.taprc` names, unless it is. Tap's own late build breaks the run that asks for it. */
import { spawnSync } from 'node:child_process';
import '@tapjs/core'; // has to come before the next, which it needs in a circle
import { signature } from '@tapjs/test';

if (signature.includes('@tapjs/typescript')) {
  const { status } = spawnSync('tap', ['build'], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
