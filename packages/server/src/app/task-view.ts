/** From the engine's task to the task of the API. Pure; the golden test holds it against OCP's sample. */
import {
  type BasicTask,
  type FullSubtask,
  formatDateTime,
  type LinkedSubtask,
  type TaskView,
} from '@openocp/contract';
import type { Subtask, Task } from '@openocp/engine';
import type { TaskPause } from '../store/task-pauses.ts';
import { deriveContextMap, renderContext, type TaskAttributes, taskAttributes } from './task-context.ts';
import { listSubtaskOffers, listTaskOffers } from './task-offers.ts';

/** OCP's word for a subtask that runs code of the control plane; clients draw by it. */
const NODE_TYPE = 'JAVA_TASK';
/** OCP's id for "not started from a schedule". */
const NO_TASK_DEFINITION = -1;

/** An absent time stays absent. */
function timesOf(
  times: Pick<Task, 'createTime' | 'startTime' | 'finishTime'>,
  format: (epochMs: number) => string,
) {
  return {
    createTime: format(times.createTime),
    ...(times.startTime === undefined ? {} : { startTime: format(times.startTime) }),
    ...(times.finishTime === undefined ? {} : { finishTime: format(times.finishTime) }),
  };
}

function viewCluster({ clusterId, clusterName, obClusterId }: TaskAttributes) {
  if (clusterId === undefined) return {};
  if (clusterName === undefined || obClusterId === undefined) return { clusterId };
  return { clusterId, cluster: { id: clusterId, name: clusterName, obClusterId } };
}

function executorOf(task: Task): { executor?: string } {
  const executor =
    task.owner ?? task.subtasks.findLast((subtask) => subtask.executor !== undefined)?.executor;
  return executor === undefined ? {} : { executor };
}

function viewHead(task: Task, attributes: TaskAttributes, format: (epochMs: number) => string) {
  return {
    id: task.id,
    name: task.name,
    status: task.status,
    operation: task.operation,
    type: attributes.type ?? ('MANUAL' as const),
    taskDefinitionId: NO_TASK_DEFINITION,
    creator: { id: task.submitter.id, name: task.submitter.name },
    ...viewCluster(attributes),
    ...(attributes.tenantId === undefined ? {} : { tenantId: attributes.tenantId }),
    ...(attributes.hostId === undefined ? {} : { hostId: attributes.hostId }),
    prohibitRollback: task.prohibitRollback,
    ...(task.isQueued ? { queued: true } : {}),
    ...executorOf(task),
    ...timesOf(task, format),
  };
}

const viewBasicSubtask = ({ id, name, status, operation }: Subtask) => ({
  id,
  name,
  description: name,
  status,
  operation,
});

const viewLinkedSubtask = (subtask: Subtask): LinkedSubtask => ({
  ...viewBasicSubtask(subtask),
  upstreams: [...subtask.upstreams],
  downstreams: [...subtask.downstreams],
});

function viewFullSubtask(task: Task, subtask: Subtask, format: (epochMs: number) => string): FullSubtask {
  const waiting = subtask.waitingFor;
  return {
    ...viewLinkedSubtask(subtask),
    taskId: task.id,
    seriesId: subtask.step,
    nodeType: NODE_TYPE,
    parallelIdx: subtask.parallelIdx,
    // OCP counts the run to come for a subtask that has not begun.
    runTime: Math.max(1, subtask.attempt),
    timeout: Math.ceil(subtask.timeoutMs / 1000),
    prohibitRollback: subtask.prohibitRollback,
    prohibitSkip: subtask.prohibitSkip,
    ...timesOf(subtask, format),
    ...(subtask.executor === undefined ? {} : { executor: subtask.executor }),
    ...(subtask.failure === undefined ? {} : { failure: subtask.failure }),
    ...(waiting === undefined
      ? {}
      : { waitingFor: { ...waiting, since: format(waiting.since), until: format(waiting.until) } }),
    availableOperations: listSubtaskOffers(task, subtask),
  };
}

/** One subtask of a task, in the full form. */
export function viewSubtask(task: Task, subtaskId: number, offsetMinutes = 0): FullSubtask {
  const subtask = task.subtasks.find(({ id }) => id === subtaskId);
  if (subtask === undefined) throw new Error(`task ${task.id} has no subtask ${subtaskId}`);
  return viewFullSubtask(task, subtask, (epochMs) => formatDateTime(epochMs, offsetMinutes));
}

/**
 * The full task: the answer of every operation and of `taskGet`.
 * @param said what humans have said to it before its next boundary; a new task has heard nothing.
 */
export function viewTask(task: Task, offsetMinutes = 0, said?: TaskPause): TaskView {
  const attributes = taskAttributes.parse(task.attributes);
  const format = (epochMs: number) => formatDateTime(epochMs, offsetMinutes);
  const contextMap = deriveContextMap(task, attributes);
  return {
    ...viewHead(task, attributes, format),
    context: renderContext(contextMap),
    contextMap,
    availableOperations: listTaskOffers(task, said),
    tasks: task.subtasks.map(viewLinkedSubtask),
    subtasks: task.subtasks.map((subtask) => viewFullSubtask(task, subtask, format)),
  };
}

/** The form of lists. */
export function viewBasicTask(task: Task, offsetMinutes = 0): BasicTask {
  const attributes = taskAttributes.parse(task.attributes);
  const format = (epochMs: number) => formatDateTime(epochMs, offsetMinutes);
  return { ...viewHead(task, attributes, format), subtasks: task.subtasks.map(viewBasicSubtask) };
}
