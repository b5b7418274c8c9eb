/** The server an operation works on, as it was when the operation was prepared. */
import { homePath, type InspectResponse, processIdentity } from '@openocp/contract';
import { StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { hasAgent } from '../domain/agent-host.ts';
import type { ServerAddress } from '../domain/server-address.ts';
import type { StopSubject } from '../planning/stop-subject.ts';
import { type Look, lookAtCluster } from '../remote/oceanbase/look.ts';
import type { OperationServices } from './services.ts';

export const port = z.int().min(1).max(65535);

export const serverTarget = z.strictObject({
  clusterId: z.int(),
  serverId: z.int(),
  ip: z.string(),
  rpcPort: port,
  sqlPort: port,
  zone: z.string(),
  /** Null without an agent: only SQL reaches the server then. */
  agentUrl: z.string().nullable(),
  home: homePath.nullable(),
});
export type ServerTarget = z.infer<typeof serverTarget>;

/** A server whose process can be reached. */
export type HostTarget = ServerTarget & { readonly agentUrl: string; readonly home: string };

export interface ServerKey {
  readonly clusterId: number;
  readonly serverId: number;
}

/** Whether an operation touches the process, or can do all of its work by SQL. */
export type AgentNeed = 'needed' | 'optional';

/** @throws StepFailure without an agent. */
export function onHost(target: ServerTarget): HostTarget {
  if (hasAgent(target)) return target;
  throw new StepFailure(
    `No agent is known for server ${target.ip}:${target.rpcPort}, so its process cannot be reached. Connect the agent of its host (connectAgents of the cluster).`,
  );
}

const serverIntent = z.enum(['RUNNING', 'SERVICE_STOPPED', 'PROCESS_STOPPED']);

/** What the operation found, and what its undo goes back to. */
export const formerState = z.strictObject({
  process: processIdentity.nullable(),
  /** Epoch milliseconds of the kernel's stop mark; null when it had none, or could not be asked. */
  stopTime: z.int().nullable(),
  /** START_SERVICE_TIME, epoch milliseconds. */
  startServiceTime: z.int().nullable(),
  intent: serverIntent,
  /** Its zone was INACTIVE: such a server is out of service without a mark of its own. */
  zoneStopped: z.boolean().default(false),
  /** What it was meant to be apart from its zone and cluster. */
  ownIntent: serverIntent.default('RUNNING'),
});

export function fetchTarget(services: OperationServices, key: ServerKey): Promise<HostTarget>;
export function fetchTarget(
  services: OperationServices,
  key: ServerKey,
  agent: AgentNeed,
): Promise<ServerTarget>;
export async function fetchTarget(
  { servers }: OperationServices,
  { clusterId, serverId }: ServerKey,
  agent: AgentNeed = 'needed',
): Promise<ServerTarget> {
  const server = await servers.fetch(clusterId, serverId);
  if (server === undefined)
    throw new StepFailure(`Server ${serverId} is not in cluster ${clusterId} any more.`);
  const target = {
    clusterId,
    serverId,
    ip: server.ip,
    rpcPort: server.rpcPort,
    sqlPort: server.sqlPort,
    zone: server.zoneName,
    agentUrl: server.agentUrl,
    home: server.home,
  };
  return agent === 'needed' ? onHost(target) : target;
}

export function fetchTargets(
  services: OperationServices,
  clusterId: number,
  serverIds: readonly number[],
): Promise<HostTarget[]> {
  return Promise.all(serverIds.map((serverId) => fetchTarget(services, { clusterId, serverId })));
}

/** Looks at the cluster, if possible through another server than those that are about to be stopped. */
export async function lookAround(
  services: OperationServices,
  clusterId: number,
  avoid: readonly ServerAddress[],
): Promise<Look> {
  const access = await services.clusters.fetchAccess(clusterId);
  return lookAtCluster(services.sessions, access, { avoid, now: services.now });
}

/** What was seen of a home by who did not ask for ports; then an answer without any says nothing about them. */
export type HomeSight = Omit<InspectResponse, 'listeningPorts'>;

/** What lives in the home. To read the ports as well costs the host more than all the rest. */
export async function inspectTarget({ agents }: OperationServices, target: ServerTarget): Promise<HomeSight> {
  const { agentUrl, home } = onHost(target);
  return agents.inspect(agentUrl, { home, address: target.ip, ports: [] });
}

/** What lives in the home, and what listens on the server's ports. */
export async function inspectWithPorts({ agents }: OperationServices, target: ServerTarget) {
  const { agentUrl, home } = onHost(target);
  return agents.inspect(agentUrl, { home, address: target.ip, ports: [target.sqlPort, target.rpcPort] });
}

/** @param targets all servers that will be down together. */
export async function fetchStopSubject(
  { servers }: OperationServices,
  clusterId: number,
  targets: readonly ServerTarget[],
  isolatedBy: StopSubject['isolatedBy'],
): Promise<StopSubject> {
  const stopped = await servers.listStoppedByUs(clusterId);
  return {
    targets,
    stoppedByUs: stopped.map((server) => ({ ip: server.ip, rpcPort: server.rpcPort, zone: server.zoneName })),
    isolatedBy,
  };
}
