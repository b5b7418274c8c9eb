/** What a task looks like right after it was created: the one definition that all stores share. */
import type { Subtask, Task } from './task.ts';
import type { NewSubtask, NewTask } from './task-store.ts';

export interface GivenIds {
  readonly taskId: number;
  readonly fence: number;
  /** By step. */
  readonly subtaskIds: readonly number[];
}

/** What becomes of a request whose claims are not free: nothing of it begins. */
export function queuedRequest(request: NewTask): NewTask {
  const subtasks = request.subtasks.map((subtask) =>
    subtask.status === 'RUNNING' ? ({ ...subtask, status: 'READY' } as const) : subtask,
  );
  return { ...request, subtasks };
}

export function createdTask(request: NewTask, ids: GivenIds, isQueued = false): Task {
  const downstreams = new Map<number, number[]>();
  for (const subtask of request.subtasks) {
    for (const upstream of subtask.upstreamSteps) {
      const known = downstreams.get(upstream);
      if (known === undefined) downstreams.set(upstream, [idOf(ids, subtask.step)]);
      else known.push(idOf(ids, subtask.step));
    }
  }
  return {
    id: ids.taskId,
    definition: request.definition,
    name: request.name,
    parameters: request.parameters,
    attributes: request.attributes,
    submitter: request.submitter,
    status: 'RUNNING',
    operation: 'EXECUTE',
    prohibitRollback: false,
    claims: [...request.claims],
    isQueued,
    fence: ids.fence,
    owner: request.owner,
    createTime: request.now,
    startTime: request.now,
    finishTime: undefined,
    subtasks: request.subtasks.map((subtask) =>
      createdSubtask(request, subtask, ids, downstreams.get(subtask.step) ?? []),
    ),
  };
}

function createdSubtask(
  request: NewTask,
  subtask: NewSubtask,
  ids: GivenIds,
  downstreams: readonly number[],
): Subtask {
  const isRunning = subtask.status === 'RUNNING';
  return {
    id: idOf(ids, subtask.step),
    step: subtask.step,
    name: subtask.name,
    parallelIdx: subtask.parallelIdx,
    timeoutMs: subtask.timeoutMs,
    prohibitRollback: subtask.prohibitRollback,
    prohibitSkip: subtask.prohibitSkip,
    upstreams: subtask.upstreamSteps.map((step) => idOf(ids, step)),
    downstreams,
    status: subtask.status,
    operation: 'EXECUTE',
    mode: 'run',
    attempt: isRunning ? 1 : 0,
    result: undefined,
    annotations: {},
    failure: undefined,
    waitingFor: undefined,
    createTime: request.now,
    startTime: isRunning ? request.now : undefined,
    finishTime: undefined,
    executor: isRunning ? request.owner : undefined,
  };
}

function idOf(ids: GivenIds, step: number): number {
  const id = ids.subtaskIds[step];
  if (id === undefined) throw new Error(`Step ${step} has no subtask id`);
  return id;
}
