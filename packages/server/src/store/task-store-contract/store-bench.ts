/** A store under test, with short ways to make and change tasks in it. */
import type { LogLine, NewTask, Task, TaskChange, TaskStore } from '@openocp/engine';

export const submitter = { id: 100, name: 'admin' };

export function newTask(changes: Partial<NewTask> = {}): NewTask {
  const step = (index: number, after: readonly number[]): NewTask['subtasks'][number] => ({
    step: index,
    name: `Schritt ${index} 停止`,
    parallelIdx: -1,
    timeoutMs: 60_000,
    prohibitRollback: index === 2,
    prohibitSkip: index === 0,
    upstreamSteps: after,
    status: after.length === 0 ? 'RUNNING' : 'PENDING',
  });
  return {
    definition: 'server-stop',
    name: 'Stop OB server',
    parameters: { serverId: 7, note: '停止 🛑 "\'\\%' },
    attributes: { clusterId: 1, clusterName: 'ob1', hostId: 3 },
    submitter,
    claims: [],
    owner: 'one',
    subtasks: [step(0, []), step(1, [0]), step(2, [0]), step(3, [1, 2])],
    now: 1_700_000_000_123,
    ...changes,
  };
}

/** A rule of the contract, by its title. */
export type Cases = Readonly<Record<string, (bench: StoreBench) => Promise<void>>>;

export interface StoreBench {
  readonly store: TaskStore;
  readonly create: (changes?: Partial<NewTask>) => Promise<Task>;
  readonly stored: (id: number) => Promise<Task>;
}

export function benchOf(store: TaskStore): StoreBench {
  return {
    store,
    async create(changes = {}) {
      const outcome = await store.create(newTask(changes));
      if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`);
      return outcome.task;
    },
    async stored(id) {
      const task = await store.fetch(id);
      if (task === undefined) throw new Error(`no task ${id}`);
      return task;
    },
  };
}

/** A change by the task's present owner. */
export function changeOf(task: Task, changes: Partial<TaskChange> = {}): TaskChange {
  const { id: taskId, owner = '', fence } = task;
  return { taskId, owner, fence, subtasks: [], log: [], ...changes };
}

/** Ids of its subtasks, by step. */
export function ids(task: Task): number[] {
  return task.subtasks.map((subtask) => subtask.id);
}

export function first(task: Task): number {
  return ids(task)[0] ?? 0;
}

export function line(task: Task, text: string): LogLine {
  const subtaskId = first(task);
  return { taskId: task.id, subtaskId, attempt: 1, operation: 'EXECUTE', time: 5, level: 'INFO', text };
}
