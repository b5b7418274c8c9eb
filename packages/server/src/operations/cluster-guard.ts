/**
 * Keeps a second control plane out of a cluster: a restored backup of this one, or another OpenOCP.
 *
 * A row in the cluster itself says who operates it. Every write raises its revision and leaves a new token, and is a
 * compare-and-set on the revision and token that this control plane has last written; so whoever finds others than its own
 * knows that somebody else has been there, and stops before any effect. The row is written when an operation begins, and
 * again before each of its effects.
 *
 * Intent, effect, result: the new token is durable in the metadata before it is written to the cluster. Whoever finds a
 * pending token, after a crash or a lost answer, writes the same one again: it is there already, or it gets there now, or
 * somebody else's is. It is never forgotten and never replaced, because a write that is still on its way may arrive.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import {
  type ControlPlaneRow,
  createControlPlaneTable,
  fetchControlPlaneRow,
  insertControlPlaneRow,
  updateControlPlaneRow,
} from '../remote/oceanbase/control-plane-row.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import type { Session } from '../remote/oceanbase/session.ts';
import type { ClusterGuardRecord, ClusterGuardStore } from '../store/cluster-guards.ts';
import type { ClusterStore } from '../store/clusters.ts';

export interface ClusterGuardOptions {
  readonly guards: ClusterGuardStore;
  readonly clusters: Pick<ClusterStore, 'fetchAccess'>;
  readonly sessions: ClusterSessions;
  readonly instance: string;
  readonly host: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long a cluster is asked that does not answer; 10 s by default, in which leaders have moved. */
  readonly patienceMs?: number;
}

/** The row is not as this control plane has left it. */
export class ForeignControlPlane extends Error {
  override readonly name = 'ForeignControlPlane';
  readonly clusterId: number;
  /** Undefined: the row that we wrote is gone. */
  readonly row: ControlPlaneRow | undefined;
  /** It bears our own name: the metadata are those of a restored backup, or a copy. */
  readonly isOwnName: boolean;

  constructor(clusterId: number, row: ControlPlaneRow | undefined, isOwnName: boolean) {
    super(describeForeign(row, isOwnName));
    this.clusterId = clusterId;
    this.row = row;
    this.isOwnName = isOwnName;
  }
}

export function describeForeign(row: ControlPlaneRow | undefined, isOwnName: boolean): string {
  if (row === undefined) return 'the row openocp.control_plane that this OpenOCP wrote is gone';
  const task = row.taskId === 0 ? '' : ` for task ${row.taskId}`;
  const who = `instance ${row.instance} on ${row.host} wrote last, at ${new Date(row.writeTime).toISOString()}${task}`;
  return isOwnName ? `${who}, and the metadata of this OpenOCP are older: a restored backup or a copy` : who;
}

/** `unreachable`: nobody knows; `ownTask` tells whether the last known write was made for the same task. */
export type GuardOutcome =
  | { readonly kind: 'off' | 'passed' }
  | { readonly kind: 'unreachable'; readonly why: string; readonly isOwnTask: boolean };

export type GuardState =
  | { readonly kind: 'off' | 'absent' }
  | {
      readonly kind: 'ours' | 'foreign' | 'released';
      readonly row: ControlPlaneRow;
      readonly isOwnName: boolean;
    }
  | { readonly kind: 'unreachable'; readonly why: string };

const defaultPatienceMs = 10_000;
const againMs = 250;
/** There is no database, or no table. */
const missingNumbers: ReadonlySet<number> = new Set([1049, 1146, 5019]);

export class ClusterGuard {
  readonly #options: ClusterGuardOptions;
  #identity: string | undefined;

  constructor(options: ClusterGuardOptions) {
    this.#options = options;
  }

