/** The first admin key of a store: made once, told once, with what to try next. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureAdminKey } from './features/keys/actions.ts';
import { type Settings, SettingsError } from './settings.ts';
import { directoryOf } from './store/address.ts';
import type { Parts } from './store/store.ts';

/** Writes a new file that its owner alone reads, numbered where another store's stands there already; returns its path. */
const newFile = (path: string, content: string): string => {
  for (let n = 1; ; n++) {
    const file = n === 1 ? path : `${path}-${n}`;
    try {
      writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};

/** Writes a key into a directory, made where it is not there; returns the path of the file. */
const writeKey = (directory: string, secret: string): string => {
  try {
    mkdirSync(directory, { recursive: true });
    return newFile(join(directory, 'admin-key'), `${secret}\n`);
  } catch (error) {
    const { message } = error as Error;
    throw new SettingsError(`The first admin key cannot be written (ADMIN_KEY sets one instead): ${message}`);
  }
};

/** How the first key is told, and the file that was written for it. */
type ToldKey = { about: string; file: string | null };

/** Makes the first key known: on a terminal by telling it, else in a file that its owner alone reads. */
const tellFirstKey = (secret: string, { database }: Settings): ToldKey => {
  if (process.stdout.isTTY) {
    return { about: `The first admin key, shown this once:\n\n  export KEY=${secret}\n`, file: null };
  }
  const file = writeKey(directoryOf(database), secret);
  return { about: `The first admin key is in ${file}:\n\n  export KEY="$(cat '${file}')"\n`, file };
};

/** Makes and tells the first key, where there is none. Told within the transaction: a key that nobody got to know must not be there at the next start. */
export const makeFirstKey = async (parts: Parts, settings: Settings): Promise<string | undefined> => {
  let told: ToldKey | undefined;
  const takeBack = () => {
    if (told?.file) rmSync(told.file);
    told = undefined;
  };
  try {
    await parts.store.transaction(async (tx) => {
      takeBack(); // what is run again was not kept before
      const secret = await ensureAdminKey({ ...parts, store: tx }, settings.adminKey);
      if (secret !== undefined) told = tellFirstKey(secret, settings);
    });
  } catch (error) {
    // Where nobody knows whether it was kept, a key that opens nothing does less harm than one that nobody has.
    if (parts.store.failureOf(error) !== 'unreachable') takeBack();
    throw error;
  }
  return told?.about;
};

/** What the first start says on standard output. */
export const welcome = (address: string, aboutKey: string) => `
Galley is ready at ${address}

${aboutKey}
Next, try:

  curl ${address}/v1/authors -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"name":"Ada Lovelace"}'
  curl ${address}/v1/articles -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"title":"Hello, harbour","body":"The *first* boats are in.","authorIds":[1],"status":"published"}'
  curl ${address}/v1/articles/by-slug/hello-harbour

The API for people: ${address}/docs

`;
