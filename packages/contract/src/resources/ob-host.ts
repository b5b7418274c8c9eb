/** A host: a machine with an agent of ours, on which servers run or may run. */
import { z } from 'zod';
import { homePath } from '../agent/protocol.ts';
import { dateTime } from '../date-time.ts';
import { agentUrl, port } from '../input.ts';

export const hostStatuses = ['NEW', 'AVAILABLE', 'ONLINE', 'OFFLINE', 'DELETING'] as const;
/** NEW: no agent is known. AVAILABLE: reachable and idle. ONLINE: it runs servers. OFFLINE: its agent did not answer. */
export const hostStatus = z.enum(hostStatuses);
export type HostStatus = z.infer<typeof hostStatus>;

export const hostKinds = ['DEDICATED_PHYSICAL_MACHINE', 'DEDICATED_CONTAINER'] as const;
export const hostKind = z.enum(hostKinds);

export const hostServiceTypes = [
  'OB_CLUSTER',
  'OB_PROXY',
  'OCP_AGENT',
  'BACKUP_AGENT',
  'RESTORE_AGENT',
  'BACKUP_RESTORE_AGENT',
  'OMS',
] as const;

export const hostAgentStatus = z.enum([
  'AVAILABLE',
  'RESTARTING',
  'STOPPING',
  'REINSTALLING',
  'OFFLINE',
  'DELETED',
]);

const hostService = z.object({
  /** `cluster:obClusterId`, or `agent`. */
  name: z.string(),
  version: z.string(),
  type: z.enum(hostServiceTypes),
  softwarePackageId: z.int().nullable(),
});

export const obHost = z
  .object({
    id: z.int(),
    name: z.string(),
    alias: z.string().nullable(),
    description: z.string().nullable(),
    /** Empty until the agent has told it. */
    operatingSystem: z.string(),
    operatingSystemRelease: z.string(),
    architecture: z.string(),
    serialNumber: z.string().nullable(),
    innerIpAddress: z.string(),
    sshPort: z.int(),
    kind: hostKind,
    publishPorts: z.string().nullable(),
    services: z.array(hostService),
    status: hostStatus,
    idcId: z.int(),
    idcName: z.string(),
    idcDescription: z.string().nullable(),
    typeId: z.int(),
    typeName: z.string(),
    typeDescription: z.string().nullable(),
    regionId: z.int(),
    regionName: z.string(),
    regionDescription: z.string().nullable(),
    hostAgentId: z.int(),
    hostAgentVersion: z.string(),
    hostAgentStatus,
    /** Additive: where the agent listens; null when none is known. */
    agentUrl: z.string().nullable(),
    /** Additive: homes the agent may touch, and the server in each of them. */
    homes: z.array(z.object({ path: homePath, serverId: z.int().nullable() })),
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'ObHost' });
export type ObHost = z.input<typeof obHost>;

/** Additive: registers a host whose agent runs already; OCP installs its agent by SSH instead (`batchCreate`). */
export const hostRegistration = z.object({
  innerIpAddress: z.union([z.ipv4(), z.ipv6()]),
  agentUrl,
  sshPort: port.default(22),
  kind: hostKind.default('DEDICATED_PHYSICAL_MACHINE'),
  idcName: z.string().max(128).default(''),
  regionName: z.string().max(128).default(''),
  alias: z.string().max(128).optional(),
  description: z.string().max(512).optional(),
});
