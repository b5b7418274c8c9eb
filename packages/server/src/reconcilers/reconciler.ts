/** A periodic loop: no input, idempotent, at its own pace. */
export interface Reconciler {
  /** Ends when the round under way has ended. */
  stop(): Promise<void>;
}
