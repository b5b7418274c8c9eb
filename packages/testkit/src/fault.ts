/**
 * Faults of a control plane: what happens, and at which point of an operation. A control plane started as
 * `faulty-control-plane.ts` reads them from a file that an environment variable names, again at every point, so that a
 * test changes them without a restart. Points:
 *
 *   step|<operation>|<subtask>|before     as the step's work begins
 *   step|<operation>|<subtask>|after      when its work is done and its result is not yet durable
 *   undo|<operation>|<subtask>|before     likewise for its undo
 *   undo|<operation>|<subtask>|after
 *   commit|<n>|before                     before the n-th change of task state since the faults were set
 *   commit|<n>|after                      right after it, before anything follows from it
 *
 * `*` stands for every operation, every subtask or every commit.
 */
import { z } from 'zod';

export type Moment = 'before' | 'after';
export type FaultPoint =
  | `step|${string}|${string}|${Moment}`
  | `undo|${string}|${string}|${Moment}`
  | `commit|${number | '*'}|${Moment}`;

const pointText = z.custom<FaultPoint>(
  (value) =>
    typeof value === 'string' && /^((step|undo)\|[^|]+\|[^|]+|commit\|(\d+|\*))\|(before|after)$/.test(value),
  { error: 'not a point' },
);

export const faultActions = [
  /** Ends as by kill -9. */
  'die',
  /** Stops as by SIGSTOP; the test sends SIGCONT. */
  'freeze',
  /** A step fails; a commit is lost (before) or its answer is (after). */
  'fail',
  /** An answer was lost: nobody knows whether the step has acted. */
  'unknown',
  /** Waits until the fault is withdrawn, or the step is aborted. */
  'hold',
  /** The work is done twice in a row. */
  'repeat',
  /** From this commit on, until it is withdrawn, the disk under the SQLite file is full. */
  'fill',
] as const;
export type FaultAction = (typeof faultActions)[number];

export const fault = z.strictObject({
  at: pointText,
  do: z.enum(faultActions),
  /** How often it happens; 1 by default, `repeat` and `fill` always. */
  times: z.int().min(1).optional(),
});
export type Fault = z.input<typeof fault>;

export const faultFile = z.strictObject({
  /** Counts begin anew with every version. */
  version: z.int(),
  faults: z.array(fault),
});

/** One fault that has happened; lines of the file `<faults>.fired`. */
export const firedFault = z.strictObject({ version: z.int(), at: pointText, do: z.enum(faultActions) });
export type FiredFault = z.infer<typeof firedFault>;

/** The environment variable that names the file. */
export const faultVariable = 'OPENOCP_TESTKIT_FAULTS';
