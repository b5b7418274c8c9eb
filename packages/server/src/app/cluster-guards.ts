/** The row that keeps a second control plane out: shown, switched on and off, taken again; and refused for when it is not ours. */
import {
  type ClusterGuardView,
  formatDateTime,
  OcpError,
  type OperationId,
  operationIds,
  type Route,
  routes,
} from '@openocp/contract';
import {
  type ClusterGuard,
  describeForeign,
  ForeignControlPlane,
  type GuardState,
} from '../operations/cluster-guard.ts';
import type { ClusterGuardStore } from '../store/cluster-guards.ts';
import type { ClusterStore } from '../store/clusters.ts';
import type { App, Caller } from './app.ts';

export interface ClusterGuardServices {
  readonly clusters: ClusterStore;
  readonly guards: ClusterGuardStore;
  readonly guard: ClusterGuard;
}

export function createClusterGuards(
  services: ClusterGuardServices,
): Pick<App, 'clusterGuardGet' | 'clusterGuardUpdate'> {
  const view = async (id: number) => viewGuard(await services.guard.look(id));
  return {
    async clusterGuardGet(_caller, { id }) {
      await requireCluster(services, id);
      return view(id);
    },
    async clusterGuardUpdate(_caller, { id, enabled, adopt }) {
      const name = await requireCluster(services, id);
      if (!enabled) await releaseRow(services, id);
      await services.guards.saveWish(id, { enabled, adopts: enabled && adopt });
      if (enabled) await takeRow(services, id, name);
      return view(id);
    },
  };
}

async function requireCluster({ clusters }: ClusterGuardServices, clusterId: number): Promise<string> {
  const cluster = await clusters.fetch(clusterId);
  if (cluster === undefined) throw new OcpError('CLUSTER_NOT_FOUND', { clusterId });
  return cluster.name;
}

/** Without us the row is free; when it cannot be released, whoever takes the cluster over next has to say `adopt`. */
async function releaseRow({ guard }: ClusterGuardServices, clusterId: number): Promise<void> {
  await guard.release(clusterId, 0).catch((error: unknown) => {
    if (!(error instanceof ForeignControlPlane)) throw error;
  });
}

/** No task does it, so it bears the number of none. */
async function takeRow({ guard }: ClusterGuardServices, clusterId: number, cluster: string): Promise<void> {
  const outcome = await guard.take(clusterId, 0).catch((error: unknown) => {
    throw error instanceof ForeignControlPlane ? lockedByOther(error.message, cluster, error) : error;
  });
  if (outcome.kind === 'unreachable')
    throw new OcpError('CLUSTER_UNREACHABLE', { cluster, reason: outcome.why.replace(/\.$/, '') });
}

function lockedByOther(owner: string, cluster: string, cause?: unknown, view?: ClusterGuardView): OcpError {
  return new OcpError(
    'CLUSTER_LOCKED_BY_OTHER_OCP',
    { owner, cluster },
    { ...(cause === undefined ? {} : { cause }), ...(view === undefined ? {} : { details: view }) },
  );
}

function viewGuard(state: GuardState): ClusterGuardView {
  const states = {
    off: 'OFF',
    absent: 'ABSENT',
    ours: 'OURS',
    foreign: 'FOREIGN',
    released: 'RELEASED',
    unreachable: 'UNREACHABLE',
  } as const;
  const enabled = state.kind !== 'off';
  const head = { enabled, state: states[state.kind] };
  if (state.kind === 'unreachable') return { ...head, reason: state.why };
  if (!('row' in state)) return head;
  const { revision, instance, host, taskId, writeTime } = state.row;
  const reason = state.kind === 'foreign' ? { reason: describeForeign(state.row, state.isOwnName) } : {};
  const lastWriter = { instance, host, taskId, time: formatDateTime(writeTime) };
  return { ...head, revision, lastWriter, ...reason };
}

/** They change the cluster themselves, without a task, and so write the row as the effects of tasks do. */
const changesAtOnce: ReadonlySet<OperationId> = new Set(['clusterParameterUpdate', 'clusterPasswordChange']);

type CreateTask = (caller: Caller, input: { readonly id?: number }) => Promise<unknown>;

/**
 * Refuses every operation and every change on a cluster that another control plane operates. A task makes the same check
 * again and writes the row; this one is for the answer. A change that is no task writes it here: of two that only looked, both
 * would pass. Nobody reached: whether that is a reason is for the operation to say.
 */
export function rejectForeignClusters<Some extends Partial<App>>(
  app: Some,
  services: ClusterGuardServices,
): Some {
  const wrapped = operationIds.flatMap((operationId) => {
    const { createsTask }: Route = routes[operationId];
    const isChange = createsTask === true || changesAtOnce.has(operationId);
    const create = isChange ? (app[operationId] as CreateTask | undefined) : undefined;
    if (create === undefined) return [];
    const checked: CreateTask = async (caller, input) => {
      const reject = changesAtOnce.has(operationId) ? passGuard : rejectForeign;
      if (input.id !== undefined) await reject(services, input.id);
      return create(caller, input);
    };
    return [[operationId, checked] as const];
  });
  return { ...app, ...Object.fromEntries(wrapped) };
}

async function passGuard({ clusters, guard }: ClusterGuardServices, clusterId: number): Promise<void> {
  const cluster = await clusters.fetch(clusterId);
  if (cluster?.phase !== 'MANAGED') return;
  try {
    await guard.pass(clusterId, 0, 0);
  } catch (error) {
    if (!(error instanceof ForeignControlPlane)) throw error;
    const view = viewGuard(await guard.look(clusterId));
    throw lockedByOther(error.message, cluster.name, error, view);
  }
}

async function rejectForeign(services: ClusterGuardServices, clusterId: number): Promise<void> {
  const cluster = await services.clusters.fetch(clusterId);
  if (cluster?.phase !== 'MANAGED') return;
  const state = await services.guard.look(clusterId);
  const view = viewGuard(state);
  if (state.kind === 'foreign') throw lockedByOther(view.reason ?? '', cluster.name, undefined, view);
}
