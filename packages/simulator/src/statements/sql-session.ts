/** One client's session: its variables and database, and the way of each statement to its executor. */

import { setTimeout as sleep } from 'node:timers/promises';
import { isKernelVersion, type KernelVersion } from '../cluster/kernel-version.ts';
import { callFault } from '../faults/fault-call.ts';
import { KernelError, kernelError, queryTimeout } from '../kernel-error.ts';
import { okResult, type StatementResult, type Value } from '../mysql/result.ts';
import type { Identity, Session, SessionActivity, SessionRegistry } from '../mysql/session.ts';
import type { Observer } from '../process/observer.ts';
import { isDatabase } from '../sql/databases.ts';
import { parseError, splitStatements, type Token, tokenize } from '../sql/lexer.ts';
import { runSelect } from '../sql/select.ts';
import type { SessionFacts } from '../sql/session-facts.ts';
import { TokenCursor } from '../sql/token-cursor.ts';
import { ViewDatabase } from '../sql/view-database.ts';
import { monotonicMs } from '../timing.ts';
import { alterSystem } from './alter-system.ts';
import { bindParameters } from './bind-parameters.ts';
import { kill } from './kill.ts';
import { NamedStatements } from './named-statements.ts';
import { setVariables } from './set-variables.ts';
import { describe, show } from './show.ts';
import { remainingOf, type StatementContext, viewContextOf } from './statement-context.ts';
import { SystemVariables } from './system-variables.ts';
import { changeRowsOf } from './user-rows.ts';
import { defineObject } from './user-tables.ts';

/** One for the process: it is filled and read in one go, without waiting in between. */
let viewDatabase: ViewDatabase | undefined;

export class SqlSession implements Session {
  readonly #observer: Observer;
  readonly #identity: Identity;
  readonly #variables: SystemVariables;
  readonly #registry: SessionRegistry;
  readonly #named = new NamedStatements();
  #database: string | undefined;
  #inTransaction = false;
  /** Of the statement under way; a session has one at a time. */
  #running: { readonly statement: string; readonly interruption: AbortController } | undefined;
  #sinceMs = monotonicMs();

  constructor(observer: Observer, identity: Identity, registry: SessionRegistry) {
    this.#observer = observer;
    this.#identity = identity;
    this.#registry = registry;
    this.#variables = new SystemVariables(versionOf(observer));
  }

  split(text: string): string[] {
    return splitStatements(text);
  }

  countParameters(statement: string): number {
    return tokenize(statement).filter(({ kind }) => kind === 'parameter').length;
  }

