/** Looks at a cluster through whichever server answers. Never throws: not being able to look is a finding too. */
import type { ClusterAccess } from '../../domain/cluster-access.ts';
import type { ClusterInventory, ClusterSnapshot, ZoneRow } from '../../domain/cluster-snapshot.ts';
import type { ServerAddress } from '../../domain/server-address.ts';
import type { ClusterSessions, SessionChoice } from './cluster-sessions.ts';
import { ConnectionFailure } from './kernel-error.ts';
import type { Session } from './session.ts';
import { takeInventory, takeSnapshot } from './snapshot.ts';
import { listZones } from './views.ts';

/** `snapshot` is undefined when no server answered; `why` then says what was tried. */
export interface LookOf<Seen> {
  readonly snapshot: Seen | undefined;
  readonly why: string;
}

export type Look = LookOf<ClusterSnapshot>;

export interface LookOptions {
  /** Servers that are asked last, because they are about to be stopped. */
  readonly avoid?: readonly ServerAddress[];
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** For a decision: all that the cluster shows. */
export function lookAtCluster(
  sessions: ClusterSessions,
  access: ClusterAccess,
  { avoid, now }: LookOptions,
): Promise<Look> {
  const choice = avoid === undefined ? {} : { avoid };
  return look(sessions, access, choice, (session) => takeSnapshot(session, now));
}

/** For what is stored: a fleet is looked at again and again, and its log streams would be most of the work. */
export function lookAtInventory(
  sessions: ClusterSessions,
  access: ClusterAccess,
  { now }: Pick<LookOptions, 'now'>,
): Promise<LookOf<ClusterInventory>> {
  return look(sessions, access, {}, (session) => takeInventory(session, now));
}

/** For what only the zones tell: it is one small view. */
export function lookAtZones(
  sessions: ClusterSessions,
  access: ClusterAccess,
  avoid: readonly ServerAddress[],
): Promise<LookOf<readonly ZoneRow[]>> {
  return look(sessions, access, { avoid }, listZones);
}

async function look<Seen>(
  sessions: ClusterSessions,
  access: ClusterAccess,
  choice: SessionChoice,
  take: (session: Session) => Promise<Seen>,
): Promise<LookOf<Seen>> {
  try {
    return { snapshot: await takeAnywhere(sessions, access, choice, take), why: '' };
  } catch (error) {
    return { snapshot: undefined, why: error instanceof Error ? error.message : String(error) };
  }
}

/** A server that hangs or dies in the middle of a look is no reason not to look: another one is asked, once. */
async function takeAnywhere<Seen>(
  sessions: ClusterSessions,
  access: ClusterAccess,
  choice: SessionChoice,
  take: (session: Session) => Promise<Seen>,
): Promise<Seen> {
  try {
    return await sessions.with(access, choice, take);
  } catch (error) {
    if (!(error instanceof ConnectionFailure) || !error.sent) throw error;
    return sessions.with(access, choice, take);
  }
}
