/** Units of work on PostgreSQL: serialisable, in turn among all nodes, and run again where something was in the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Pool } from './postgres-connection.ts';
import { isOvertaken, isRaced } from './postgres-errors.ts';
import { writeTouch } from './postgres-touches.ts';
import type { Store } from './store.ts';
import { createTurns, type Unit } from './unit.ts';

/**
 * Serialisable units that meet cost each other their work, and at a CMS nearly all meet: they count the same tags. So
 * each waits for its turn, among all nodes, by the one statement that waits before the unit's view of the data begins.
 */
const TAKE_TURN = 'lock table turns in exclusive mode';
/** For how long a unit is run again that raced others, in milliseconds; and how often one that was overtaken. */
const PATIENCE = 5000;
const MOST_OVERTAKEN = 3;

/** What a unit gives, and what it touched, with the id of that. */
type Ran<T> = { value: T; touched: ReturnType<Unit['takeTouched']>; touch: number | undefined };

/**
 * Runs units on a pool of one connection. Their queries are built once for `makeUnit`'s client, which passes them to
 * the transaction that runs.
 */
export const createUnits = (pool: Pool, makeUnit: (client: Client) => Unit) => {
  let current: Pick<Client, 'unsafe'> | null = null;
  const unit = makeUnit({
    options: pool.options,
    unsafe: (...asked) => {
      // A unit that has lost its connection must not go on outside of its transaction.
      if (!current) throw new Error('The unit of work is over');
      return current.unsafe(...asked);
    },
  });

  const runOnce = async <T>(work: (tx: Store) => Promise<T>): Promise<Ran<T>> => {
    let running: Promise<Ran<T>> | undefined;
    let noTurn: unknown;
    const start = async (): Promise<Ran<T>> => {
      const value = await work(unit.store);
      const touched = unit.takeTouched();
      const touch = touched.size > 0 ? await writeTouch(unit.store, touched) : undefined;
      return { value, touched, touch };
    };
    try {
      return (await pool.begin('isolation level serializable', (client) => {
        current = client;
        client.unsafe(TAKE_TURN).catch((error: unknown) => {
          noTurn = error; // all that follows fails by it
        });
        running = start();
        return running;
      })) as Ran<T>;
    } catch (error) {
      throw noTurn ?? error;
    } finally {
      current = null;
      await running?.catch(() => {}); // where the connection was lost, the work itself may still have to find out
      unit.takeTouched();
    }
  };

  const runUntilKept = async <T>(work: (tx: Store) => Promise<T>): Promise<Ran<T>> => {
    const since = performance.now();
    for (let tries = 1, overtaken = 0; ; tries++) {
      try {
        return await runOnce(work);
      } catch (error) {
        const isLate = performance.now() - since > PATIENCE;
        const mayRunAgain = isRaced(error) ? !isLate : isOvertaken(error) && ++overtaken <= MOST_OVERTAKEN;
        if (!mayRunAgain) throw error;
        await sleep(Math.random() * Math.min(2 ** tries, 50));
      }
    }
  };

  const turns = createTurns();
  return {
    run: <T>(work: (tx: Store) => Promise<T>): Promise<Ran<T>> => turns.take(() => runUntilKept(work)),
    whenOver: turns.whenOver,
  };
};
