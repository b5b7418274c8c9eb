/**
 * Whose START_SERVICE_TIME is it? A row of DBA_OB_SERVERS may speak of a process that is gone: the kernel notices a
 * death only when the lease has run out, and a process that is started again before that is shown ACTIVE and in service
 * from the first moment, with the time of the one before. Reading the row is no proof; comparing its time with a clock
 * is none either, because clocks are set.
 *
 * So the time is taken as what it is, a mark that no two processes share. Right before a process is started, when it
 * is known that none runs, the row is read, and the agent keeps that mark beside the spawn in its journal: durable
 * before the process exists, and found again by whichever task asks later. Any other mark is of the process that runs.
 *
 * Of a process without such a record (started by hand; or the row had no mark yet because a process was just coming up)
 * time is the proof, on the host's own clock since its boot: after so long root service has either heard from this
 * process or has let its lease run out. planning/server-readiness.ts decides.
 */
import { type JournalEntry, type ProcessIdentity, shownBefore, startResponse } from '@openocp/contract';
import { findServer } from '../domain/cluster-snapshot.ts';
import type { ShownMark } from '../planning/server-readiness.ts';
import { isSameProcess } from './same-process.ts';
import { lookAround, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';

interface ShownRow {
  readonly status: string | null;
  readonly startServiceTime: number | null;
}

/** To be called while no process runs. @returns undefined when no mark can be told. */
export async function fetchShownNow(
  services: OperationServices,
  target: ServerTarget,
): Promise<string | undefined> {
  const { snapshot } = await lookAround(services, target.clusterId, [target]);
  if (snapshot?.servers.ok === true) return markOf(findServer(snapshot, target));
  // A cluster that is down changes no row, so what was seen last is what it will show first.
  const record = await services.servers.fetch(target.clusterId, target.serverId);
  return markOf(
    record === undefined || record.innerStatus === null
      ? undefined
      : { status: record.innerStatus, startServiceTime: record.startServiceTime },
  );
}

/** ACTIVE without a time: a process that was coming up a moment ago may have got further than the row shows. */
function markOf(row: ShownRow | undefined): string | undefined {
  if (row === undefined) return 'none';
  if (row.startServiceTime !== null) return String(row.startServiceTime);
  return row.status === 'ACTIVE' ? undefined : 'none';
}

/** What the kernel showed before this very process was started, from the journal of its home. */
export function findShownBefore(entries: readonly JournalEntry[], process: ProcessIdentity): ShownMark {
  const started = entries.find(({ verb, phase, detail }) => {
    if (verb !== 'start' || phase !== 'result') return false;
    const answer = startResponse.omit({ redelivered: true }).safeParse(detail.response);
    return answer.success && answer.data.outcome === 'started' && isSameProcess(answer.data.process, process);
  });
  if (started === undefined) return 'unknown';
  const spawn = entries.find(
    (entry) => entry.phase === 'spawn' && isSameCommand(entry.command, started.command),
  );
  const mark = shownBefore.safeParse(spawn?.detail.shownBefore);
  if (!mark.success) return 'unknown';
  return mark.data === 'none' ? null : Number(mark.data);
}

/** The fence may be another: a newer owner may have fetched the result of what an older one began. */
function isSameCommand(a: JournalEntry['command'], b: JournalEntry['command']): boolean {
  return a.taskId === b.taskId && a.subtaskId === b.subtaskId && a.attempt === b.attempt && a.mode === b.mode;
}
