/**
 * Notices, look by look, what changed on servers without an operation of ours: another process, a new server. It only
 * notes; see `planning/drift.ts` for what is made of it.
 *
 * A changed process is believed at the second look: an operation that has just ended may not have recorded its own.
 */
import type { ProcessIdentity } from '@openocp/contract';
import { formatAddress } from '../domain/server-address.ts';
import type { OperationProgress } from '../planning/operation-phase.ts';
import type { DriftStore, SeenProcess } from '../store/drift.ts';
import type { Server } from '../store/servers.ts';
import type { ListProgress } from './operation-progress.ts';

export interface DriftWatchServices {
  readonly drift: DriftStore;
  readonly listProgress: ListProgress;
}

export interface ObservedProcess {
  readonly server: Server;
  /** Null when there is none; undefined when nothing is known. */
  readonly process: ProcessIdentity | null | undefined;
}

export interface DriftWatch {
  noticeProcesses(clusterId: number, observed: readonly ObservedProcess[]): Promise<void>;
  /** Servers that a look has found and that were not stored before. */
  noticeAdded(clusterId: number, added: readonly Server[]): Promise<void>;
}

const keyOf = ({ bootId, pid, startTicks }: SeenProcess) => `${bootId} ${pid} ${startTicks}`;

export function createDriftWatch({ drift, listProgress }: DriftWatchServices): DriftWatch {
  /** By server id: the process that was new at the last look. */
  const suspects = new Map<number, string>();

  async function noticeChanged(server: Server, known: SeenProcess, present: SeenProcess): Promise<void> {
    const progress = (await listProgress([server.clusterId])).get(server.clusterId);
    if (isWorkedOn(server, progress)) {
      await drift.saveProcess(server, present);
      await drift.deleteMarks(server.id);
      suspects.delete(server.id);
      return;
    }
    if (suspects.get(server.id) !== keyOf(present)) {
      suspects.set(server.id, keyOf(present));
      return;
    }
    suspects.delete(server.id);
    await drift.saveProcess(server, present);
    if (server.intent === 'PROCESS_STOPPED') return;
    const evidence = `The process of ${formatAddress(server)} was pid ${known.pid} and is pid ${present.pid}${known.bootId === present.bootId ? '' : ', and its host was booted'}, without an operation from here.`;
    await drift.saveMark(server, { kind: 'PROCESS_RESTARTED', evidence });
  }

  return {
    async noticeProcesses(clusterId, observed) {
      if (observed.every(({ process }) => process === null || process === undefined)) return;
      const known = await drift.listProcesses(clusterId);
      for (const { server, process } of observed) {
        if (process === null || process === undefined) continue;
        const before = known.get(server.id);
        if (before === undefined) await drift.saveProcess(server, process);
        else if (keyOf(before) !== keyOf(process)) await noticeChanged(server, before, process);
      }
    },
    async noticeAdded(clusterId, added) {
      if (added.length === 0 || (await listProgress([clusterId])).has(clusterId)) return;
      for (const server of added) {
        const evidence = `${formatAddress(server)} appeared in DBA_OB_SERVERS without an operation from here.`;
        await drift.saveMark(server, { kind: 'ADDED_ELSEWHERE', evidence });
      }
    },
  };
}

/** An operation that names no servers works on all of them. */
function isWorkedOn({ id }: Server, progress: OperationProgress | undefined): boolean {
  if (progress === undefined) return false;
  return progress.serverIds.length === 0 || progress.serverIds.includes(id);
}
