/**
 * SQLite for Kysely over the built-in `node:sqlite`: one connection that writes, one that reads.
 *
 * Readers never see an uncommitted row and never wait. Writers take turns, and those that are waiting when a transaction
 * ends join it, each in a savepoint of its own: all of them share one commit, and so one fsync. A transaction's promise
 * resolves only after that commit; one that rolls back takes only its own changes along.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

export class SqliteDialect implements Dialect {
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;

  constructor(writer: DatabaseSync, reader: DatabaseSync) {
    this.#writer = writer;
    this.#reader = reader;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#writer, this.#reader);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SharingAdapter();
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

class SharingAdapter extends SqliteAdapter {
  /** Kysely would otherwise let one statement wait for the other, reads for writes too, and there would be no groups. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #reader: StatementCache;
  readonly #writer: SharedWriter;
  readonly #databases: readonly DatabaseSync[];

  constructor(writer: DatabaseSync, reader: DatabaseSync) {
    this.#databases = [reader, writer];
    this.#reader = new StatementCache(reader);
    this.#writer = new SharedWriter(writer);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#reader, this.#writer);
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return (connection as SqliteConnection).begin();
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return (connection as SqliteConnection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    for (const database of this.#databases) database.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #reader: StatementCache;
  readonly #writer: SharedWriter;
  #isInTransaction = false;

  constructor(reader: StatementCache, writer: SharedWriter) {
    this.#reader = reader;
    this.#writer = writer;
  }

  async begin(): Promise<void> {
    await this.#writer.enter();
    this.#isInTransaction = true;
  }

  commit(): Promise<void> {
    this.#isInTransaction = false;
    return this.#writer.leave();
  }

  rollback(): void {
    // A failed commit is followed by a rollback that has nothing left to do.
    if (!this.#isInTransaction) return;
    this.#isInTransaction = false;
    this.#writer.leaveUndone();
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#isInTransaction) return this.#writer.execute<R>(query);
    if (isRead(query)) return execute<R>(this.#reader, query);
    await this.#writer.enter();
    let result: QueryResult<R>;
    try {
      result = this.#writer.execute<R>(query);
    } catch (error) {
      this.#writer.leaveUndone();
      throw error;
    }
    await this.#writer.leave();
    return result;
  }

  /** Rows are read in pages here; nothing is streamed. */
  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are read in pages, not streamed');
  }
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** One commit must not grow without end while ever more writers arrive. */
const longestGroup = 256;

/** The writing connection, used by one transaction at a time; transactions that follow each other closely share a commit. */
class SharedWriter {
  readonly #database: DatabaseSync;
  readonly #statements: StatementCache;
  readonly #queue: Waiter[] = [];
  /** Those whose work is done and waits for the shared commit. */
  #done: Waiter[] = [];
  #isBusy = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new StatementCache(database);
  }

  async enter(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve, reject) => this.#queue.push({ resolve, reject }));
    this.#isBusy = true;
    try {
      if (!this.#database.isTransaction) this.#statements.run('begin immediate');
      this.#statements.run('savepoint member');
    } catch (error) {
      this.#next();
      throw error;
    }
  }

  execute<R>(query: CompiledQuery): QueryResult<R> {
    // A full disk makes SQLite end the whole transaction by itself; nothing may run after that as if it were still there.
    if (!this.#database.isTransaction) throw new Error('The transaction was ended by the database');
    return execute<R>(this.#statements, query);
  }

  leave(): Promise<void> {
    return new Promise((resolve, reject) => {
      try {
        this.#statements.run('release member');
        this.#done.push({ resolve, reject });
      } catch (error) {
        this.#abandon(error);
        reject(error as Error);
      }
      this.#next();
    });
  }

  leaveUndone(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('rollback to member; release member');
      else this.#abandon(new Error('The transaction was ended by the database'));
    } catch (error) {
      this.#abandon(error);
    }
    this.#next();
  }

  /** The next writer joins the open transaction; when nobody waits, it is committed. */
  #next(): void {
    if (this.#done.length >= longestGroup || this.#queue.length === 0) this.#commit();
    const waiter = this.#queue.shift();
    if (waiter === undefined) this.#isBusy = false;
    else waiter.resolve();
  }

  #commit(): void {
    const done = this.#done;
    this.#done = [];
    try {
      if (this.#database.isTransaction) this.#statements.run('commit');
      else if (done.length > 0) throw new Error('The transaction was ended by the database');
      for (const member of done) member.resolve();
    } catch (error) {
      this.#done = done;
      this.#abandon(error);
    }
  }

  /** Nothing of the open transaction will become durable: everybody in it is told. */
  #abandon(error: unknown): void {
    if (this.#database.isTransaction) this.#database.exec('rollback');
    const done = this.#done;
    this.#done = [];
    for (const member of done) member.reject(error);
  }
}

/** Compiled statements by their text. The set of texts is small: queries are built from code, values are bound. */
class StatementCache {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, { statement: StatementSync; hasRows: boolean }>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(text: string): void {
    this.get(text).statement.run();
  }

  get(text: string): { statement: StatementSync; hasRows: boolean } {
    let entry = this.#statements.get(text);
    if (entry === undefined) {
      const statement = this.#database.prepare(text);
      entry = { statement, hasRows: statement.columns().length > 0 };
      // Statements with lists of varying length would fill the memory.
      if (this.#statements.size >= mostStatements) this.#statements.clear();
      this.#statements.set(text, entry);
    }
    return entry;
  }
}

const mostStatements = 500;

function execute<R>(statements: StatementCache, query: CompiledQuery): QueryResult<R> {
  const { statement, hasRows } = statements.get(query.sql);
  const parameters = query.parameters as readonly SQLInputValue[];
  if (hasRows) return { rows: statement.all(...parameters) as R[] };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

function isRead(query: CompiledQuery): boolean {
  return query.query.kind === 'SelectQueryNode' || /^\s*(?:select|with|explain|pragma)\b/i.test(query.sql);
}
