/** Typed access of a running step to what earlier steps of its task have found out. */
import { mostResultCharacters } from './bounded-text.ts';
import type { JsonValue, Step } from './operation.ts';
import { StepFailure } from './step-context.ts';
import type { Subtask, Task } from './task.ts';

/** @throws StepFailure when the step was skipped; Error when it has not succeeded (a mistake in the graph). */
export function readResult<R>(task: Task, step: Step<R>): R {
  const subtask = subtaskOf(task, step);
  if (subtask.status !== 'SUCCESSFUL') {
    throw new Error(
      `"${subtask.name}" is ${subtask.status}: a step may only ask for results of its upstreams`,
    );
  }
  const parsed = parseResult(step, subtask);
  if (parsed !== undefined) return parsed.value;
  if (subtask.result === undefined) {
    throw new StepFailure(`This step needs the result of "${subtask.name}", which was skipped and has none`);
  }
  throw new StepFailure(
    `The stored result of "${subtask.name}" does not have the form that this program expects`,
  );
}

/** Undefined when the step was skipped, has not run, or has failed. */
export function readResultIfAny<R>(task: Task, step: Step<R>): R | undefined {
  const subtask = subtaskOf(task, step);
  return subtask.result === undefined && subtask.status !== 'SUCCESSFUL'
    ? undefined
    : parseResult(step, subtask)?.value;
}

/**
 * What is stored for a result.
 * @throws StepFailure when the value is not of the declared shape, or would not survive storage.
 */
export function encodeResult<R>(step: Step<R>, value: R): JsonValue | undefined {
  const text = JSON.stringify(value) as string | undefined;
  if (text !== undefined && text.length > mostResultCharacters) {
    throw new StepFailure(
      `The step returned a result of ${text.length} characters; at most ${mostResultCharacters} are stored`,
    );
  }
  const stored = text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  const parsed = step.definition.result.safeParse(stored);
  if (!parsed.success) {
    const problem = parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ');
    throw new StepFailure(`The step returned a result that is not of its declared form: ${problem}`);
  }
  return stored;
}

function subtaskOf(task: Task, step: Step<unknown>): Subtask {
  const subtask = task.subtasks.find((candidate) => candidate.step === step.index);
  if (subtask === undefined) throw new Error(`Task ${task.id} has no step ${step.index}`);
  return subtask;
}

/** Storage knows one kind of "nothing": a step that declares undefined or null gets back what it declared. */
function parseResult<R>(step: Step<R>, subtask: Subtask): { value: R } | undefined {
  for (const candidate of subtask.result === undefined ? [undefined, null] : [subtask.result]) {
    const parsed = step.definition.result.safeParse(candidate);
    if (parsed.success) return { value: parsed.data };
  }
  return undefined;
}
