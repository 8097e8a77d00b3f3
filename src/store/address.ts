/** Where a store is: what an operator writes, and what each engine makes of it. Loads no driver. */
import { dirname, join, resolve } from 'node:path';

export type StoreAddress = { engine: 'sqlite'; file: string } | { engine: 'postgres'; url: string };

/** What `readAddress` takes, for whoever wrote something else. */
export const STORE_ADDRESSES = 'like file:data/galley.db or postgres://user:password@host/database';

/** A server, or none where `?host=` names the directory of its socket; the path names the database. */
const SERVER = /^postgres(?:ql)?:\/\/[^\s/?#,]*\/[^\s/?#@]+(?:\?[^\s#]*)?$/;
/** `file:data/galley.db`, or `file:///srv/galley.db`. */
const FILE = /^file:(?:\/\/(?=\/))?([^?#]+)$/;

/** Reads an address; undefined where there can be no store. */
export const readAddress = (text: string): StoreAddress | undefined => {
  if (SERVER.test(text) && URL.canParse(text)) return { engine: 'postgres', url: text };
  const file = FILE.exec(text)?.[1];
  return file === undefined || /^\/\/|^:|\/$/.test(file) ? undefined : { engine: 'sqlite', file };
};

/** A text without what may be a password in an address: before the host, also of one that is not well-formed, or among its options. */
export const withoutPasswords = (text: string): string =>
  text.replace(/^([a-z][a-z0-9+.-]*:\/*).*@/is, '$1***@').replaceAll(/(?<=[?&][^=&]*pass[^=&]*=)[^&]*/gi, '***');

/** An address as it may be shown. */
export const shownAddress = (address: StoreAddress): string =>
  address.engine === 'sqlite' ? `file:${address.file}` : withoutPasswords(address.url);

/** The directory of what stands beside a store, such as the file with the first key. */
export const directoryOf = (address: StoreAddress): string =>
  address.engine === 'sqlite' ? dirname(address.file) : 'data';

/** The file of a store that is one; null: it is on a server. */
export const fileOf = (address: StoreAddress): string | null => (address.engine === 'sqlite' ? address.file : null);
/** Where files stand that were sent to be imported, as an absolute path: whoever finds one there may have another working directory. */
export const importDirectoryOf = (address: StoreAddress): string => join(resolve(directoryOf(address)), 'imports');
