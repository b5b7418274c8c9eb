/**
 * Where a server or a cluster is not as this control plane left it, with what shows it and what to do. Drift is shown and
 * never undone by itself: whoever changed something had a reason. Pure.
 */
import type { DriftView } from '@openocp/contract';
import type { ServerIntent } from './status.ts';

export type Drift = DriftView;

/** What the periodic look noticed and nobody has settled since. */
export interface DriftMark {
  readonly kind: 'PROCESS_RESTARTED' | 'ADDED_ELSEWHERE';
  readonly evidence: string;
}

export interface DriftSubject {
  readonly address: string;
  readonly intent: ServerIntent;
  /** Null when the server has no row in DBA_OB_SERVERS. */
  readonly innerStatus: string | null;
  /** Epoch milliseconds. */
  readonly stopTime: number | null;
  readonly startServiceTime: number | null;
  readonly zoneName: string;
  readonly zoneInnerStatus: string;
  readonly process: 'up' | 'absent' | 'unknown';
  readonly hasAgent: boolean;
  readonly marks: readonly DriftMark[];
}

/** Not to be asked while an operation of ours works on the server: then everything is on its way. */
export function deriveServerDrift(subject: DriftSubject): Drift[] {
  if (subject.innerStatus === null) {
    return [
      {
        kind: 'REMOVED_ELSEWHERE',
        evidence: `${subject.address} has no row in DBA_OB_SERVERS any more.`,
        remedy: 'If it was deleted on purpose nothing needs doing here.',
      },
    ];
  }
  return [
    ...driftOfService(subject),
    ...driftOfProcess(subject),
    ...subject.marks.flatMap(describeMark(subject)),
  ];
}

function driftOfService(subject: DriftSubject): Drift[] {
  const { address, intent, startServiceTime, process } = subject;
  const mark = markOf(subject);
  if (intent === 'RUNNING' && mark !== undefined) {
    const evidence = `${address} is stopped in the kernel (${mark}), not from here.`;
    const remedy = 'Start it here (the zone, if that is stopped), or leave it to whoever stopped it.';
    return [{ kind: 'STOPPED_ELSEWHERE', evidence, remedy }];
  }
  const serves = mark === undefined && startServiceTime !== null;
  const isUp = intent === 'PROCESS_STOPPED' ? process === 'up' : process !== 'absent';
  if (intent !== 'RUNNING' && serves && isUp) {
    const evidence = `${address} was stopped from here (${intent}), and is in service: it was started elsewhere.`;
    const remedy = 'Stop the server here again if it is to be stopped.';
    return [{ kind: 'STARTED_ELSEWHERE', evidence, remedy }];
  }
  return [];
}

/** What stops the service of the server in the kernel; undefined when nothing does. */
function markOf({ stopTime, zoneName, zoneInnerStatus }: DriftSubject): string | undefined {
  if (stopTime !== null) return `STOP_TIME ${new Date(stopTime).toISOString()}`;
  return zoneInnerStatus === 'ACTIVE' ? undefined : `zone ${zoneName} is ${zoneInnerStatus}`;
}

function driftOfProcess(subject: DriftSubject): Drift[] {
  const { address, intent, process } = subject;
  if (intent !== 'PROCESS_STOPPED' && process === 'absent') {
    const evidence = `${address} has no observer process, and none was stopped from here.`;
    return [
      {
        kind: 'PROCESS_GONE',
        evidence,
        remedy: 'Look at log/observer.log in its home, then start the server here.',
      },
    ];
  }
  if (intent === 'PROCESS_STOPPED' && process === 'up' && markOf(subject) !== undefined) {
    const evidence = `The process of ${address} was stopped from here, and runs again; its service is still stopped.`;
    return [
      {
        kind: 'STARTED_ELSEWHERE',
        evidence,
        remedy: 'Start the server here to put it into service, or stop it here again.',
      },
    ];
  }
  return [];
}

function describeMark({ hasAgent }: DriftSubject): (mark: DriftMark) => Drift[] {
  return ({ kind, evidence }) => {
    switch (kind) {
      case 'PROCESS_RESTARTED':
        return [
          {
            kind,
            evidence,
            remedy:
              'If nobody restarted it on purpose look at log/observer.log. The next start or stop from here settles this.',
          },
        ];
      case 'ADDED_ELSEWHERE':
        // With its agent connected it is a server like any other.
        return hasAgent
          ? []
          : [{ kind, evidence, remedy: 'Connect the agent of its host (connectAgents of the cluster).' }];
    }
  };
}

/** @param unreachableReason why the last look at the cluster failed; null when it did not */
export function deriveClusterDrift(unreachableReason: string | null): Drift[] {
  // The number by which the kernel refuses a login, as `KernelError` writes it.
  if (unreachableReason === null || !unreachableReason.startsWith('OceanBase error 1045 ')) return [];
  return [
    {
      kind: 'PASSWORD_CHANGED',
      evidence: unreachableReason,
      remedy:
        'Give the present password of root@sys: changePassword with currentPassword and newPassword (it may be the same).',
    },
  ];
}
