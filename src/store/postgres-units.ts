/** Units of work on PostgreSQL: serialisable, so many at once, and run again where others were in the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Pool } from './postgres-connection.ts';
import { isOvertaken, isRaced } from './postgres-errors.ts';
import { writeTouch } from './postgres-touches.ts';
import type { Store } from './store.ts';
import type { Unit } from './unit.ts';

/** For how long a unit is run again that others were in the way of, in milliseconds. */
const PATIENCE = 5000;
/** How often a unit is run again that met what was not there when it looked. */
const MOST_OVERTAKEN = 3;

/**
 * Serialisable units that meet cost each other their work, and at a CMS nearly all meet: they count the same tags. So
 * each waits for its turn, among all nodes, by the one statement that waits before the unit's view of the data begins.
 */
const TAKE_TURN = 'lock table turns in exclusive mode';

/** Where one unit at a time runs. Its queries are built and prepared once, whatever connection each unit is given. */
class Place {
  readonly unit: Unit;
  #client: Pick<Client, 'unsafe'> | null = null;

  constructor(options: Client['options'], makeUnit: (client: Client) => Unit) {
    this.unit = makeUnit({
      options,
      unsafe: (...asked) => {
        // One that has lost its connection must not go on outside of its transaction.
        if (!this.#client) throw new Error('The unit of work is over');
        return this.#client.unsafe(...asked);
      },
    });
  }

  /** Runs a unit once. Returns what it gives, and the id of what it touched. */
  async run<T>(pool: Pool, work: (tx: Store) => Promise<T>): Promise<Ran<T>> {
    let running: Promise<Ran<T>> | undefined;
    let noTurn: unknown;
    const start = async (): Promise<Ran<T>> => {
      const value = await work(this.unit.store);
      const touched = this.unit.takeTouched();
      const touch = touched.size > 0 ? await writeTouch(this.unit.store, touched) : undefined;
      return { value, touched, touch };
    };
    try {
      return (await pool.begin('isolation level serializable', (client) => {
        this.#client = client;
        client.unsafe(TAKE_TURN).catch((error: unknown) => {
          noTurn = error; // all that follows fails by it
        });
        running = start();
        return running;
      })) as Ran<T>;
    } catch (error) {
      throw noTurn ?? error;
    } finally {
      this.#client = null;
      await running?.catch(() => {}); // where the connection was lost, the work itself may still have to find out
      this.unit.takeTouched();
    }
  }
}

type Ran<T> = { value: T; touched: ReturnType<Unit['takeTouched']>; touch: number | undefined };

/** Runs units in `size` places on a pool that has as many connections; who comes when all are taken waits. */
export const createUnits = (pool: Pool, size: number, makeUnit: (client: Client) => Unit) => {
  const free = Array.from({ length: size }, () => new Place(pool.options, makeUnit));
  const waiting: ((place: Place) => void)[] = [];

  const runAgain = async <T>(place: Place, work: (tx: Store) => Promise<T>): Promise<Ran<T>> => {
    const since = performance.now();
    for (let tries = 1, overtaken = 0; ; tries++) {
      try {
        return await place.run(pool, work);
      } catch (error) {
        const isLate = performance.now() - since > PATIENCE;
        const mayRunAgain = isRaced(error) ? !isLate : isOvertaken(error) && ++overtaken <= MOST_OVERTAKEN;
        if (!mayRunAgain) throw error;
        await sleep(Math.random() * Math.min(2 ** tries, 50));
      }
    }
  };

  return {
    async run<T>(work: (tx: Store) => Promise<T>): Promise<Ran<T>> {
      const place = free.pop() ?? (await new Promise<Place>((resolve) => waiting.push(resolve)));
      try {
        return await runAgain(place, work);
      } finally {
        const next = waiting.shift();
        if (next) next(place);
        else free.push(place);
      }
    },
  };
};
