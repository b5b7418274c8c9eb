/** Tasks through the public API of one control plane: looked at, waited for, retried, rolled back, cancelled. */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { waitFor } from './wait-for.ts';

const taskTimeoutMs = 120_000;

export const taskShape = z.looseObject({
  id: z.int(),
  clusterId: z.int().optional(),
  name: z.string(),
  status: z.enum(['RUNNING', 'FAILED', 'SUCCESSFUL']),
  operation: z.string(),
  /** What has succeeded cannot be undone: only a retry leads on. */
  prohibitRollback: z.boolean(),
  /** The instance that runs it, or ran it last. */
  executor: z.string().optional(),
  subtasks: z.array(
    z.looseObject({
      id: z.int(),
      name: z.string(),
      status: z.string(),
      upstreams: z.array(z.int()),
      downstreams: z.array(z.int()),
      operation: z.string(),
      failure: z.string().optional(),
      waitingFor: z.looseObject({ what: z.string(), evidence: z.string() }).optional(),
    }),
  ),
});
export type StackTask = z.infer<typeof taskShape>;

export class TaskClient {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  fetch(taskId: number): Promise<StackTask> {
    return this.#api.data(taskShape, 'GET', `/api/v2/tasks/instances/${taskId}`);
  }

  /** Waits until a task has ended well. @throws Error with the failures of its subtasks. */
  async waitForSuccess(taskId: number, onChange?: (task: StackTask) => void): Promise<StackTask> {
    const ended = await this.waitForEnd(taskId, onChange);
    if (ended.status === 'SUCCESSFUL') return ended;
    throw new Error(`task ${taskId} (${ended.name}) is ${ended.status}: ${describeFailures(ended)}`);
  }

  /** Waits until a task has ended, well or not. */
  async waitForEnd(taskId: number, onChange?: (task: StackTask) => void): Promise<StackTask> {
    let seen = '';
    return waitFor(
      `task ${taskId} to end`,
      async () => {
        const task = await this.fetch(taskId);
        const now = JSON.stringify(task.subtasks.map((subtask) => [subtask.status, subtask.waitingFor]));
        if (now !== seen) onChange?.(task);
        seen = now;
        return task.status === 'RUNNING' ? undefined : task;
      },
      { timeoutMs: taskTimeoutMs },
    );
  }

  /** The newest task; what a client looks for whose answer was lost. */
  async newest(): Promise<StackTask> {
    const listed = await this.#api.data(
      z.object({ contents: z.array(z.looseObject({ id: z.int() })) }),
      'GET',
      '/api/v2/tasks/instances?sort=id,desc&size=1',
    );
    return this.fetch(listed.contents[0]?.id ?? 0);
  }

  /** Posts a request that is answered with a task. */
  submit(path: string, body: unknown = {}): Promise<StackTask> {
    return this.#api.data(taskShape, 'POST', path, body);
  }

  /** Resolves when the command is durable. */
  command(taskId: number, verb: 'retry' | 'rollback' | 'pause' | 'resume' | 'abort'): Promise<StackTask> {
    return this.#api.data(taskShape, 'POST', `/api/v2/tasks/instances/${taskId}/${verb}`);
  }

  async commandSubtask(taskId: number, subtaskId: number, verb: 'retry' | 'skip' | 'cancel'): Promise<void> {
    const path = `/api/v2/tasks/instances/${taskId}/subtasks/${subtaskId}/${verb}`;
    await this.#api.data(z.unknown(), 'POST', path);
  }
}

export function describeFailures(task: StackTask): string {
  return task.subtasks
    .flatMap(({ name, failure }) => (failure === undefined ? [] : [`${name}: ${failure}`]))
    .join('; ');
}
