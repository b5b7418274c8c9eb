/** Knows the operations of this program: turns a request into a new task, and a stored task back into its steps. */
import { createHash } from 'node:crypto';
import { GraphChanged, OperationUnknown, ParametersInvalid } from './engine-errors.ts';
import { type BuiltGraph, buildGraph, graphDifference, upstreamIndexes } from './graph.ts';
import type { JsonValue, Operation } from './operation.ts';
import type { SubmitRequest } from './submit-request.ts';
import type { Task } from './task.ts';
import type { StateRules } from './task-draft.ts';
import type { NewSubtask, NewTask } from './task-store.ts';

/** A task's steps, as this program knows them. */
export interface TaskProgram extends StateRules {
  readonly steps: BuiltGraph;
}

export interface PlannedTask {
  readonly task: NewTask;
  readonly program: TaskProgram;
}

export class OperationRegistry {
  readonly #operations = new Map<string, Operation>();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      if (this.#operations.has(operation.name)) throw new Error(`Two operations are named ${operation.name}`);
      this.#operations.set(operation.name, operation);
    }
  }

  /** @throws OperationUnknown, ParametersInvalid */
  plan(request: SubmitRequest, origin: { now: number; owner: string }): PlannedTask {
    const operation = this.#operations.get(request.operation);
    if (operation === undefined) throw new OperationUnknown(request.operation);
    const parsed = operation.parameters.safeParse(request.parameters);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new ParametersInvalid(operation.name, issues);
    }
    const program = programOf(operation, parsed.data);
    const { parameters, attributes = {}, submitter, claims, idempotencyKey, onConflict = 'refuse' } = request;
    const task: NewTask = {
      definition: operation.name,
      name: operation.title,
      parameters,
      attributes,
      submitter,
      claims: [...new Set(claims)].sort(),
      onConflict,
      subtasks: newSubtasks(program),
      ...origin,
      ...(idempotencyKey === undefined
        ? {}
        : { idempotencyKey: { key: idempotencyKey, fingerprint: fingerprintOf(request) } }),
    };
    return { task, program };
  }

  /** @throws OperationUnknown, GraphChanged: the task cannot go on with this program */
  planStored(task: Task): TaskProgram {
    const operation = this.#operations.get(task.definition);
    if (operation === undefined) throw new OperationUnknown(task.definition);
    const parsed = operation.parameters.safeParse(task.parameters);
    if (!parsed.success) {
      throw new GraphChanged(task.id, task.definition, 'it no longer accepts the parameters of the task');
    }
    const program = programOf(operation, parsed.data);
    const difference = graphDifference(program.steps, task.subtasks);
    if (difference !== undefined) throw new GraphChanged(task.id, task.definition, difference);
    return program;
  }

  /** Like `planStored`, but a task that cannot go on is given its problem in words, so that it can fail with them. */
  planAdopted(task: Task): { program: TaskProgram; problem?: string } {
    try {
      return { program: this.planStored(task) };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { program: { steps: [], concurrency: Number.POSITIVE_INFINITY }, problem };
    }
  }
}

function programOf(operation: Operation, parameters: unknown): TaskProgram {
  const { concurrency = Number.POSITIVE_INFINITY } = operation;
  return { steps: buildGraph(operation, parameters), concurrency };
}

function newSubtasks({ steps, concurrency }: TaskProgram): NewSubtask[] {
  let slots = concurrency;
  return steps.map((step) => {
    const { definition } = step;
    const upstreamSteps = upstreamIndexes(step);
    let status: NewSubtask['status'] = 'PENDING';
    if (upstreamSteps.length === 0) {
      status = slots > 0 ? 'RUNNING' : 'READY';
      slots -= 1;
    }
    return {
      step: step.index,
      name: definition.name,
      parallelIdx: definition.parallelIdx ?? -1,
      timeoutMs: definition.timeoutMs,
      prohibitRollback: definition.prohibitRollback === true,
      prohibitSkip: definition.prohibitSkip === true,
      upstreamSteps,
      status,
    };
  });
}

/** Two requests are the same when they ask for the same work, whatever the order of the keys in their JSON. */
function fingerprintOf({ operation, parameters, claims, submitter }: SubmitRequest): string {
  const text = canonicalJson({ operation, parameters, claims: [...claims].sort(), submitter: submitter.id });
  return createHash('sha256').update(text).digest('hex');
}

function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
