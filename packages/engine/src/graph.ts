/** Builds an operation's steps from its parameters, and compares them with the subtasks stored for a task. */
import type { Graph, Operation, Step, StepDefinition } from './operation.ts';
import type { Subtask } from './task.ts';

export type BuiltGraph = readonly Step<unknown>[];

/** @throws Error when the graph is empty or a step follows a step of another graph. */
export function buildGraph(operation: Operation, parameters: unknown): BuiltGraph {
  const steps: Step<unknown>[] = [];
  const graph: Graph = {
    step<R>(definition: StepDefinition<R>): Step<R> {
      for (const upstream of definition.after) {
        // A step can only name handles it has been given, so the graph cannot have a cycle.
        if (steps[upstream.index] !== upstream) {
          throw new Error(
            `Operation ${operation.name}: "${definition.name}" follows a step of another graph`,
          );
        }
      }
      const step: Step<R> = { index: steps.length, definition };
      steps.push(step);
      return step;
    },
  };
  operation.build(graph, parameters);
  if (steps.length === 0) throw new Error(`Operation ${operation.name} has no steps`);
  // Exactly as long as it is: an array that was pushed to has room for 17.
  return steps.slice();
}

/** Step indexes that must have succeeded before this step, each once, ascending. */
export function upstreamIndexes(step: Step<unknown>): number[] {
  return [...new Set(step.definition.after.map((upstream) => upstream.index))].sort((a, b) => a - b);
}

/** What distinguishes the graph from the stored subtasks, or undefined when they are the same. */
export function graphDifference(graph: BuiltGraph, subtasks: readonly Subtask[]): string | undefined {
  if (graph.length !== subtasks.length) {
    return `it has ${graph.length} steps, the task was created with ${subtasks.length}`;
  }
  const stepOfId = new Map(subtasks.map((subtask) => [subtask.id, subtask.step]));
  for (const subtask of subtasks) {
    const step = graph[subtask.step];
    if (step?.definition.name !== subtask.name) {
      return `step ${subtask.step} is "${step?.definition.name}", the task was created with "${subtask.name}"`;
    }
    const stored = subtask.upstreams.map((id) => stepOfId.get(id) ?? -1).sort((a, b) => a - b);
    if (stored.join() !== upstreamIndexes(step).join()) {
      return `"${subtask.name}" follows other steps than when the task was created`;
    }
  }
  return undefined;
}
