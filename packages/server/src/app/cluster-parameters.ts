/**
 * Parameters of a cluster: read from its own views, changed in one statement, and then looked at until every server that
 * answers shows the new values. What the kernel refuses is told in its words.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { OcpError, permits } from '@openocp/contract';
import { findParameterFaults, isSameValue, type ParameterFault } from '../planning/parameter-change.ts';
import { KernelError } from '../remote/oceanbase/kernel-error.ts';
import { listParameters, type ParameterRow, setParameters } from '../remote/oceanbase/parameters.ts';
import type { Cluster } from '../store/clusters.ts';
import type { App, Caller } from './app.ts';
import { type AskServices, askCluster, convertClusterError, requireCluster } from './ask-cluster.ts';
import { viewParameterInfo, viewParameters } from './parameter-view.ts';

export interface ParameterServices extends AskServices {
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

type ParameterUseCases = Pick<
  App,
  'clusterParameterInfoList' | 'clusterParameterList' | 'clusterParameterUpdate'
>;

/** Root service tells its servers with the next heartbeat, every two seconds. */
const effectWaitMs = 10_000;
const lookAgainMs = 200;
/** Clusters of one version that are asked before the version is left out. */
const triesPerVersion = 3;

export function createClusterParameters(services: ParameterServices): ParameterUseCases {
  return {
    clusterParameterInfoList: (caller) => listInfo(services, caller),
    clusterParameterList: async (_caller, { id }) =>
      viewParameters(await askCluster(services, id, listParameters)),
    clusterParameterUpdate: (_caller, { id, parameters }) => update(services, id, parameters),
  };
}

/** One cluster of each version tells for all of that version. */
async function listInfo(
  services: ParameterServices,
  caller: Caller,
): ReturnType<App['clusterParameterInfoList']> {
  const clusters = (await services.clusters.list()).filter((cluster) =>
    permits(caller.permissions, `CLUSTER:${cluster.id}:READ`),
  );
  const byVersion = Map.groupBy(clusters, (cluster) => cluster.obVersion);
  const lists = await Promise.all(
    [...byVersion].map(async ([version, own]) => ({ version, rows: await askOne(services, own) })),
  );
  return viewParameterInfo(lists);
}

async function askOne(services: ParameterServices, clusters: readonly Cluster[]): Promise<ParameterRow[]> {
  const reachable = clusters.toSorted(
    (a, b) => Number(a.unreachableReason !== null) - Number(b.unreachableReason !== null),
  );
  for (const { id } of reachable.slice(0, triesPerVersion)) {
    const rows = await askCluster(services, id, listParameters).catch((error: unknown) => {
      if (error instanceof OcpError) return undefined;
      throw error;
    });
    if (rows !== undefined) return rows;
  }
  return [];
}

type Change = Parameters<App['clusterParameterUpdate']>[1]['parameters'][number];

async function update(
  services: ParameterServices,
  clusterId: number,
  changes: readonly Change[],
): Promise<undefined> {
  const cluster = await requireCluster(services.clusters, clusterId);
  const rows = await askCluster(services, clusterId, listParameters);
  const faults = findParameterFaults(rows, changes);
  if (faults.length > 0) throw faultError(faults, cluster);
  const access = await services.clusters.fetchAccess(clusterId);
  try {
    await services.sessions.with(access, {}, (session) => setParameters(session, changes));
  } catch (error) {
    throw convertRefusal(error, changes, cluster);
  }
  await waitForEffect(services, cluster, changes);
  return undefined;
}

/** The first fault gives the error its number, all of them are told. */
function faultError(faults: readonly ParameterFault[], cluster: Cluster): OcpError {
  const subErrors = faults.map(({ name, reason }) => ({ field: name, message: reason }));
  const [first] = faults;
  const { kind, name: parameter, reason } = first ?? { kind: 'unknown', name: '', reason: '' };
  const options = { target: parameter, subErrors };
  switch (kind) {
    case 'unknown':
      return new OcpError('PARAMETER_UNKNOWN', { cluster: cluster.name, parameter }, options);
    case 'readOnly':
      return new OcpError('PARAMETER_READ_ONLY', { cluster: cluster.name, parameter }, options);
    case 'type':
    case 'twice':
      return new OcpError('PARAMETER_VALUE_REFUSED', { cluster: cluster.name, parameter, reason }, options);
  }
}

const errnoUnknown = 5099;
const errnoInvalid = 4147;

function convertRefusal(error: unknown, changes: readonly Change[], cluster: Cluster): unknown {
  if (!(error instanceof KernelError)) return convertClusterError(error, cluster);
  const parameter = changes.map(({ name }) => name).join(', ');
  const details = { errno: error.errno, kernelText: error.text };
  const options = { cause: error, target: parameter, details };
  if (error.errno === errnoUnknown) {
    return new OcpError('PARAMETER_UNKNOWN', { cluster: cluster.name, parameter }, options);
  }
  if (error.errno === errnoInvalid) {
    const reason = error.message.replace(/\.$/, '');
    return new OcpError('PARAMETER_VALUE_REFUSED', { cluster: cluster.name, parameter, reason }, options);
  }
  return convertClusterError(error, cluster);
}

/** @throws OcpError PARAMETER_NOT_IN_EFFECT naming the servers that show another value */
async function waitForEffect(
  services: ParameterServices,
  cluster: Cluster,
  changes: readonly Change[],
): Promise<void> {
  const end = services.now() + effectWaitMs;
  for (;;) {
    const rows = await askCluster(services, cluster.id, listParameters);
    const others = changes.map((change) => ({ ...change, shown: findOtherValues(rows, change) }));
    const late = others.find(({ shown }) => shown.length > 0);
    if (late === undefined) return;
    if (services.now() >= end) {
      const reason = `after ${effectWaitMs / 1_000} s ${late.shown.join(', ')} instead of ${late.value}; look at the list of parameters again`;
      throw new OcpError(
        'PARAMETER_NOT_IN_EFFECT',
        { cluster: cluster.name, parameter: late.name, reason },
        { target: late.name },
      );
    }
    await pause(lookAgainMs);
  }
}

/** `ip:port shows value`, for each server. A parameter that waits for a restart need not show its new value yet. */
function findOtherValues(rows: readonly ParameterRow[], { name, value }: Change): string[] {
  return rows
    .filter((row) => row.name.toLowerCase() === name.toLowerCase() && row.editLevel === 'DYNAMIC_EFFECTIVE')
    .filter((row) => !isSameValue(row.dataType, value, row.value))
    .map((row) => `${row.ip}:${row.rpcPort} shows ${row.value}`);
}
