/**
 * Points at which a control plane can be made to die as by kill -9:
 *
 *   step|<operation>|<subtask>|before     as the step's work begins
 *   step|<operation>|<subtask>|after      when its work is done and its result is not yet durable
 *   undo|<operation>|<subtask>|before     likewise for its undo
 *   undo|<operation>|<subtask>|after
 *   commit|<n>|before                     before the n-th commit of task state after the start
 *   commit|<n>|after                      right after it, before anything follows from it
 */
export type Moment = 'before' | 'after';
export type CrashPoint =
  | `step|${string}|${string}|${Moment}`
  | `undo|${string}|${string}|${Moment}`
  | `commit|${number}|${Moment}`;

/** The environment variable that carries the point. */
export const crashVariable = 'OPENOCP_TESTKIT_CRASH_AT';
