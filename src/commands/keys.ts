/** `galley keys …`: who may come in, also where nobody has a key any more. */
import { type Command, InvalidArgumentError } from 'commander';
import { ROLES, type Role } from '../core/access.ts';
import { refuse } from '../core/errors.ts';
import { parseMoment } from '../core/moment.ts';
import type { Parts } from '../store/store.ts';
import { inColumns } from './columns.ts';
import type { AddCommand, Shell } from './shell.ts';

/** Does something with the store, whether a service runs on it or not. */
const withStore = async <T>({ settings }: Shell, work: (parts: Parts) => Promise<T>): Promise<T> => {
  const [{ openHouse }, { systemClock }] = await Promise.all([import('../house.ts'), import('../core/clock.ts')]);
  const house = await openHouse(settings());
  try {
    return await work({ store: house.store, clock: systemClock });
  } finally {
    await house.close();
  }
};

const readMoment = (text: string): Date => {
  const moment = parseMoment(text);
  if (!moment) throw new InvalidArgumentError('It must be a moment such as 2027-01-31T12:00:00Z.');
  return moment;
};

const readRole = (text: string): Role => {
  const role = ROLES.find((known) => known === text);
  if (!role) throw new InvalidArgumentError(`It must be one of ${ROLES.join(', ')}.`);
  return role;
};

const readName = (text: string): string => {
  if (text.trim() === '' || text.length > 100) throw new InvalidArgumentError('It must have 1 to 100 characters.');
  return text;
};

const readId = (text: string): number => {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It must be the id of a key, a whole number.');
  return Number(text);
};

type CreateFlags = { name: string; role: Role; author?: string; expires?: Date; json?: boolean };

const create = async (shell: Shell, { name, role, author, expires, json }: CreateFlags): Promise<void> => {
  const [{ createKey }, { answerKey }, { findAuthorId }, { BY_ITSELF }] = await Promise.all([
    import('../features/keys/actions.ts'),
    import('../features/keys/answers.ts'),
    import('../features/authors/queries.ts'),
    import('../store/events.ts'),
  ]);
  const { key, secret } = await withStore(shell, async (parts) => {
    const found = author === undefined ? null : await findAuthorId(parts.store, author);
    if (found === undefined) throw refuse('unknown-reference', `There is no author ${author}`);
    return createKey(parts, BY_ITSELF, { name, role, authorId: found, expiresAt: expires ?? null });
  });
  const { out, err } = shell.terminal;
  if (json) {
    out.write(`${JSON.stringify({ ...answerKey(key), secret })}\n`);
    return;
  }
  err.write(`Key ${key.id}, ${role}, shown this once:\n`);
  out.write(`${secret}\n`); // alone, so that a script can keep it
};

const list = async (shell: Shell, { json }: { json?: boolean }): Promise<void> => {
  const [{ listKeys }, { answerKey }, { works }] = await Promise.all([
    import('../features/keys/queries.ts'),
    import('../features/keys/answers.ts'),
    import('../features/keys/rules.ts'),
  ]);
  const all = { limit: 1_000_000, offset: 0, from: null, counted: false };
  const { rows } = await withStore(shell, ({ store }) => listKeys(store, all));
  const { out } = shell.terminal;
  if (json) {
    out.write(`${JSON.stringify(rows.map(answerKey))}\n`);
    return;
  }
  const now = new Date();
  const day = (moment: Date | null) => moment?.toISOString().slice(0, 10) ?? '-';
  const stateOf = (key: (typeof rows)[number]) => (key.revokedAt ? 'revoked' : works(key, now) ? 'works' : 'expired');
  const lines = rows.map((key) => [
    ...[String(key.id), key.name, key.role, `${key.prefix}…`, stateOf(key)],
    ...[day(key.createdAt), day(key.lastUsedAt), day(key.expiresAt)],
  ]);
  out.write(inColumns([['id', 'name', 'role', 'begins', 'state', 'created', 'last used', 'expires'], ...lines]));
};

const revoke = async (shell: Shell, id: number): Promise<void> => {
  const { revokeKey } = await import('../features/keys/actions.ts');
  await withStore(shell, (parts) => revokeKey(parts, id));
  shell.terminal.err.write(`Key ${id} opens nothing any more\n`);
};

const addCreate = (keys: Command, shell: Shell) =>
  keys
    .command('create')
    .description('make a key; its secret is shown this once')
    .requiredOption('--name <name>', 'whose it is, or what it is for', readName)
    .requiredOption('--role <role>', `what it allows: ${ROLES.join(', ')}`, readRole)
    .option('--author <slug>', 'whose articles are its own; required for contributor and author')
    .option('--expires <moment>', 'when it ceases to work, such as 2027-01-31T12:00:00Z', readMoment)
    .option('--json', 'print the key with its secret as one JSON object')
    .action((flags: CreateFlags) => create(shell, flags));

export const addKeys: AddCommand = (program, shell) => {
  const keys = program
    .command('keys')
    .helpCommand(false)
    .description('make, list and revoke keys; also while the service runs, and where nobody has one any more');
  addCreate(keys, shell);
  keys
    .command('list')
    .description('list keys, revoked and expired ones too; secrets are never shown again')
    .option('--json', 'print them as one JSON list')
    .action((flags: { json?: boolean }) => list(shell, flags));
  keys
    .command('revoke')
    .description('revoke a key for good; the last admin key that works cannot be')
    .argument('<id>', 'its id', readId)
    .action((id: number) => revoke(shell, id));
};
