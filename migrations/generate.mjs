/** `npm run migration <name>`: compares the tables with the last migrations and writes what differs, for both engines. */
import { execFileSync } from 'node:child_process';

const [name] = process.argv.slice(2);
if (!name || !/^[a-z0-9-]+$/.test(name)) {
  console.error('usage: npm run migration <name>   what the migration does, in kebab-case');
  process.exit(2);
}
for (const engine of ['sqlite', 'postgres']) {
  execFileSync('npx', ['drizzle-kit', 'generate', `--config=migrations/${engine}.config.ts`, `--name=${name}`], {
    stdio: 'inherit',
  });
}
