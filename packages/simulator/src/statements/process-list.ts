/** SHOW PROCESSLIST: the sessions of this server that the tenant may see. */
import type { ResultColumn, StatementResult, Value } from '../mysql/result.ts';
import type { LiveSession } from '../mysql/session.ts';
import { monotonicMs } from '../timing.ts';

const columns: readonly ResultColumn[] = [
  { name: 'Id', type: 'bigint unsigned' },
  { name: 'User', type: 'varchar(32)' },
  { name: 'Host', type: 'varchar(128)' },
  { name: 'db', type: 'varchar(128)' },
  { name: 'Command', type: 'varchar(4096)' },
  { name: 'Time', type: 'bigint(21)' },
  { name: 'State', type: 'varchar(128)' },
  { name: 'Info', type: 'varchar(262143)' },
];

export function processList(sessions: readonly LiveSession[]): StatementResult {
  return { kind: 'rows', columns, rows: sessions.map(processRow) };
}

function processRow(session: LiveSession): Value[] {
  const { identity, clientPort } = session;
  const { database, statement, sinceMs } = session.activity();
  return [
    identity.connectionId,
    identity.user,
    `${identity.clientAddress}:${clientPort}`,
    database ?? 'NULL',
    statement === undefined ? 'Sleep' : 'Query',
    Math.max(0, Math.floor((monotonicMs() - sinceMs) / 1000)),
    statement === undefined ? 'SLEEP' : 'ACTIVE',
    statement ?? null,
  ];
}
