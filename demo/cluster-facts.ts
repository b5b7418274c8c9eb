/** What an independent SQL connection and the operating system say: nothing here goes through the control plane. */
import { existsSync, readFileSync } from 'node:fs';
import { queryServer, type Stack, type StackServer } from '@openocp/testkit';

const query = (stack: Stack, server: StackServer, sql: string) =>
  queryServer(server, stack.cluster.rootPassword, sql);

function other(stack: Stack, server: StackServer): StackServer {
  const found = stack.servers.find((each) => each.zone !== server.zone);
  if (found === undefined) throw new Error('the cluster has one zone only');
  return found;
}

/** How many log streams each server leads, by `ip:port`. */
export async function countLeaders(stack: Stack, asked: StackServer): Promise<Map<string, number>> {
  const rows = await query(
    stack,
    asked,
    "SELECT svr_ip, svr_port, COUNT(*) AS leaders FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' GROUP BY svr_ip, svr_port",
  );
  return new Map(rows.map((row) => [`${row.svr_ip}:${row.svr_port}`, Number(row.leaders)]));
}

export interface ServerFacts {
  readonly kernelStatus: string;
  readonly stopTime: string | null;
  readonly leaders: number;
  readonly processUp: boolean;
  /** How many of the other servers answer a query. */
  readonly othersServing: number;
}

export async function lookAtServer(stack: Stack, server: StackServer): Promise<ServerFacts> {
  const asked = other(stack, server);
  const rows = await query(
    stack,
    asked,
    `SELECT status, CAST(stop_time AS CHAR) AS stop_time FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${server.ip}' AND svr_port = ${server.port}`,
  );
  const leaders = await countLeaders(stack, asked);
  const others = stack.servers.filter((each) => each.id !== server.id);
  const answers = await Promise.allSettled(others.map((each) => query(stack, each, 'SELECT 1')));
  const pid = readPid(server.home);
  return {
    kernelStatus: String(rows[0]?.status),
    stopTime: rows[0]?.stop_time ?? null,
    leaders: leaders.get(`${server.ip}:${server.port}`) ?? 0,
    processUp: pid !== undefined && existsSync(`/proc/${pid}`),
    othersServing: answers.filter((answer) => answer.status === 'fulfilled').length,
  };
}

function readPid(home: string): number | undefined {
  const file = `${home}/run/observer.pid`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}
