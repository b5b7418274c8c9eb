/** A task that events alone drive through the state machine, for its tests. */
import { createdTask } from './created-task.ts';
import { beginChange, conclude, type RunOutcome, type TaskEvent, takeIn } from './state-machine.ts';
import type { Task } from './task.ts';
import type { StateRules } from './task-draft.ts';

export const origin = { now: 1000, instance: 'here' };

export interface StepShape {
  readonly after?: readonly number[];
  readonly effects?: 'none' | 'some';
  readonly nothingToUndo?: string;
  readonly prohibitRollback?: boolean;
  readonly prohibitSkip?: boolean;
}

/** A task in memory, driven by events alone. Subtask ids are 1, 2, 3 ... in the order of steps. */
export class DrivenTask {
  task: Task;
  readonly rules: StateRules;
  releasedClaims = false;

  constructor(shape: readonly StepShape[], concurrency = Number.POSITIVE_INFINITY) {
    this.rules = {
      concurrency,
      steps: shape.map(({ effects = 'some', nothingToUndo }) => {
        const undo = nothingToUndo === undefined ? async () => {} : { nothingToUndo };
        return { definition: { effects, undo } };
      }),
    };
    const subtasks = shape.map(({ after = [], prohibitRollback = false, prohibitSkip = false }, step) => ({
      step,
      name: `step ${step + 1}`,
      parallelIdx: -1,
      timeoutMs: 1000,
      prohibitRollback,
      prohibitSkip,
      upstreamSteps: after,
      status: after.length === 0 ? ('RUNNING' as const) : ('PENDING' as const),
    }));
    const request = {
      definition: 'work',
      name: 'Work',
      parameters: {},
      attributes: {},
      submitter: { id: 1, name: 'admin' },
      claims: ['cluster:1'],
      owner: 'here',
      subtasks,
      now: 0,
    };
    this.task = createdTask(request, {
      taskId: 1,
      fence: 1,
      subtaskIds: subtasks.map(({ step }) => step + 1),
    });
  }

  send(...events: TaskEvent[]): this {
    const draft = beginChange(this.task, this.rules, origin);
    for (const event of events) takeIn(draft, event);
    conclude(draft);
    const planned = draft.finish([]);
    if (planned === undefined) return this;
    this.task = planned.next;
    if (planned.change.releaseClaims === true) this.releasedClaims = true;
    return this;
  }

  /** The body that runs for this subtask ends. */
  ends(subtaskId: number, outcome: RunOutcome = { kind: 'succeeded' }): this {
    return this.send(this.end(subtaskId, outcome));
  }

  end(subtaskId: number, outcome: RunOutcome = { kind: 'succeeded' }): TaskEvent {
    const { attempt, mode } = this.subtask(subtaskId);
    return { kind: 'run-ended', subtaskId, attempt, mode, outcome, annotations: {} };
  }

  fails(subtaskId: number): this {
    return this.ends(subtaskId, { kind: 'failed', failure: 'broken' });
  }

  subtask(id: number) {
    const subtask = this.task.subtasks[id - 1];
    if (subtask === undefined) throw new Error(`no subtask ${id}`);
    return subtask;
  }

  get statuses(): string {
    return this.task.subtasks.map((subtask) => subtask.status).join(' ');
  }

  get state(): string {
    return `${this.task.status} ${this.task.operation}`;
  }
}

export const chain = (length: number): StepShape[] =>
  Array.from({ length }, (_, index) => (index === 0 ? {} : { after: [index - 1] }));
export const diamond: StepShape[] = [{}, { after: [0] }, { after: [0] }, { after: [1, 2] }];
export const failed = { kind: 'failed', failure: 'broken' } as const;
