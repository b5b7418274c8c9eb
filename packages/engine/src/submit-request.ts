/** What a caller asks for: an operation with its parameters, in whose name, and what it needs for itself alone. */
import type { JsonValue } from './operation.ts';
import type { Submitter } from './task.ts';
import type { OnConflict } from './task-store.ts';

export interface SubmitRequest {
  readonly operation: string;
  /** Checked against the operation's schema. */
  readonly parameters: JsonValue;
  readonly attributes?: Readonly<Record<string, JsonValue>>;
  readonly submitter: Submitter;
  /** Exclusive keys; the task is created only when no other task holds one of them. */
  readonly claims: readonly string[];
  readonly idempotencyKey?: string;
  /** When a claim is not free: `ClaimConflict` (the default), or a task that waits for its turn, first come, first served. */
  readonly onConflict?: OnConflict;
}
