import { ViewDistortion } from './view-distortion.ts';

/** Faults switched on in this process; they die with it. */
export class FaultState {
  /** Signals that can be ignored are. */
  ignoreSignals = false;
  /** SQL is accepted and never answered. */
  hang = false;
  refuseLeaderMoves = false;
  /** Leaders leave a stopped server only after this time. */
  slowLeaderMovesMs: number | undefined;
  /** Copying a replica to this server takes that long. */
  replicaCopyMs: number | undefined;
  /** Root service hears nothing of this server. */
  dropHeartbeats = false;
  /** The data disk reports errors. Microseconds since when; 0 for a healthy disk. */
  diskErrorSince = 0;
  readonly views = new ViewDistortion();
}
