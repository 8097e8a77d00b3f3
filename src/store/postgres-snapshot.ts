/** Reads a database as it is at one moment, on a connection of its own. */
import { asOurs, type Client, type Pool } from './postgres-connection.ts';

/** The one connection is held to the end: another in its place would see another moment. The pool is closed with it. */
export const readAtOneMoment = async <T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> => {
  try {
    const connection = await asOurs(pool.connect());
    try {
      await asOurs(connection.query('begin isolation level repeatable read, read only'));
      await asOurs(connection.query('select id from site')); // what is read first makes the moment
      return await work(connection);
    } finally {
      connection.release(true);
    }
  } finally {
    await pool.end();
  }
};
