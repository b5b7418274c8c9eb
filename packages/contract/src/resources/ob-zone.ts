/** A zone as the API shows it; lists of clusters embed a shorter form. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { type ZoneAction, type ZoneStatus, zoneActions } from './action-table.ts';
import { unavailableOperations } from './drift.ts';
import { obServer } from './ob-server.ts';
import { operationLock } from './operation-lock.ts';

export const zoneStatus = z.enum(Object.keys(zoneActions) as ZoneStatus[]);
export const zoneAction = z.enum([...new Set<ZoneAction>(Object.values(zoneActions).flat())]);

export const rootServer = z
  .object({
    /** `ip:rpcPort` */
    address: z.string(),
    role: z.enum(['LEADER', 'FOLLOWER']),
    /** Snake case, as OCP writes it. */
    sql_port: z.int(),
  })
  .meta({ id: 'RootServer' });

export const obZone = z
  .object({
    name: z.string(),
    clusterId: z.int(),
    obClusterId: z.int(),
    idcId: z.int(),
    idcName: z.string(),
    regionName: z.string(),
    status: zoneStatus,
    innerStatus: z.enum(['ACTIVE', 'INACTIVE']),
    /** NORMAL, or what is being done to the zone. */
    operateStatus: z.string(),
    compactionStatus: z.string(),
    serverCount: z.int(),
    hostCount: z.int(),
    /** Filled in the list of a cluster's zones, empty inside a cluster. */
    servers: z.array(obServer),
    /** The root service's server in this zone, if there is one. */
    rootServer: rootServer.optional(),
    availableOperations: z.array(zoneAction),
    unavailableOperations,
    /** The operation that works on the zone, or on a server of it. */
    lock: operationLock.optional(),
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'ObZone' });
export type ObZone = z.input<typeof obZone>;
