/** Looks at a cluster through whichever server answers. Never throws: not being able to look is a finding too. */
import type { ClusterAccess } from '../../domain/cluster-access.ts';
import type { ClusterSnapshot } from '../../domain/cluster-snapshot.ts';
import type { ServerAddress } from '../../domain/server-address.ts';
import type { ClusterSessions, SessionChoice } from './cluster-sessions.ts';
import { ConnectionFailure } from './kernel-error.ts';
import { takeSnapshot } from './snapshot.ts';

/** `snapshot` is undefined when no server answered; `why` then says what was tried. */
export interface Look {
  readonly snapshot: ClusterSnapshot | undefined;
  readonly why: string;
}

export interface LookOptions {
  /** Servers that are asked last, because they are about to be stopped. */
  readonly avoid?: readonly ServerAddress[];
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export async function lookAtCluster(
  sessions: ClusterSessions,
  access: ClusterAccess,
  { avoid, now }: LookOptions,
): Promise<Look> {
  try {
    const choice = avoid === undefined ? {} : { avoid };
    const snapshot = await takeSnapshotAnywhere(sessions, access, choice, now);
    return { snapshot, why: '' };
  } catch (error) {
    return { snapshot: undefined, why: error instanceof Error ? error.message : String(error) };
  }
}

/** A server that hangs or dies in the middle of a look is no reason not to look: another one is asked, once. */
async function takeSnapshotAnywhere(
  sessions: ClusterSessions,
  access: ClusterAccess,
  choice: SessionChoice,
  now: () => number,
): Promise<ClusterSnapshot> {
  try {
    return await sessions.with(access, choice, (session) => takeSnapshot(session, now));
  } catch (error) {
    if (!(error instanceof ConnectionFailure) || !error.sent) throw error;
    return sessions.with(access, choice, (session) => takeSnapshot(session, now));
  }
}
