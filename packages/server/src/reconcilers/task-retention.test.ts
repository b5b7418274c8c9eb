import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createTaskStore } from '../store/task-store.ts';
import { startTaskRetention } from './task-retention.ts';

const dayMs = 86_400_000;
const now = 100 * dayMs;
let folder: string;
let database: MetadataDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-retention-'));
  database = await openDatabase(`sqlite:${join(folder, 'a.db')}`);
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function addTask(
  status: 'SUCCESSFUL' | 'FAILED',
  finishTime: number,
  claims: string[] = [],
): Promise<number> {
  const store = createTaskStore(database);
  const step = {
    name: 'only',
    parallelIdx: -1,
    timeoutMs: 1000,
    prohibitRollback: false,
    prohibitSkip: false,
  };
  const outcome = await store.create({
    definition: 'any',
    name: 'Any',
    parameters: {},
    attributes: {},
    submitter: { id: 1, name: 'a' },
    claims,
    owner: 'a',
    subtasks: [{ ...step, step: 0, upstreamSteps: [], status: 'RUNNING' }],
    now: finishTime,
  });
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  const { id, fence, subtasks } = outcome.task;
  const subtaskId = subtasks[0]?.id ?? 0;
  const line = { taskId: id, subtaskId, attempt: 1, operation: 'EXECUTE', level: 'INFO', text: 'x' } as const;
  const change = { task: { status, finishTime }, subtasks: [], log: [{ ...line, time: finishTime }] };
  await store.apply([{ taskId: id, owner: 'a', fence, ...change }]);
  return id;
}

function removeOnce(): Promise<number> {
  return new Promise((resolve, reject) => {
    const retention = startTaskRetention({
      tasks: createTaskStore(database),
      keepMs: 30 * dayMs,
      now: () => now,
      onRemoved: (count) => void retention.stop().then(() => resolve(count), reject),
      onError: reject,
    });
  });
}

it('removes every task that ended before the time and holds nothing, with its log, and no other, in as many batches as it takes', async () => {
  for (let count = 0; count < 45; count += 1) await addTask('SUCCESSFUL', now - 31 * dayMs);
  await addTask('FAILED', now - 31 * dayMs);
  const kept = [
    await addTask('SUCCESSFUL', now - 29 * dayMs),
    await addTask('FAILED', now - 31 * dayMs, ['a']),
  ];
  expect(await removeOnce()).toBe(46);
  const { tasks } = await createTaskStore(database).list({
    filter: {},
    sort: { field: 'id', direction: 'asc' },
    offset: 0,
    limit: 100,
  });
  expect(tasks.map(({ id }) => id)).toEqual(kept);
  const lines = await database.db.selectFrom('subtask_log').select('task_id').execute();
  expect(lines.map((line) => line.task_id)).toEqual(kept);
});

it('goes on after an error, and says so', async () => {
  const errors: unknown[] = [];
  let calls = 0;
  await new Promise<void>((resolve, reject) => {
    const retention = startTaskRetention({
      tasks: {
        async deleteFinishedTasks() {
          calls += 1;
          if (calls === 1) throw new Error('locked');
          return calls === 2 ? 1 : 0;
        },
      },
      keepMs: 1,
      now: () => now,
      intervalMs: 1,
      onRemoved: () => void retention.stop().then(resolve, reject),
      onError: (error) => errors.push(error),
    });
  });
  expect(errors).toHaveLength(1);
});