  /**
   * Writes the row, or finds out that it is not ours to write.
   * @param patienceMs how long it is tried while nobody answers
   * @throws ForeignControlPlane
   */
  async pass(clusterId: number, taskId: number, patienceMs?: number): Promise<GuardOutcome> {
    const record = await this.#options.guards.fetch(clusterId);
    if (record === undefined || !record.enabled) return { kind: 'off' };
    const advance = (session: Session) => this.#advance(session, clusterId, taskId);
    const passed = await this.#reach(clusterId, advance, patienceMs);
    if (passed.reached) return { kind: 'passed' };
    return { kind: 'unreachable', why: passed.why, isOwnTask: record.lastTaskId === taskId };
  }

  /** Makes the row where there is none, and writes it. @throws ForeignControlPlane, unless the wish is to adopt */
  async take(clusterId: number, taskId: number): Promise<GuardOutcome> {
    const record = await this.#options.guards.fetch(clusterId);
    if (record === undefined || !record.enabled) return { kind: 'off' };
    const taken = await this.#reach(clusterId, async (session) => {
      await createControlPlaneTable(session);
      await this.#startFromReleased(session, clusterId);
      await this.#advance(session, clusterId, taskId);
    });
    return taken.reached ? { kind: 'passed' } : { kind: 'unreachable', why: taken.why, isOwnTask: false };
  }

  /** Lets go of the row, so that any control plane may take it. @throws ForeignControlPlane */
  async release(clusterId: number, taskId: number): Promise<GuardOutcome> {
    const record = await this.#options.guards.fetch(clusterId);
    if (record === undefined || !record.enabled) return { kind: 'off' };
    const released = await this.#reach(clusterId, (session) => this.#advance(session, clusterId, taskId, ''));
    return released.reached
      ? { kind: 'passed' }
      : { kind: 'unreachable', why: released.why, isOwnTask: record.lastTaskId === taskId };
  }

  /** Looks, and changes nothing. */
  async look(clusterId: number): Promise<GuardState> {
    const record = await this.#options.guards.fetch(clusterId);
    if (record === undefined || !record.enabled) return { kind: 'off' };
    const identity = await this.#fetchIdentity();
    let row: ControlPlaneRow | undefined;
    const looked = await this.#reach(
      clusterId,
      async (session) => {
        row = await fetchControlPlaneRow(session).catch(absentWhenMissing);
      },
      0,
    );
    if (!looked.reached) return { kind: 'unreachable', why: looked.why };
    if (row === undefined) return { kind: 'absent' };
    const isOwnName = row.controlPlane === identity;
    // Read after the row: a task of ours may have written it, or even the next one, since the record was read before.
    const known = (await this.#options.guards.fetch(clusterId)) ?? record;
    const isOurs = isLastOf(known, row) || row.token === known.pendingToken || known.revision > row.revision;
    if (isOurs) return { kind: 'ours', row, isOwnName };
    return { kind: row.controlPlane === '' ? 'released' : 'foreign', row, isOwnName };
  }

  async #fetchIdentity(): Promise<string> {
    this.#identity ??= await this.#options.guards.fetchIdentity();
    return this.#identity;
  }

  /** Again and again for a while: what is done may be done twice. */
  async #reach(
    clusterId: number,
    use: (session: Session) => Promise<void>,
    forMs: number = this.#options.patienceMs ?? defaultPatienceMs,
  ): Promise<{ reached: true } | { reached: false; why: string }> {
    const { clusters, sessions } = this.#options;
    const access = await clusters.fetchAccess(clusterId);
    const end = performance.now() + forMs;
    for (;;) {
      try {
        await sessions.with(access, {}, use);
        return { reached: true };
      } catch (error) {
        if (!isTransient(error)) throw error;
        if (performance.now() >= end) return { reached: false, why: error.message };
      }
      await pause(againMs);
    }
  }

  async #advance(session: Session, clusterId: number, taskId: number, name?: string): Promise<void> {
    try {
      await this.#write(session, clusterId, taskId, name);
    } catch (error) {
      if (error instanceof KernelError && missingNumbers.has(error.errno))
        throw new ForeignControlPlane(clusterId, undefined, false);
      throw error;
    }
  }

  async #write(session: Session, clusterId: number, taskId: number, name: string | undefined): Promise<void> {
    const { guards } = this.#options;
    const identity = await this.#fetchIdentity();
    const record = await this.#pendingRecord(session, clusterId, identity);
    const token = record.pendingToken ?? '';
    const next = this.#nextRow(record.revision + 1, token, name ?? identity, taskId);
    if (record.revision === 0) await insertControlPlaneRow(session, next);
    else await updateControlPlaneRow(session, record, next);
    const row = await fetchControlPlaneRow(session);
    if (row?.token === token) {
      await guards.confirm(clusterId, row.revision, token, taskId);
      return;
    }
    // Another instance of this control plane may have finished this write, and made one more.
    const now = await this.#requireRecord(clusterId);
    if (now.revision === record.revision && now.token === record.token)
      throw new ForeignControlPlane(clusterId, row, row?.controlPlane === identity);
    await this.#write(session, clusterId, taskId, name);
  }

  /** Whoever let go of the row last, it is free. */
  async #startFromReleased(session: Session, clusterId: number): Promise<void> {
    const record = await this.#requireRecord(clusterId);
    const row = await fetchControlPlaneRow(session);
    if (row === undefined || row.controlPlane !== '' || isLastOf(record, row)) return;
    if (row.token !== record.pendingToken) await this.#options.guards.startFrom(clusterId, row, randomUUID());
  }

  #nextRow(revision: number, token: string, controlPlane: string, taskId: number): ControlPlaneRow {
    const { instance, host, now } = this.#options;
    return { controlPlane, revision, token, instance, host, taskId, writeTime: now() };
  }

  /** The record with a pending token: the one of an earlier write, or a new one. */
  async #pendingRecord(session: Session, clusterId: number, identity: string): Promise<ClusterGuardRecord> {
    const { guards } = this.#options;
    const record = await this.#requireRecord(clusterId);
    if (record.adopts || record.revision === 0) await this.#startAfresh(session, clusterId, record, identity);
    else if (record.pendingToken === null) await guards.begin(clusterId, record, randomUUID());
    const pending = await this.#requireRecord(clusterId);
    // Another instance has just finished its write: the next look finds that.
    return pending.pendingToken === null ? this.#pendingRecord(session, clusterId, identity) : pending;
  }

  /** The first write of ours, or one that takes the row from whoever holds it because somebody said so. */
  async #startAfresh(
    session: Session,
    clusterId: number,
    record: ClusterGuardRecord,
    identity: string,
  ): Promise<void> {
    const { guards } = this.#options;
    const row = await fetchControlPlaneRow(session);
    if (row?.token === record.pendingToken && row !== undefined) return;
    if (row === undefined) {
      if (record.pendingToken === null || record.revision > 0) {
        await guards.startFrom(clusterId, { revision: 0, token: '' }, randomUUID());
      }
      return;
    }
    // A write that is still on its way must not be replaced by another one.
    if (isLastOf(record, row) && record.pendingToken !== null) return;
    const mayTake = record.adopts || row.controlPlane === '' || isLastOf(record, row);
    if (!mayTake) throw new ForeignControlPlane(clusterId, row, row.controlPlane === identity);
    await guards.startFrom(clusterId, row, randomUUID());
  }

  async #requireRecord(clusterId: number): Promise<ClusterGuardRecord> {
    const record = await this.#options.guards.fetch(clusterId);
    if (record === undefined) throw new Error(`cluster ${clusterId} has no guard record`);
    return record;
  }
}

function isLastOf(record: ClusterGuardRecord, row: ControlPlaneRow): boolean {
  return record.revision > 0 && row.revision === record.revision && row.token === record.token;
}

/** A wrong password, too, leaves it open who operates the cluster. */
function isTransient(error: unknown): error is Error {
  return (
    error instanceof ConnectionFailure ||
    (error instanceof KernelError && (error.class === 'retry' || error.class === 'authentication'))
  );
}

function absentWhenMissing(error: unknown): undefined {
  if (error instanceof KernelError && missingNumbers.has(error.errno)) return undefined;
  throw error;
}
