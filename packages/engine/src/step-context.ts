/** What the engine gives to a running step, and the two ways in which a step ends other than well. */
import type { Step } from './operation.ts';

/** One look at something a step waits for. */
export type Observation<T> =
  | { readonly done: true; readonly value: T }
  /** Not there yet; `evidence` says in a few words what was seen, for the operator who is watching. */
  | { readonly done: false; readonly evidence: string };

/** What a running subtask waits for; shown in the API and written to its log. Times are epoch milliseconds. */
export interface Waiting {
  readonly what: string;
  readonly since: number;
  readonly until: number;
  readonly evidence: string;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Pause between two looks. */
  readonly intervalMs: number;
  /** The first pause; each further one is twice as long, up to `intervalMs`. For what is mostly there soon. */
  readonly firstIntervalMs?: number;
}

export interface StepLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface StepContext {
  readonly taskId: number;
  readonly subtaskId: number;
  /** 1 for the first run; every retry raises it. A rerun after a crash keeps it. */
  readonly attempt: number;
  /** Number of the ownership under which this run acts; a higher one makes all lower ones void. */
  readonly fence: number;
  readonly mode: 'run' | 'undo';
  /** The subtask is retried: an undo only clears the way, and the run follows. */
  readonly isRetry: boolean;
  /** Aborted on cancel, on timeout, on loss of ownership and on shutdown. */
  readonly signal: AbortSignal;
  readonly log: StepLog;
  /** Result of a step that has succeeded. @throws Error when it has not (a mistake in the graph). */
  result<R>(step: Step<R>): R;
  /** Like `result`, but undefined when that step has no result (skipped, or not run); what an undo uses. */
  resultIfAny<R>(step: Step<R>): R | undefined;
  /** Adds display entries to the task's context; durable together with the end of this run. No secrets. */
  annotate(entries: Readonly<Record<string, string>>): void;
  /**
   * Looks until done, showing what it waits for.
   * @throws StepFailure when the time is over; the error of `look` as it is.
   */
  waitFor<T>(what: string, look: () => Promise<Observation<T>>, options: WaitOptions): Promise<T>;
  /** Proves, against the store, that this run still owns its task. Call it right before an effect that cannot be taken back. */
  assertOwned(): Promise<void>;
}

/** The step cannot reach its goal, and says why. The subtask becomes FAILED; `message` is shown to the operator. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

/** An effect was asked for and nobody knows whether it happened. Not a failure: the engine runs the step again, to look. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}
