/** What a connection needs of the engine behind it. */
import type { StatementResult, Value } from './result.ts';

export interface Session {
  /** The statements of one query text. */
  split(text: string): string[];
  /** Rejects with a KernelError to be told to the client. */
  execute(statement: string, parameters?: readonly Value[]): Promise<StatementResult>;
  countParameters(statement: string): number;
  useDatabase(name: string): void;
  /** Forgets variables, as COM_RESET_CONNECTION wants. */
  reset(): void;
  /** The statement under way, if any, fails with 1317. */
  interrupt(): void;
  activity(): SessionActivity;
  close(): void;
}

export interface SessionActivity {
  readonly database: string | undefined;
  /** Undefined while the session waits for its client. */
  readonly statement: string | undefined;
  /** When that began, monotonic. */
  readonly sinceMs: number;
}

export interface LiveSession {
  readonly identity: Identity;
  readonly clientPort: number;
  readonly encrypted: boolean;
  activity(): SessionActivity;
}

/** The sessions of this server, for KILL and SHOW PROCESSLIST. A tenant has to do with its own only; sys with all. */
export interface SessionRegistry {
  list(by: Identity): readonly LiveSession[];
  /** Both throw a KernelError 1094 for an id that `by` may not see. */
  killQuery(id: number, by: Identity): void;
  killConnection(id: number, by: Identity): void;
}

export interface Identity {
  readonly connectionId: number;
  readonly user: string;
  readonly tenantId: number;
  readonly tenantName: string;
  readonly clientAddress: string;
  /** An UPDATE tells this client the rows it found, not those it changed. */
  readonly wantsFoundRows: boolean;
}

/** Who may come in. */
export interface LoginTenants {
  /** Announced in the handshake. */
  readonly serverVersion: string;
  /** True while nothing is answered any more. */
  isHung(): boolean;
  /** Throws a KernelError for who may not. */
  admit(request: LoginRequest): Pick<Identity, 'user' | 'tenantId' | 'tenantName'>;
}

export interface LoginRequest {
  readonly user: string;
  readonly clientAddress: string;
  readonly hasPassword: boolean;
  readonly isRight: (storedHash: string) => boolean;
}

export interface SqlServerOptions {
  readonly tenants: LoginTenants;
  readonly openSession: (identity: Identity, registry: SessionRegistry) => Session;
}
