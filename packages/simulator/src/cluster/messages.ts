/** Bodies of the calls between servers, besides those of the consensus. */
import type { Configuration, LogPosition } from '../consensus/election.ts';
import type { HeartbeatReply } from '../rootservice/heartbeat-outcome.ts';
import type { SessionFacts } from '../sql/session-facts.ts';
import type { TablesImage } from './inner-tables.ts';
import type { UserColumn, UserKey, ZoneRow } from './rows.ts';

/** Root service to every server. */
export interface HeartbeatRequest {
  readonly rs: string;
  readonly epoch: number;
  readonly serverId: number;
  readonly stopped: boolean;
  /** Some log stream counts it as a member: without data of its own it is not the server that is meant, or not yet. */
  readonly isMember: boolean;
  /** Where root service's tables stand, so that a copy knows that it is old. */
  readonly position: LogPosition;
}

export type HeartbeatAnswer = HeartbeatReply | { readonly refused: 'old epoch' | 'no data' };

/** Any server to root service. */
export interface ReadTablesRequest {
  readonly have: LogPosition;
}

export interface ReadTablesReply {
  readonly rs: string;
  readonly epoch: number;
  /** Null when the asker's copy is current. */
  readonly image: TablesImage | null;
}

/** A new leader to root service. */
export interface LocationReport {
  readonly tenantId: number;
  readonly lsId: number;
  readonly leader: string;
  readonly proposalId: number;
  readonly configuration: Configuration;
}

/** Root service to the leader of a stream. */
export interface ChangeMembersRequest {
  readonly key: string;
  readonly members: readonly string[];
}

/** The leader of a stream to everyone concerned by its new configuration. */
export interface ConfigurationOffer {
  readonly tenantId: number;
  readonly lsId: number;
  readonly primaryZone: string;
  readonly leader: string;
  readonly term: number;
  readonly configuration: Configuration;
}

export type StopKind = 'STOP' | 'FORCE STOP' | 'ISOLATE';

export type ZoneOptions = Partial<Pick<ZoneRow, 'region' | 'idc' | 'type'>>;

/** An observer that root service does not know yet, of itself. */
export interface NewcomerInfo {
  readonly zone: string;
  readonly sqlPort: number;
  readonly isEmpty: boolean;
  readonly buildVersion: string;
}

/** Of databases and tables that users make in the sys tenant. `quiet`: IF EXISTS, IF NOT EXISTS. */
export type UserDdl = { readonly quiet: boolean; readonly database: string } & (
  | { readonly kind: 'create-database' }
  | { readonly kind: 'drop-database' }
  | { readonly kind: 'drop-table'; readonly table: string }
  | {
      readonly kind: 'create-table';
      readonly table: string;
      readonly columns: readonly UserColumn[];
      readonly keys: readonly UserKey[];
    }
);

/** One statement that changes rows, already in the dialect of the statement engine. */
export interface UserDml {
  readonly kind: 'insert' | 'replace' | 'update' | 'delete';
  readonly database: string;
  readonly table: string;
  readonly sqlite: string;
  /** Columns that the statement gives values to; empty for an INSERT without a list, which gives all. */
  readonly columns: readonly string[];
}

/** What an administrative statement tells of its effect. */
export interface AdminReply {
  readonly affectedRows: number;
  /** Of an UPDATE: rows found, whether or not they changed. */
  readonly matchedRows: number;
}

/** A session's server to root service; `remainingMs` is what is left of the statement's time. */
export type AdminRequest = { readonly remainingMs: number; readonly sql: string } & (
  | {
      readonly verb: 'stop-server';
      readonly kind: StopKind;
      readonly servers: readonly string[];
      readonly zone: string;
    }
  | { readonly verb: 'start-server'; readonly servers: readonly string[]; readonly zone: string }
  | { readonly verb: 'stop-zone'; readonly kind: StopKind; readonly zone: string }
  | { readonly verb: 'start-zone'; readonly zone: string }
  | { readonly verb: 'add-server'; readonly servers: readonly string[]; readonly zone: string }
  | { readonly verb: 'delete-server'; readonly servers: readonly string[]; readonly zone: string }
  | { readonly verb: 'cancel-delete-server'; readonly servers: readonly string[]; readonly zone: string }
  | { readonly verb: 'migrate-unit'; readonly unitId: number; readonly server: string }
  | { readonly verb: 'cancel-migrate-unit'; readonly unitId: number }
  | { readonly verb: 'add-zone'; readonly zone: string; readonly options: ZoneOptions }
  | { readonly verb: 'alter-zone'; readonly zone: string; readonly options: ZoneOptions }
  | { readonly verb: 'delete-zone'; readonly zone: string }
  | {
      readonly verb: 'set-parameter';
      readonly name: string;
      readonly value: string;
      /** Both empty: every server. */
      readonly server: string;
      readonly zone: string;
    }
  | { readonly verb: 'user-ddl'; readonly ddl: UserDdl }
  | { readonly verb: 'user-dml'; readonly dml: UserDml; readonly facts: SessionFacts }
  | {
      readonly verb: 'set-password';
      readonly tenantId: number;
      readonly user: string;
      readonly passwordHash: string;
    }
);
