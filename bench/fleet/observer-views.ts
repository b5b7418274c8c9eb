/**
 * What the observers of one cluster of the fleet show of it: 3 zones of 3 servers, a tenant beside sys, 6 log streams of 3
 * replicas. Columns as the simulator declares them; nothing changes but the positions in the logs.
 */
import type { ResultColumn, StatementResult, Value } from '../../packages/simulator/src/mysql/result.ts';
import { viewsOf } from '../../packages/simulator/src/views/registry.ts';
import {
  buildVersion,
  clusterNetwork,
  obVersion,
  rpcPort,
  serversPerCluster,
  startServiceTime,
  zoneNames,
  zonePlace,
} from './fleet-cluster.ts';

type Row = Readonly<Record<string, Value>>;

const tenants = [
  { id: 1, name: 'sys', type: 'SYS', streams: [1] },
  { id: 1001, name: 'META$1002', type: 'META', streams: [1] },
  { id: 1002, name: 'app', type: 'USER', streams: [1, 1001, 1002, 1003] },
] as const;
const streams = tenants.flatMap(({ id, streams }) => streams.map((lsId) => ({ tenantId: id, lsId })));

/** By view. */
export function rowsOfCluster(number: number, sqlPort: number): ReadonlyMap<string, () => readonly Row[]> {
  const members = Array.from({ length: serversPerCluster }, (_, index) => ({
    SVR_IP: `${clusterNetwork(number)}.${index + 1}`,
    SVR_PORT: rpcPort,
    ZONE: zoneNames[index % zoneNames.length] ?? '',
  }));
  const servers = members.map((member, index) => serverRow(member, index, sqlPort));
  const replicas = streams.flatMap((stream, index) => replicaRows(stream, members.slice((index % 3) * 3)));
  const parameters = members.map((member) => {
    return { ...member, NAME: 'server_permanent_offline_time', VALUE: '3600s' };
  });
  const always = (rows: readonly Row[]) => () => rows;
  return new Map([
    ['DBA_OB_SERVERS', always(servers)],
    ['DBA_OB_ZONES', always(zoneNames.map(zoneRow))],
    ['DBA_OB_TENANTS', always(tenants.map(tenantRow))],
    ['DBA_OB_SERVER_JOBS', always([])],
    ['DBA_OB_UNIT_JOBS', always([])],
    ['DBA_OB_TENANT_JOBS', always([])],
    ['GV$OB_PARAMETERS', always(parameters)],
    ['CDB_OB_LS', always(streams.map(streamRow))],
    ['CDB_OB_LS_LOCATIONS', always(replicas)],
    ['GV$OB_LOG_STAT', () => withPositions(replicas)],
  ]);
}

function serverRow(member: Row, index: number, sqlPort: number): Row {
  return {
    ...member,
    ID: index + 1,
    SQL_PORT: sqlPort,
    WITH_ROOTSERVER: index === 0 ? 'YES' : 'NO',
    STATUS: 'ACTIVE',
    START_SERVICE_TIME: `${new Date(startServiceTime).toISOString().slice(0, 19).replace('T', ' ')}.000000`,
    STOP_TIME: null,
    BUILD_VERSION: buildVersion,
    LAST_OFFLINE_TIME: null,
  };
}

function zoneRow(zone: string): Row {
  const { region, idc, type } = zonePlace;
  return { ZONE: zone, STATUS: 'ACTIVE', IDC: idc, REGION: region, TYPE: type };
}

function tenantRow({ id, name, type }: (typeof tenants)[number]): Row {
  return {
    TENANT_ID: id,
    TENANT_NAME: name,
    TENANT_TYPE: type,
    STATUS: 'NORMAL',
    LOCALITY: zoneNames.map((zone) => `FULL{1}@${zone}`).join(', '),
    PREVIOUS_LOCALITY: null,
    PRIMARY_ZONE: zoneNames.join(','),
    TENANT_ROLE: 'PRIMARY',
  };
}

interface Stream {
  readonly tenantId: number;
  readonly lsId: number;
}

function streamRow({ tenantId, lsId }: Stream): Row {
  return { TENANT_ID: tenantId, LS_ID: lsId, STATUS: 'NORMAL' };
}

/** One in each zone; the first leads. */
function replicaRows({ tenantId, lsId }: Stream, [a, b, c]: readonly Row[]): Row[] {
  const members = [a, b, c].filter((member) => member !== undefined);
  const list = members.map((member) => `${member.SVR_IP}:${member.SVR_PORT}:1`).join(',');
  return members.map((member, index) => ({
    ...member,
    TENANT_ID: tenantId,
    LS_ID: lsId,
    ROLE: index === 0 ? 'LEADER' : 'FOLLOWER',
    PROPOSAL_ID: 3,
    PAXOS_MEMBER_LIST: list,
    PAXOS_REPLICA_NUM: members.length,
    IN_SYNC: 'YES',
    ARBITRATION_MEMBER: '',
  }));
}

function withPositions(replicas: readonly Row[]): Row[] {
  const scn = BigInt(Date.now()) * 1_000_000n;
  return replicas.map((replica) => ({ ...replica, END_SCN: scn }));
}

interface Question {
  readonly view: string;
  readonly columns: readonly ResultColumn[];
  readonly keeps: (row: Row) => boolean;
}

/** The statements of a look are few, and always the same. */
const questions = new Map<string, Question | undefined>();

/** @returns undefined for a statement that is not a plain SELECT from a view. */
export function answer(
  statement: string,
  rowsOf: ReadonlyMap<string, () => readonly Row[]>,
): StatementResult | undefined {
  if (!questions.has(statement)) questions.set(statement, parseQuestion(statement));
  const question = questions.get(statement);
  const rows = question && rowsOf.get(question.view)?.();
  if (question === undefined || rows === undefined) return undefined;
  const { columns, keeps } = question;
  const kept = rows.filter(keeps);
  return { kind: 'rows', columns, rows: kept.map((row) => columns.map(({ name }) => row[name] ?? null)) };
}

function parseQuestion(statement: string): Question | undefined {
  const [, list = '', view = '', where] =
    /^SELECT ([\w, ]+) FROM oceanbase\.([\w$]+)(?: WHERE (\w+ (?:=|<>) '[^']*'))?(?: ORDER BY [\w, ]+)?$/.exec(
      statement,
    ) ?? [];
  const known = viewsOf(obVersion).get(view);
  if (known === undefined) return undefined;
  const columns = list.split(', ').map((name) => {
    const declared = known.columns.find((column) => column.name.toLowerCase() === name);
    if (declared === undefined) throw new Error(`${view} has no column ${name}`);
    return { name: declared.name.toUpperCase(), type: declared.type, table: view };
  });
  const [, name = '', operator, text] = /^(\w+) (=|<>) '([^']*)'$/.exec(where ?? '') ?? [];
  const column = name.toUpperCase();
  const keeps = (row: Row) => operator === undefined || (row[column] === text) === (operator === '=');
  return { view, columns, keeps };
}