  async execute(statement: string, parameters: readonly Value[] = []): Promise<StatementResult> {
    const sql = parameters.length === 0 ? statement : bindParameters(statement, parameters);
    const tokens = tokenize(sql);
    // A prepared statement is one.
    const end = tokens.findIndex(({ kind, text }) => kind === 'operator' && text === ';');
    const next = end < 0 ? undefined : tokens[end + 1];
    if (next !== undefined) throw parseError(sql, next.start);
    const interruption = new AbortController();
    this.#running = { statement, interruption };
    this.#sinceMs = monotonicMs();
    try {
      const context = this.#contextOf(sql, tokens, interruption.signal);
      return await unlessInterrupted(this.#dispatch(context, new TokenCursor(sql, tokens)), context);
    } catch (error) {
      if (error instanceof KernelError) throw error;
      this.#observer.log.write(
        'ERROR',
        `statement failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
      throw kernelError('unexpected');
    } finally {
      // What still waits on behalf of the statement ends with it.
      interruption.abort();
      this.#running = undefined;
      this.#sinceMs = monotonicMs();
    }
  }

  useDatabase(name: string): void {
    const isUsers =
      this.#identity.tenantId === 1 && this.#observer.knownTables.databases.has(name.toLowerCase());
    if (!isDatabase(name) && !isUsers) throw kernelError('badDatabase', `Unknown database '${name}'`);
    this.#database = name.toLowerCase();
  }

  reset(): void {
    this.#inTransaction = false;
    this.#variables.reset();
    this.#named.clear();
  }

  interrupt(): void {
    this.#running?.interruption.abort();
  }

  activity(): SessionActivity {
    return { database: this.#database, statement: this.#running?.statement, sinceMs: this.#sinceMs };
  }

  close(): void {
    this.interrupt();
  }

  #contextOf(sql: string, tokens: readonly Token[], interrupted: AbortSignal): StatementContext {
    const timeoutUs = hintedTimeoutUs(tokens) ?? this.#variables.queryTimeoutUs;
    return {
      observer: this.#observer,
      identity: this.#identity,
      variables: this.#variables,
      facts: this.#facts(),
      deadline: { at: monotonicMs() + timeoutUs / 1000, timeoutUs },
      sql,
      views: () => {
        viewDatabase ??= new ViewDatabase();
        return viewDatabase;
      },
      interrupted,
      registry: this.#registry,
      useDatabase: (name) => this.useDatabase(name),
    };
  }

  #facts(): SessionFacts {
    const { config } = this.#observer;
    const mysqlVersion = String(this.#variables.get('version'));
    return {
      user: this.#identity.user,
      clientAddress: this.#identity.clientAddress,
      tenantName: this.#identity.tenantName,
      database: this.#database,
      connectionId: this.#identity.connectionId,
      offset: this.#variables.offset,
      mysqlVersion,
      obVersion: mysqlVersion.slice(mysqlVersion.lastIndexOf('-v') + 2),
      serverIp: config.ip,
      rpcPort: config.rpcPort,
      sqlPort: config.sqlPort,
    };
  }

  async #dispatch(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
    if (cursor.isAtEnd) throw kernelError('emptyQuery');
    if (cursor.isOperator('(')) return select(context, cursor);
    const verb = cursor.current?.kind === 'word' ? cursor.current.text.toUpperCase() : '';
    switch (verb) {
      case 'INSERT':
      case 'REPLACE':
      case 'UPDATE':
      case 'DELETE':
        return this.#changeRows(context, cursor);
      case 'START':
        if (!cursor.isWord('START', 'TRANSACTION')) return cursor.fail();
        return this.#transaction(true);
      case 'BEGIN':
        return this.#transaction(true);
      case 'COMMIT':
      case 'ROLLBACK':
        return this.#transaction(false);
      case 'PREPARE':
      case 'EXECUTE':
      case 'DEALLOCATE':
        return this.#useNamed(context, cursor);
      default:
        if (cursor.isWord('DROP', 'PREPARE')) return this.#useNamed(context, cursor);
        return dispatchWord(context, cursor, verb);
    }
  }

  /** PREPARE, EXECUTE, and DEALLOCATE or DROP of a statement with a name. */
  #useNamed(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> | StatementResult {
    if (cursor.takeWord('EXECUTE')) {
      const sql = this.#named.bind(this.#variables, cursor);
      return this.#dispatch({ ...context, sql }, new TokenCursor(sql, tokenize(sql)));
    }
    if (cursor.takeWord('PREPARE')) this.#named.prepare(this.#variables, cursor);
    else {
      if (!cursor.takeWord('DEALLOCATE')) cursor.takeWord('DROP');
      this.#named.deallocate(cursor);
    }
    return okResult;
  }

  #changeRows(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
    if (this.#inTransaction || this.#variables.get('autocommit') === 0)
      throw kernelError('notSupported', 'changing rows inside a transaction not supported');
    return changeRowsOf(context, cursor);
  }

  /** Only remembered: a statement that changes rows is refused in between, because it could not be taken back. */
  #transaction(isOpen: boolean): StatementResult {
    this.#inTransaction = isOpen;
    return okResult;
  }
}

/** By the first word; the cursor stands before it. */
function dispatchWord(
  context: StatementContext,
  cursor: TokenCursor,
  verb: string,
): Promise<StatementResult> | StatementResult {
  switch (verb) {
    case 'SELECT':
    case 'WITH':
      return select(context, cursor);
    case 'EXPLAIN':
    case 'GRANT':
    case 'REVOKE':
    case 'TRUNCATE':
      throw kernelError('notSupported');
  }
  if (cursor.takeWord('KILL')) return kill(context.registry, context.identity, cursor);
  if (cursor.takeWord('SHOW')) return show(context, cursor);
  if (cursor.takeWord('SET')) return setVariables(context, cursor);
  if (cursor.takeWord('ALTER')) {
    cursor.takeHint();
    if (!cursor.takeWord('SYSTEM')) throw kernelError('notSupported');
    cursor.takeHint();
    return alterSystem(context, cursor);
  }
  if (cursor.takeWord('CALL')) return callFault(context, cursor);
  if (cursor.takeWord('DESC') || cursor.takeWord('DESCRIBE')) return describe(context, cursor);
  if (cursor.takeWord('USE')) return use(context, cursor);
  if (cursor.takeWord('CREATE')) return defineObject(context, cursor, 'create');
  if (cursor.takeWord('DROP')) return defineObject(context, cursor, 'drop');
  return cursor.fail();
}

async function use(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  const name = cursor.expect('word', 'quoted-name');
  // Somebody may have made it a moment ago, on another server.
  if (!isDatabase(name)) await context.observer.currentTables(context.deadline);
  context.useDatabase(name);
  return okResult;
}

/**
 * The client is told at once. What the statement has set going elsewhere is not taken back: root service finishes
 * what it was asked to do, as the kernel's does.
 */
async function unlessInterrupted(
  work: Promise<StatementResult>,
  { interrupted }: StatementContext,
): Promise<StatementResult> {
  const { promise, reject } = Promise.withResolvers<never>();
  interrupted.addEventListener('abort', () => reject(kernelError('interrupted')), { once: true });
  // Whichever of the two is late has nobody left to tell.
  promise.catch(() => undefined);
  work.catch(() => undefined);
  return Promise.race([work, promise]);
}

async function select(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  await sleepIfAsked(context, cursor);
  const { sql, facts, variables } = context;
  const tokens = cursor.tokens.filter(
    (token, index) => index < cursor.tokens.length - 1 || token.text !== ';',
  );
  const request = { sql, tokens, facts, variable: variables.literal, context: viewContextOf(context) };
  return runSelect(context.views(), request);
}

/** Longer timers fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** `SELECT SLEEP(n)`: the engine is synchronous, so the time passes before it. */
async function sleepIfAsked(context: StatementContext, { tokens }: TokenCursor): Promise<void> {
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'SLEEP');
  const seconds = Number(at < 0 ? 0 : tokens[at + 2]?.text);
  if (!(seconds > 0)) return;
  const left = remainingOf(context);
  await sleep(Math.min(seconds * 1000, left, maxTimerMs), undefined, { signal: context.interrupted });
  if (seconds * 1000 > left) throw queryTimeout(context.deadline.timeoutUs);
}

function hintedTimeoutUs(tokens: readonly Token[]): number | undefined {
  for (const { kind, text } of tokens) {
    const match = kind === 'hint' ? /query_timeout\s*\(\s*(\d+)\s*\)/i.exec(text) : null;
    if (match !== null) return Number(match[1]);
  }
  return undefined;
}

function versionOf(observer: Observer): KernelVersion {
  const [cluster] = observer.knownTables.cluster.values();
  const text = cluster?.kernel ?? observer.config.options.get('__sim_version') ?? '';
  return isKernelVersion(text) ? text : '4.3.5';
}
