/** Stored servers as they are read: whole, or as much of them as a list of clusters shows. */
import type { Kysely, Selectable } from 'kysely';
import type { ServerIntent } from '../planning/status.ts';
import type { Database } from './schema.ts';

/** As much of a server as what is shown of its cluster depends on. */
export interface ListedServer {
  readonly id: number;
  readonly clusterId: number;
  readonly zoneName: string;
  readonly ip: string;
  readonly rpcPort: number;
  readonly sqlPort: number;
  readonly kernelId: number;
  readonly withRootServer: boolean;
  readonly innerStatus: string | null;
  readonly startServiceTime: number | null;
  readonly stopTime: number | null;
  readonly process: 'up' | 'absent' | 'unknown';
  readonly agentUrl: string | null;
  readonly home: string | null;
  readonly intent: ServerIntent;
}

export interface Server extends ListedServer {
  readonly hostId: number;
  readonly version: string;
  readonly lastOfflineTime: number | null;
  /** What it is meant to be apart from its zone and cluster: where it returns to when those are started again. */
  readonly ownIntent: ServerIntent;
  readonly updateTime: number;
}

export const listedColumns = [
  'id',
  'cluster_id',
  'zone_name',
  'ip',
  'rpc_port',
  'sql_port',
  'kernel_id',
  'with_root_server',
  'inner_status',
  'start_service_time',
  'stop_time',
  'process',
  'agent_url',
  'home',
  'intent',
] as const;

type Row = Selectable<Database['server']>;

export function selectServers(db: Kysely<Database>) {
  return db
    .selectFrom('server')
    .innerJoin('host', 'host.ip', 'server.ip')
    .leftJoin('server_own_intent', 'server_own_intent.server_id', 'server.id')
    .selectAll('server')
    .select(['host.id as host_id', 'server_own_intent.intent as own_intent'])
    .orderBy('server.id');
}

function readIntent(text: string): ServerIntent {
  return text === 'SERVICE_STOPPED' || text === 'PROCESS_STOPPED' ? text : 'RUNNING';
}

export function toListedServer(row: Pick<Row, (typeof listedColumns)[number]>): ListedServer {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    zoneName: row.zone_name,
    ip: row.ip,
    rpcPort: row.rpc_port,
    sqlPort: row.sql_port,
    kernelId: row.kernel_id,
    withRootServer: row.with_root_server === 1,
    innerStatus: row.inner_status,
    startServiceTime: row.start_service_time,
    stopTime: row.stop_time,
    process: row.process === 'up' || row.process === 'absent' ? row.process : 'unknown',
    agentUrl: row.agent_url,
    home: row.home,
    intent: readIntent(row.intent),
  };
}

interface JoinedRow extends Row {
  readonly host_id: number;
  readonly own_intent: string | null;
}

export function toServer(row: JoinedRow): Server {
  return {
    ...toListedServer(row),
    hostId: row.host_id,
    version: row.version,
    lastOfflineTime: row.last_offline_time,
    ownIntent: readIntent(row.own_intent ?? row.intent),
    updateTime: row.update_time,
  };
}
