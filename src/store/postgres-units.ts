/** Units of work on PostgreSQL: serialisable, in turn among all nodes, and run again where something was in the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asOurs, type Client, type Connection, type Pool } from './postgres-connection.ts';
import { isOvertaken, isRaced } from './postgres-errors.ts';
import { writeTouch } from './postgres-touches.ts';
import type { Store } from './store.ts';
import type { createTurns, Unit } from './unit.ts';

/**
 * Serialisable units that meet cost each other their work, and at a CMS nearly all meet: they count the same tags. So
 * each waits for its turn, among all nodes, by the one statement that waits before the unit's view of the data begins.
 */
const BEGIN = 'begin isolation level serializable; lock table turns in exclusive mode';
/** For how long a unit is run again that raced others, in milliseconds; and how often one that was overtaken. */
const PATIENCE = 5000;
const MOST_OVERTAKEN = 3;

/** What a unit gives, and what it touched, with the id of that. */
type Ran<T> = { value: T; touched: ReturnType<Unit['takeTouched']>; touch: number | undefined };

/** The transaction that runs, its queries under way, and the first that failed: after that, all of it has. */
type Running = { connection: Connection; pending: Set<Promise<unknown>>; failure?: unknown };

/**
 * Runs units on a pool of one connection. Their queries are built once for `makeUnit`'s client, which passes them to
 * the transaction that runs.
 */
export const createUnits = (pool: Pool, turns: ReturnType<typeof createTurns>, makeUnit: (client: Client) => Unit) => {
  let current: Running | null = null;
  const unit = makeUnit({
    query: async (query, values) => {
      const running = current;
      if (!running) throw new Error('The unit of work is over');
      const asked = running.connection.query(query, values);
      running.pending.add(asked);
      try {
        return await asked;
      } catch (error) {
        running.failure ??= error;
        throw error;
      } finally {
        running.pending.delete(asked);
      }
    },
  });

  const runOn = async <T>(running: Running, work: (tx: Store) => Promise<T>): Promise<Ran<T>> => {
    await asOurs(running.connection.query(BEGIN));
    current = running;
    try {
      const value = await work(unit.store);
      const touched = unit.takeTouched();
      const touch = touched.size > 0 ? await writeTouch(unit.store, touched) : undefined;
      await Promise.allSettled(running.pending);
      if (running.failure) throw running.failure; // also where the work went on: the server would roll it back in silence
      return { value, touched, touch };
    } finally {
      await Promise.allSettled(running.pending); // what nobody awaited must not fall into the next unit
      current = null;
      unit.takeTouched();
    }
  };

  const runOnce = async <T>(work: (tx: Store) => Promise<T>): Promise<Ran<T>> => {
    const connection = await asOurs(pool.connect());
    try {
      const ran = await runOn({ connection, pending: new Set() }, work);
      const { command } = await asOurs(connection.query('commit'));
      if (command !== 'COMMIT') throw new Error(`A unit ended by ${command}`);
      connection.release();
      return ran;
    } catch (error) {
      await connection.query('rollback').then(
        () => connection.release(),
        () => connection.release(true), // it is lost, and what it had begun with it
      );
      throw error;
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

  return {
    run: <T>(work: (tx: Store) => Promise<T>): Promise<Ran<T>> => turns.take(() => runUntilKept(work)),
    whenOver: turns.whenOver,
  };
};
