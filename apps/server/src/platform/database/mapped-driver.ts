import type { DatabaseConnection, Dialect, Driver } from 'kysely';
import { mapDatabaseError } from './database-error.ts';

type Observe = (milliseconds: number, failed: boolean) => void;

/** A dialect whose driver throws our errors and tells how long each statement took. */
export function mapDialectErrors(dialect: Dialect, observe: Observe = () => {}): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => mapDriver(dialect.createDriver(), observe),
  };
}

function mapDriver(driver: Driver, observe: Observe): Driver {
  const connections = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>();

  function wrap(connection: DatabaseConnection): DatabaseConnection {
    const known = connections.get(connection);
    if (known) return known;
    const wrapped: DatabaseConnection = {
      executeQuery: (query, options) => measured(() => connection.executeQuery(query, options), observe),
      streamQuery: (query, chunkSize, options) => connection.streamQuery(query, chunkSize, options),
    };
    connections.set(connection, wrapped);
    inner.set(wrapped, connection);
    return wrapped;
  }
  const unwrap = (connection: DatabaseConnection) => inner.get(connection) ?? connection;

  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => wrap(await mapped(() => driver.acquireConnection(options))),
    beginTransaction: (connection, settings) => mapped(() => driver.beginTransaction(unwrap(connection), settings)),
    commitTransaction: (connection) => measured(() => driver.commitTransaction(unwrap(connection)), observe),
    rollbackTransaction: (connection) => mapped(() => driver.rollbackTransaction(unwrap(connection))),
    releaseConnection: (connection, options) => driver.releaseConnection(unwrap(connection), options),
    destroy: (options) => driver.destroy(options),
  };
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

async function measured<T>(work: () => Promise<T>, observe: Observe): Promise<T> {
  const startedAt = performance.now();
  try {
    const result = await work();
    observe(performance.now() - startedAt, false);
    return result;
  } catch (error) {
    observe(performance.now() - startedAt, true);
    throw mapDatabaseError(error);
  }
}
