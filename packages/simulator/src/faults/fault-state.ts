/** Faults switched on in this process; they die with it. */
export class FaultState {
  /** Signals that can be ignored are. */
  ignoreSignals = false;
  /** SQL is accepted and never answered. */
  hang = false;
  /** A successor is started when this process dies. */
  comeBack = false;
  refuseLeaderMoves = false;
  /** Leaders leave a stopped server only after this time. */
  slowLeaderMovesMs: number | undefined;
  /** Root service hears nothing of this server. */
  dropHeartbeats = false;
}
