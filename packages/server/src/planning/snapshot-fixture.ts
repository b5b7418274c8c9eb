/** Snapshots for the tests of planning: a healthy cluster of 3 zones with 2 servers each, to be spoiled by the test. */
import type {
  ClusterSnapshot,
  ReplicaRow,
  Section,
  ServerRow,
  TenantRow,
  ZoneRow,
} from '../domain/cluster-snapshot.ts';
import { formatAddress, type ServerAddress } from '../domain/server-address.ts';

const rpcPort = 2882;
/** 2026-01-01, in nanoseconds: larger than 2^53, as real SCNs are. */
const nowScn = 1_767_225_600_000_000_000n;

export function address(zone: number, index: number): ServerAddress & { zone: string } {
  return { ip: `10.0.${zone}.${index}`, rpcPort, zone: `zone${zone}` };
}

export function serverRow(zone: number, index: number, changes: Partial<ServerRow> = {}): ServerRow {
  return {
    ...address(zone, index),
    kernelId: zone * 10 + index,
    sqlPort: 2881,
    withRootServer: zone === 1 && index === 1,
    status: 'ACTIVE',
    startServiceTime: 1,
    stopTime: null,
    lastOfflineTime: null,
    buildVersion: '4.2.5.1_1(Jan 1 2026 00:00:00)',
    ...changes,
  };
}

export function zoneRow(zone: number): ZoneRow {
  return { name: `zone${zone}`, status: 'ACTIVE', region: 'region1', idc: `idc${zone}`, type: 'ReadWrite' };
}

function tenantRow(id: number, name: string): TenantRow {
  return {
    id,
    name,
    type: id === 1 ? 'SYS' : 'USER',
    status: 'NORMAL',
    locality: 'FULL{1}@zone1, FULL{1}@zone2, FULL{1}@zone3',
    previousLocality: null,
    primaryZone: 'RANDOM',
    role: 'PRIMARY',
  };
}

/** Replicas of one log stream; the first member leads. */
export function replicas(
  tenantId: number,
  lsId: number,
  members: readonly ServerAddress[],
  changes: Partial<ReplicaRow> = {},
): ReplicaRow[] {
  return members.map(({ ip, rpcPort: port }, index) => ({
    tenantId,
    lsId,
    ip,
    rpcPort: port,
    role: index === 0 ? 'LEADER' : 'FOLLOWER',
    proposalId: 5n,
    paxosMemberList: index === 0 ? members.map((member) => `${formatAddress(member)}:1`).join(',') : '',
    paxosReplicaNumber: members.length,
    inSync: true,
    endScn: nowScn,
    arbitrationMember: '',
    ...changes,
  }));
}

const rows = <Row>(values: readonly Row[]): Section<Row> => ({ ok: true, rows: values });

/** A section whose query failed. */
export const unreadable: Section<never> = { ok: false, reason: 'OceanBase error 4012' };

export interface FixtureRows {
  readonly servers: readonly ServerRow[];
  readonly zones: readonly ZoneRow[];
  readonly replicas: readonly ReplicaRow[];
}

export function healthyRows(): FixtureRows {
  return {
    servers: [1, 2, 3].flatMap((zone) => [serverRow(zone, 1), serverRow(zone, 2)]),
    zones: [1, 2, 3].map(zoneRow),
    replicas: [
      ...replicas(1, 1, [address(1, 1), address(2, 1), address(3, 1)]),
      ...replicas(1002, 1001, [address(2, 2), address(1, 2), address(3, 2)]),
    ],
  };
}

/** A snapshot of the given rows; leaders and log streams follow from the replicas. */
export function snapshotOf(given: FixtureRows, changes: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  const streams = new Map(
    given.replicas.map(({ tenantId, lsId }) => [`${tenantId}/${lsId}`, { tenantId, lsId }]),
  );
  return {
    takenAt: 1_000,
    answeredBy: address(2, 1),
    servers: rows(given.servers),
    zones: rows(given.zones),
    tenants: rows([tenantRow(1, 'sys'), tenantRow(1002, 'shop')]),
    logStreams: rows([...streams.values()].map((stream) => ({ ...stream, status: 'NORMAL' }))),
    replicas: rows(given.replicas),
    leaders: rows(given.replicas.filter((row) => row.role === 'LEADER')),
    jobs: rows([]),
    permanentOffline: rows([{ seconds: 3600 }]),
    ...changes,
  };
}
