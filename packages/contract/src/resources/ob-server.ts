/** A server (OBServer) as the API shows it. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { type ServerAction, type ServerStatus, serverActions } from './action-table.ts';
import { driftList, unavailableOperations } from './drift.ts';
import { operationLock } from './operation-lock.ts';

const names = <Name extends string>(values: Iterable<Name>) => [...new Set(values)];

export const serverStatus = z.enum(names(Object.keys(serverActions) as ServerStatus[]));
export const serverAction = z.enum(names<ServerAction>(Object.values(serverActions).flat()));

/** The kernel's own word for a server; unlike `status` it knows nothing of STOP SERVER. */
export const serverInnerStatus = z.enum(['ACTIVE', 'INACTIVE', 'DELETING', 'TAKEOVER_BY_RS']);

/** NEAR in the last ten minutes or the last fifth of the time; PASSED when the kernel has given the server up. */
export const permanentOfflineState = z.enum(['NONE', 'COUNTING', 'NEAR', 'PASSED']);

export const obServer = z
  .object({
    id: z.int(),
    ip: z.string(),
    /** RPC port. */
    port: z.int(),
    sqlPort: z.int(),
    version: z.string(),
    withRootserver: z.boolean(),
    status: serverStatus,
    innerStatus: serverInnerStatus,
    clusterId: z.int(),
    zoneName: z.string(),
    regionName: z.string(),
    idcName: z.string(),
    hostId: z.int(),
    hostTypeName: z.string(),
    /** When the observer process began to serve; absent when that is not known. */
    startTime: dateTime.optional(),
    /** When the kernel was told to stop it; the epoch when it is not stopped. */
    stopTime: dateTime,
    updateTime: dateTime,
    availableOperations: z.array(serverAction),
    unavailableOperations,
    drift: driftList,
    /** When the kernel gives the stopped server up and removes its replicas; null when it is up, or that is not known. */
    permanentOfflineAt: dateTime.nullable().optional(),
    permanentOfflineState: permanentOfflineState.optional(),
    /** When the server shall be back, as its stop said; and whether it is started then. */
    returnBy: dateTime.optional(),
    startAtReturnBy: z.boolean().optional(),
    /** `server_permanent_offline_time` of its cluster while it is raised until the server is back, and what it will be then. */
    raisedOfflineTime: z.object({ formerValue: z.string(), raisedValue: z.string() }).optional(),
    /** The operation that works on the server. */
    lock: operationLock.optional(),
    runUser: z.string().optional(),
    runPath: z.string().optional(),
    installPath: z.string().optional(),
  })
  .meta({ id: 'ObServer' });
export type ObServer = z.input<typeof obServer>;
