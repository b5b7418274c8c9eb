/**
 * What servers and zones are meant to be. A server has two intents: its own, which operations on that server set, and the
 * one that holds now, which operations on its zone or cluster set too. When the wider stop is over, the server returns to
 * its own: what an operator had stopped before stays stopped.
 */
import type { ServerIntent } from './status.ts';

export interface ServerIntents {
  readonly intent: ServerIntent;
  readonly ownIntent: ServerIntent;
}

/** STOPPED: its processes too, by an operation on the zone. */
export type ZoneIntent = 'RUNNING' | 'SERVICE_STOPPED' | 'STOPPED';

/** After an operation on the server itself. */
export function intendOwn(intent: ServerIntent): ServerIntents {
  return { intent, ownIntent: intent };
}

interface FormerServer {
  readonly stopTime: number | null;
  readonly ownIntent: ServerIntent;
}

/** After its zone or its cluster was stopped. A mark that somebody set by hand is remembered as if we had set it. */
export function intendStoppedWithOthers({ stopTime, ownIntent }: FormerServer): ServerIntents {
  const isMarkedByHand = stopTime !== null && ownIntent === 'RUNNING';
  return { intent: 'PROCESS_STOPPED', ownIntent: isMarkedByHand ? 'SERVICE_STOPPED' : ownIntent };
}

interface FormerZone {
  /** STATUS in the kernel; null when it is not known. */
  readonly formerStatus: string | null;
  readonly formerIntent: ZoneIntent;
}

/** After its cluster was stopped. A zone that somebody stopped by hand is remembered as if we had stopped it. */
export function intendZoneStoppedWithOthers({ formerStatus, formerIntent }: FormerZone): ZoneIntent {
  const isStoppedByHand = formerStatus === 'INACTIVE' && formerIntent === 'RUNNING';
  return isStoppedByHand ? 'SERVICE_STOPPED' : formerIntent;
}

/** After its zone or its cluster was started. */
export function intendAgain({ ownIntent }: { readonly ownIntent: ServerIntent }): ServerIntents {
  return { intent: ownIntent, ownIntent };
}
