/**
 * What an unfinished operation makes of the statuses: a table from operation and progress to the transient status of
 * the servers and zones it works on. A cluster or zone of which only a part is operated is OPERATING
 * meanwhile.
 */
import type { ClusterStatus, TransientServerStatus, ZoneStatus } from './status.ts';

/** The part of a task that decides; plain data so that any source of tasks will do. */
export interface OperationProgress {
  readonly definition: string;
  readonly serverIds: readonly number[];
  readonly zoneNames: readonly string[];
  /** A rollback runs the phases backwards. */
  readonly rollingBack: boolean;
  readonly succeeded: ReadonlySet<string>;
  /** Names of all its subtasks. */
  readonly steps: ReadonlySet<string>;
  /** Who holds the cluster, for the words of a refusal. */
  readonly holder: Holder;
  /** Who waits for the cluster, the next one first. */
  readonly queue: readonly Holder[];
}

/** A task that holds a cluster, or waits for it. */
export interface Holder {
  readonly taskId: number;
  readonly taskName: string;
  readonly status: 'RUNNING' | 'FAILED';
  readonly username: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly serverIds: readonly number[];
  readonly zoneNames: readonly string[];
}

interface Phase {
  /** The status holds until this subtask has succeeded. */
  readonly until: string;
  readonly status: TransientServerStatus;
  /** The phase exists only in operations that have this subtask. */
  readonly having?: string;
}

const phases: Readonly<Record<string, readonly Phase[]>> = {
  'server-stop': [
    { until: 'Stop server', status: 'SERVICE_STOPPING' },
    { until: 'Update OB cluster status', status: 'PROCESS_STOPPING', having: 'Stop observer process' },
  ],
  'server-restart': [{ until: 'Update OB cluster status', status: 'RESTARTING' }],
  'zone-stop': [
    { until: 'Stop zone', status: 'SERVICE_STOPPING' },
    { until: 'Update OB cluster status', status: 'PROCESS_STOPPING' },
  ],
  'zone-start': [{ until: 'Update OB cluster status', status: 'STARTING' }],
  'zone-restart': [{ until: 'Update OB cluster status', status: 'RESTARTING' }],
  'server-delete': [{ until: 'Update OB cluster status', status: 'DELETING' }],
  'zone-delete': [{ until: 'Update OB cluster status', status: 'DELETING' }],
  'cluster-stop': [{ until: 'Update OB cluster status', status: 'PROCESS_STOPPING' }],
  'cluster-restart': [{ until: 'Update OB cluster status', status: 'RESTARTING' }],
  'cluster-start': [{ until: 'Update OB cluster status', status: 'STARTING' }],
  'server-start': [{ until: 'Update OB cluster status', status: 'STARTING' }],
};

/** What the undo of a start does; everything else is undone by starting. */
const whileRollingBack: Readonly<Record<string, TransientServerStatus>> = {
  'server-delete': 'DELETING',
  'zone-delete': 'DELETING',
  'server-start': 'PROCESS_STOPPING',
  'zone-start': 'PROCESS_STOPPING',
  'cluster-start': 'PROCESS_STOPPING',
};

/** What an operation on whole zones makes of them; under any other they are OPERATING. */
const zoneStatuses: Readonly<Record<string, readonly [running: ZoneStatus, rollingBack: ZoneStatus]>> = {
  'zone-add': ['CREATING', 'DELETING'],
  'zone-delete': ['DELETING', 'STARTING'],
  'zone-stop': ['STOPPING', 'STARTING'],
  'zone-start': ['STARTING', 'STOPPING'],
  'zone-restart': ['RESTARTING', 'RESTARTING'],
  'cluster-stop': ['STOPPING', 'STARTING'],
  'cluster-start': ['STARTING', 'STOPPING'],
};

/** What an operation on the whole cluster makes of it; under any other it is OPERATING. */
const clusterStatuses: Readonly<
  Record<string, readonly [running: ClusterStatus, rollingBack: ClusterStatus]>
> = {
  'cluster-stop': ['STOPPING', 'STARTING'],
  'cluster-start': ['STARTING', 'STOPPING'],
  'cluster-restart': ['RESTARTING', 'RESTARTING'],
};

export function deriveTransientClusterStatus({ definition, rollingBack }: OperationProgress): ClusterStatus {
  return clusterStatuses[definition]?.[rollingBack ? 1 : 0] ?? 'OPERATING';
}

/** The status of the zones of the operation. */
export function deriveTransientZoneStatus({ definition, rollingBack }: OperationProgress): ZoneStatus {
  return zoneStatuses[definition]?.[rollingBack ? 1 : 0] ?? 'OPERATING';
}

/** The status of the servers of the operation; undefined when the operation does not change a server's status. */
export function deriveTransientStatus(progress: OperationProgress): TransientServerStatus | undefined {
  const table = phases[progress.definition]?.filter(
    ({ having }) => having === undefined || progress.steps.has(having),
  );
  if (table === undefined) return undefined;
  if (progress.rollingBack) return whileRollingBack[progress.definition] ?? 'STARTING';
  return table.find((phase) => !progress.succeeded.has(phase.until))?.status ?? table.at(-1)?.status;
}
