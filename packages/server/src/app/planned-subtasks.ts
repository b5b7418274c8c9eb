/** The subtasks that an operation would have, with how long each is likely to take. */
import type { PlannedSubtask } from '@openocp/contract';
import type { JsonValue, Operation, Step, StepDefinition } from '@openocp/engine';
import { createDurationGuess, type FormerRun } from '../planning/expected-duration.ts';

export type DescribeSubtasks = (operation: string, parameters: JsonValue) => Promise<PlannedSubtask[]>;

export interface SubtaskSources {
  readonly operations: readonly Operation[];
  /** Former runs of the subtasks of this operation that ended well, the newest tasks only. */
  readonly listFormerRuns: (operation: string) => Promise<readonly FormerRun[]>;
}

/** Building a graph is a pure function of the parameters, so it may be built just to be looked at. */
export function createDescribeSubtasks({ operations, listFormerRuns }: SubtaskSources): DescribeSubtasks {
  return async (name, parameters) => {
    const operation = operations.find((candidate) => candidate.name === name);
    if (operation === undefined) throw new Error(`there is no operation ${name}`);
    const guess = createDurationGuess(await listFormerRuns(name));
    const planned: PlannedSubtask[] = [];
    const step = <R>(definition: StepDefinition<R>): Step<R> => {
      const index = planned.length;
      const { name: subtask, parallelIdx = -1 } = definition;
      planned.push({ name: subtask, expectedMs: guess(subtask), parallelIdx });
      return { index, definition };
    };
    operation.build({ step }, operation.parameters.parse(parameters));
    return planned;
  };
}
