/**
 * What is known of a cluster after a scenario, from everybody but the control plane: the agents' journals, the simulated
 * observers' own records, the process table of the host, and an SQL connection of our own to any server that answers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EffectLine, type JournalLine, readAgentJournal, readObserverEffects } from './effects.ts';
import { listFolderProcesses } from './folder-processes.ts';
import type { Stack } from './stack.ts';

export interface ServerEvidence {
  /** `ip:rpcPort`, as the kernel names a server. */
  readonly address: string;
  readonly zone: string;
  readonly home: string;
  readonly journal: readonly JournalLine[];
  readonly effects: readonly EffectLine[];
  /** Live observer processes of the home. */
  readonly pids: readonly number[];
}

export interface KernelServer {
  readonly address: string;
  readonly status: string;
  /** By its own mark, or by that of its zone. */
  readonly isMarkedStopped: boolean;
  readonly isInService: boolean;
}

export interface LogStream {
  /** `tenantId/lsId` */
  readonly name: string;
  /** Addresses of the members that the leader knows. */
  readonly members: readonly string[];
  readonly leaders: readonly string[];
}

export interface Evidence {
  readonly servers: readonly ServerEvidence[];
  readonly kernel: readonly KernelServer[];
  readonly streams: readonly LogStream[];
}

export async function gatherEvidence(stack: Stack): Promise<Evidence> {
  const observers = listFolderProcesses(stack.folder);
  const servers = stack.cluster.servers.map(({ ip, port, zone, home }) => ({
    address: `${ip}:${port}`,
    zone,
    home,
    journal: readAgentJournal(stack.folder, ip).filter((line) => line.home === home),
    effects: readObserverEffects(home),
    pids: observers.filter(({ pid }) => isObserverOf(pid, home)).map(({ pid }) => pid),
  }));
  const hasObservers = servers.some(({ pids }) => pids.length > 0);
  return { servers, ...(await askKernel(stack, hasObservers)) };
}

/** The first word of the command line names the home's own executable; a shell or a child in between does not. */
function isObserverOf(pid: number, home: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === join(home, 'lib', 'observer');
  } catch {
    return false;
  }
}

const serverQuery = `SELECT svr_ip, svr_port, zone, status, stop_time, start_service_time FROM oceanbase.DBA_OB_SERVERS`;
const zoneQuery = `SELECT zone FROM oceanbase.DBA_OB_ZONES WHERE status <> 'ACTIVE'`;
const streamQuery = `SELECT tenant_id, ls_id, svr_ip, svr_port, role, proposal_id, paxos_member_list
  FROM oceanbase.GV$OB_LOG_STAT`;

async function askKernel(stack: Stack, hasObservers: boolean): Promise<Pick<Evidence, 'kernel' | 'streams'>> {
  const failures: unknown[] = [];
  for (const server of stack.cluster.servers) {
    try {
      const rows = await stack.sql(server, serverQuery);
      const inactive = (await stack.sql(server, zoneQuery)).map(({ zone }) => zone);
      const kernel = rows.map((row) => ({
        address: `${row.svr_ip}:${row.svr_port}`,
        status: String(row.status),
        isMarkedStopped: row.stop_time !== null || inactive.includes(row.zone),
        isInService: row.status === 'ACTIVE' && row.start_service_time !== null,
      }));
      return { kernel, streams: readStreams(await stack.sql(server, streamQuery)) };
    } catch (error) {
      failures.push(error);
    }
  }
  // A cluster that is down as a whole has no kernel to ask; one that runs and does not answer is another matter.
  if (!hasObservers) return { kernel: [], streams: [] };
  throw new AggregateError(failures, 'no server of the cluster answers');
}

function readStreams(rows: readonly Record<string, unknown>[]): LogStream[] {
  const byStream = Map.groupBy(rows, (row) => `${row.tenant_id}/${row.ls_id}`);
  return [...byStream].map(([name, replicas]) => {
    const leading = replicas.filter((row) => row.role === 'LEADER');
    const [newest] = leading.toSorted((a, b) => Number(b.proposal_id) - Number(a.proposal_id));
    const list = newest?.paxos_member_list;
    const members = [...(typeof list === 'string' ? list : '').matchAll(/(\d+\.\d+\.\d+\.\d+:\d+)/g)];
    return {
      name,
      members: members.map(([address]) => address),
      leaders: leading
        .filter((row) => row.proposal_id === newest?.proposal_id)
        .map((row) => `${row.svr_ip}:${row.svr_port}`),
    };
  });
}
