/** The inner tables as one replicated state: changed only by applying change lists in log order. */
import type { LogPosition } from '../consensus/election.ts';
import type {
  ClusterRow,
  DatabaseRow,
  EventRow,
  JobRow,
  LocationRow,
  LsRow,
  ParameterRow,
  PoolRow,
  ReplicaTaskRow,
  ServerRow,
  TableName,
  TableRows,
  TenantRow,
  UnitConfigRow,
  UnitRow,
  UserDataRow,
  UserRow,
  UserTableRow,
  ZoneRow,
} from './rows.ts';

/** Sets one row, or removes it. */
export interface Change {
  readonly table: TableName;
  readonly key: string;
  readonly row: TableRows[TableName] | null;
}

/** What travels and is stored: `[key, row]` lists by table, with the log position they stand for. */
export interface TablesImage {
  readonly position: LogPosition;
  readonly tables: { readonly [Name in TableName]?: readonly (readonly [string, TableRows[Name]])[] };
}

export const eventsKept = 1000;

export class InnerTables {
  readonly cluster = new Map<string, ClusterRow>();
  readonly servers = new Map<string, ServerRow>();
  readonly zones = new Map<string, ZoneRow>();
  readonly tenants = new Map<string, TenantRow>();
  readonly unitConfigs = new Map<string, UnitConfigRow>();
  readonly pools = new Map<string, PoolRow>();
  readonly units = new Map<string, UnitRow>();
  readonly streams = new Map<string, LsRow>();
  readonly locations = new Map<string, LocationRow>();
  readonly parameters = new Map<string, ParameterRow>();
  readonly events = new Map<string, EventRow>();
  readonly users = new Map<string, UserRow>();
  readonly jobs = new Map<string, JobRow>();
  readonly replicaTasks = new Map<string, ReplicaTaskRow>();
  readonly databases = new Map<string, DatabaseRow>();
  readonly userTables = new Map<string, UserTableRow>();
  readonly userRows = new Map<string, UserDataRow>();
  position: LogPosition = { term: 0, index: 0 };

  apply(changes: readonly Change[], position: LogPosition): void {
    for (const { table, key, row } of changes) {
      // A change pairs a table with a row of that table; the map's type cannot say so.
      const rows = this[table] as Map<string, unknown>;
      if (row === null) rows.delete(key);
      else rows.set(key, row);
    }
    this.position = { term: position.term, index: position.index };
  }

  capture(): TablesImage {
    const tables: Record<string, unknown> = {};
    for (const name of tableNames) tables[name] = [...this[name]];
    return { position: this.position, tables: tables as TablesImage['tables'] };
  }

  restore(image: TablesImage, position: LogPosition = image.position): void {
    for (const name of tableNames) {
      const rows = this[name] as Map<string, unknown>;
      rows.clear();
      for (const [key, row] of image.tables[name] ?? []) rows.set(key, row);
    }
    this.position = { term: position.term, index: position.index };
  }

  get isEmpty(): boolean {
    return this.servers.size === 0;
  }

  /** Leaders go, and do not come back: stopped, or about to leave the cluster. */
  isUnfitToLead(server: string): boolean {
    return this.isServiceStopped(server) || this.servers.get(server)?.status === 'DELETING';
  }

  /** Stopped by itself or with its zone. */
  isServiceStopped(server: string): boolean {
    const row = this.servers.get(server);
    return row !== undefined && (row.stopTime > 0 || this.zones.get(row.zone)?.status === 'INACTIVE');
  }
}

const tableNames = [
  'cluster',
  'servers',
  'zones',
  'tenants',
  'unitConfigs',
  'pools',
  'units',
  'streams',
  'locations',
  'parameters',
  'events',
  'users',
  'jobs',
  'replicaTasks',
  'databases',
  'userTables',
  'userRows',
] as const satisfies readonly TableName[];

export function lsKey(tenantId: number, lsId: number): string {
  return `${tenantId}.${lsId}`;
}

export const sysLsKey = lsKey(1, 1);

export function locationKey(tenantId: number, lsId: number, server: string): string {
  return `${tenantId}.${lsId}@${server}`;
}

/** Names of databases and tables are the same in any case. */
export function userTableKey(database: string, table: string): string {
  return `${database}.${table}`.toLowerCase();
}

export function userRowKey(tableId: number, rowId: number): string {
  return `${tableId}/${rowId}`;
}

export function userKey(tenantId: number, user: string): string {
  return `${tenantId}/${user}`;
}
