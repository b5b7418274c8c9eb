/**
 * When the kernel gives a stopped server up for good: `server_permanent_offline_time` after its last heartbeat. Then its
 * replicas are removed from their member lists, and the server must rebuild them when it comes back. A server of which only
 * the service is stopped never gets there: its process goes on sending heartbeats.
 */

export type PermanentOfflineState =
  /** The server is up, or nobody knows since when it is not. */
  | 'NONE'
  | 'COUNTING'
  /** Little time is left: start the server, or raise server_permanent_offline_time. */
  | 'NEAR'
  | 'PASSED';

export interface PermanentOffline {
  /** Epoch milliseconds; null when it is not known, or does not apply. */
  readonly at: number | null;
  readonly state: PermanentOfflineState;
}

export interface DownServer {
  readonly process: 'up' | 'absent' | 'unknown';
  readonly innerStatus: string | null;
  /** LAST_OFFLINE_TIME: when the kernel noticed, a lease after the last heartbeat. */
  readonly lastOfflineTime: number | null;
  /** When the process was first seen gone; null while it is up or nobody has looked. */
  readonly processEndTime: number | null;
}

/** The default of `lease_time`; where it is longer, the end of the process seen by the agent is the earlier sign. */
const leaseMs = 10_000;
const nearMs = 600_000;
const nearShare = 0.2;

/** @param limitMs server_permanent_offline_time; undefined when it was never read */
export function derivePermanentOffline(
  { process, innerStatus, lastOfflineTime, processEndTime }: DownServer,
  limitMs: number | undefined,
  now: number,
): PermanentOffline {
  const isDown = process === 'absent' || (process === 'unknown' && innerStatus === 'INACTIVE');
  const signs = [processEndTime ?? [], lastOfflineTime === null ? [] : lastOfflineTime - leaseMs].flat();
  if (!isDown || signs.length === 0 || limitMs === undefined) return { at: null, state: 'NONE' };
  // The earliest sign: a deadline that is shown too late helps nobody.
  const at = Math.min(...signs) + limitMs;
  if (now >= at) return { at, state: 'PASSED' };
  const near = Math.max(Math.min(nearMs, limitMs / 2), limitMs * nearShare);
  return { at, state: at - now <= near ? 'NEAR' : 'COUNTING' };
}

export interface ReturnWindow {
  readonly serverId: number;
  readonly clusterId: number;
  /** Epoch milliseconds: when the server shall be back. */
  readonly returnBy: number;
  readonly startsServer: boolean;
  /** Who asked. */
  readonly userId: number;
  readonly username: string;
  /** The task that the stop was; 0 until it is known. */
  readonly stopTaskId: number;
  /** The task that starts the server again; 0 until there is one. */
  readonly startTaskId: number;
}

export type ReturnAction =
  /** Nothing to do: the server is meant to be down, or is being operated. */
  | 'wait'
  /** It is time, and the operator wants it to be started. */
  | 'start'
  /** The server is back, or was never stopped: what was raised for it is put back. */
  | 'close';

/** What to do about a server that was stopped until a time. */
export function planReturn(
  { returnBy, startsServer, startTaskId, stopTaskId }: ReturnWindow,
  server: { readonly isHeld: boolean; readonly isUp: boolean; readonly hasPassed: boolean },
  now: number,
): ReturnAction {
  // Without a task the stop is just being asked for; or it never came to be, which shows in the end.
  if (server.isHeld || (stopTaskId === 0 && now < returnBy)) return 'wait';
  // One that the kernel has given up gains nothing any more from a raised parameter.
  if (server.isUp || server.hasPassed) return 'close';
  return startsServer && startTaskId === 0 && now >= returnBy ? 'start' : 'wait';
}
