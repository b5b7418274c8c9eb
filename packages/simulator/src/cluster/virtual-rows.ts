/** Rows that only the server itself can give, asked live from every reachable server. */
import type { LogStat } from './log-stat.ts';

export type DiskHealth = 'NORMAL' | 'ERROR';

export interface ServerStat {
  readonly server: string;
  readonly zone: string;
  readonly sqlPort: number;
  readonly cpuCapacity: number;
  /** What its units take. */
  readonly cpuAssigned: number;
  readonly memoryAssigned: number;
  readonly logDiskAssigned: number;
  readonly memoryLimit: number;
  readonly logDiskCapacity: number;
  readonly dataDiskCapacity: number;
  readonly dataDiskInUse: number;
  readonly diskHealth: DiskHealth;
  /** Microseconds; 0 for a healthy disk. */
  readonly diskErrorSince: number;
}

interface ParameterStat {
  readonly server: string;
  readonly zone: string;
  readonly name: string;
  readonly value: string;
}

interface SchemaStat {
  readonly server: string;
  readonly tenantId: number;
  readonly refreshedVersion: number;
}

export interface ServerEvent {
  readonly server: string;
  /** Microseconds. */
  readonly time: number;
  readonly module: string;
  readonly event: string;
  readonly pairs: readonly (readonly [string, string])[];
}

export interface VirtualRows {
  readonly serverEvents: ServerEvent;
  readonly logStat: LogStat;
  readonly serverStat: ServerStat;
  readonly parameters: ParameterStat;
  readonly schemaStat: SchemaStat;
}

export type VirtualName = keyof VirtualRows;

export type CollectVirtual = <Name extends VirtualName>(name: Name) => Promise<readonly VirtualRows[Name][]>;
