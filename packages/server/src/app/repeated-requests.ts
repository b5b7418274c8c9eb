/**
 * A client whose answer was lost sends its request again with the same idempotency key, and gets the task of the first
 * one: while it runs, after it has ended, after any restart, and whatever state the servers are in by then. So the key is
 * looked up before anything of the request is judged, and once more when the request was refused, because its twin may
 * have been faster.
 *
 * A key belongs to one request: the same user, operation and parameters. The fingerprint of the request is kept with the
 * task and not derived from the task's own parameters, which an operation is free to add to.
 *
 * A refused request leaves no key: nothing has happened, and the next try is judged afresh.
 */
import { createHash } from 'node:crypto';
import {
  OcpError,
  type OperationId,
  operationIds,
  type Route,
  routes,
  type TaskView,
} from '@openocp/contract';
import type { Task } from '@openocp/engine';
import type { App, Caller, RepeatableRequest } from './app.ts';
import { withoutSecrets } from './secret-fields.ts';
import { viewTask } from './task-view.ts';

export interface RepeatedRequestOptions {
  /** The task that was created with this key; undefined when there is none. */
  readonly fetchTaskByKey: (key: string) => Promise<Task | undefined>;
  readonly offsetMinutes: number;
}

type CreateTask = (caller: Caller, input: object) => Promise<TaskView>;

/** The use cases, of which those that create a task know repeated requests. */
export function answerRepeatedRequests<Some extends Partial<App>>(
  app: Some,
  options: RepeatedRequestOptions,
): Some {
  const wrapped = operationIds.flatMap((id) => {
    const { createsTask }: Route = routes[id];
    // Which routes create a task is data, so their types cannot be told apart here: all of them answer one.
    const create = createsTask === true ? (app[id] as CreateTask | undefined) : undefined;
    return create === undefined ? [] : [[id, answerRepeated(id, create, options)] as const];
  });
  return { ...app, ...Object.fromEntries(wrapped) };
}

function answerRepeated(
  operationId: OperationId,
  create: CreateTask,
  { fetchTaskByKey, offsetMinutes }: RepeatedRequestOptions,
): CreateTask {
  async function findEarlier(
    { key, fingerprint }: RepeatableRequest,
    caller: Caller,
  ): Promise<TaskView | undefined> {
    const task = await fetchTaskByKey(key);
    if (task === undefined) return undefined;
    if (isMarked(task, fingerprint)) return viewTask(task, offsetMinutes);
    const isOwn = task.submitter.id === caller.userId;
    const reason = `the Idempotency-Key was used for another request${isOwn ? `, which became task ${task.id}` : ''}`;
    throw new OcpError('CONFLICT', { reason }, isOwn ? { details: { taskId: task.id } } : {});
  }

  return async (caller, input) => {
    const { idempotencyKey: key, userId } = caller;
    if (key === undefined) return create(caller, input);
    const repeatable = { key, fingerprint: fingerprintOf(operationId, userId, input) };
    const earlier = await findEarlier(repeatable, caller);
    if (earlier !== undefined) return earlier;
    try {
      return await create({ ...caller, repeatable }, input);
    } catch (error) {
      const twin = await findEarlier(repeatable, caller);
      if (twin !== undefined) return twin;
      throw error;
    }
  };
}

const attribute = 'requestFingerprint';

/** What a task keeps of the request that created it. */
export function markOf({ fingerprint }: RepeatableRequest): Record<string, string> {
  return { [attribute]: fingerprint };
}

function isMarked(task: Task, fingerprint: string): boolean {
  return task.attributes[attribute] === fingerprint;
}

/** Passwords are left out: a hash that holds one could be used to guess it. */
function fingerprintOf(operationId: OperationId, userId: number, input: object): string {
  const text = JSON.stringify([operationId, userId, withoutSecrets(input)], sortKeys);
  return createHash('sha256').update(text).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
