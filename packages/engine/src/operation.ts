/**
 * An operation is a named, durable piece of work: parameters, steps with their undo, and the graph between them.
 *
 * The graph is rebuilt from the parameters whenever a task is picked up again, so building it must be a pure function
 * of the parameters: same parameters, same steps in the same order. What a step learns flows to later steps through
 * the handle that `graph.step(...)` returned, never through a string key.
 */
import type { z } from 'zod';
import type { StepContext } from './step-context.ts';

/** A value that survives JSON. Step results and parameters are stored as JSON text. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Why a step needs no undo, in words an operator understands. */
export interface NothingToUndo {
  readonly nothingToUndo: string;
}

export interface StepDefinition<R> {
  /** Shown to people and to API clients, for example `Stop server`. */
  readonly name: string;
  /** Steps that must have succeeded before this one starts. */
  readonly after: readonly Step<unknown>[];
  /** How long one run (or one undo) may take, milliseconds on the owner's monotonic clock. */
  readonly timeoutMs: number;
  /** Position among the parallel twins of this step, or -1 when there is only one. */
  readonly parallelIdx?: number;
  /** Shape of the result; parsed again when it is read back, so that an upgrade cannot feed a step foreign data. */
  readonly result: z.ZodType<R>;
  /**
   * `none`: the step looks but changes nothing outside the metadata. A task that failed while only such steps have
   * run gives up its claims at once, because it blocks nothing.
   */
  readonly effects: 'none' | 'some';
  /** Once this step has succeeded the task can no longer be rolled back. */
  readonly prohibitRollback?: boolean;
  /** A human must not declare this step done without running it. */
  readonly prohibitSkip?: boolean;
  /**
   * Does the work. It may be called more than once for one attempt (after a crash, or after an unknown outcome):
   * it looks first, and acts only where the goal is not reached yet.
   * @throws StepFailure when the step cannot reach its goal; OutcomeUnknown when an effect was asked for and no
   * answer came, in which case the engine calls `run` again with the same attempt, so that it can look.
   */
  run(context: StepContext): Promise<R>;
  /**
   * Brings back what was before `run`, after any prefix of `run`, also when `run` never finished. Called for a
   * rollback, and before every retry of this step. It may be called more than once.
   */
  readonly undo: ((context: StepContext) => Promise<void>) | NothingToUndo;
}

/** Handle of a step in a graph; gives later steps typed access to its result. */
export interface Step<out R> {
  /** Position in the graph, in the order of definition. Stable for given parameters. */
  readonly index: number;
  readonly definition: StepDefinition<R>;
}

export interface Graph {
  step<R>(definition: StepDefinition<R>): Step<R>;
}

export interface Operation<P = unknown> {
  /** Resource first, then verb: `server-stop`. Stored with every task; never reuse a name for other work. */
  readonly name: string;
  /** Display name of its tasks, for example `Stop OB server`. */
  readonly title: string;
  readonly parameters: z.ZodType<P>;
  /** How many subtasks of one task may run at once; unlimited when absent. */
  readonly concurrency?: number;
  build(graph: Graph, parameters: P): void;
}
