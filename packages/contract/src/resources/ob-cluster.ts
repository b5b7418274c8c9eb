/** A cluster as the API shows it. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { messageText } from '../words/word-fields.ts';
import { driftList } from './drift.ts';
import { obZone, rootServer } from './ob-zone.ts';
import { operationLock } from './operation-lock.ts';

export const clusterStatuses = [
  'RUNNING',
  'CREATING',
  'DELETING',
  'STARTING',
  'RESTARTING',
  'STOPPING',
  'STOPPED',
  'TAKINGOVER',
  'MOVINGOUT',
  'SWITCHOVER',
  'FAILOVER',
  /** A server or a zone of it is being operated. */
  'OPERATING',
  'UNAVAILABLE',
  'UPGRADING',
  'STARTING_IN_READ_ONLY',
] as const;
export const clusterStatus = z.enum(clusterStatuses);
export type ClusterStatus = z.infer<typeof clusterStatus>;

export const clusterType = z.enum(['PRIMARY', 'STANDBY']);

const alarmSummary = z.object({
  level: z.int(),
  count: z.int(),
  linkDataUrl: z.string(),
  linkUrl: z.string(),
});

export const obCluster = z
  .object({
    id: z.int(),
    name: z.string(),
    /** The cluster's id in its own kernel. */
    obClusterId: z.int(),
    obVersion: z.string(),
    status: clusterStatus,
    type: clusterType,
    regionCount: z.int(),
    serverCount: z.int(),
    tenantCount: z.int(),
    partitionCount: z.int().optional(),
    rootServers: z.array(rootServer),
    standbyClusters: z.array(z.object({ id: z.int(), name: z.string(), obClusterId: z.int() })),
    zones: z.array(obZone),
    /** Seconds behind the primary. */
    delayTime: z.number().optional(),
    syncStatus: z.enum(['VALID', 'DISABLED', 'SYNCHRONIZING']).optional(),
    alarmSummaries: z.array(alarmSummary),
    drift: driftList,
    creator: z.string(),
    createTime: dateTime,
    updateTime: dateTime,
    syncTime: dateTime.nullable().meta({
      description: 'When all that is shown of the cluster was last read from it; null before the first time',
    }),
    /** Why the cluster's own views could not be read; the rest is then what was known last. */
    failToQueryFromObReason: messageText.optional(),
    /** The operation that holds the cluster; absent when it is free. */
    lock: operationLock.optional(),
    /** Operations that wait for the cluster, the next one first; absent when there are none. */
    lockQueue: z.array(operationLock).optional(),
  })
  .meta({ id: 'ObCluster' });
export type ObCluster = z.input<typeof obCluster>;
