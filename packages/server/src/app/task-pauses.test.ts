import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Task } from '@openocp/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createTaskPauseStore, type TaskPause, type TaskPauseStore } from '../store/task-pauses.ts';
import type { Caller } from './app.ts';
import { createSampleTask } from './sample-task.ts';
import { listTaskOffers } from './task-offers.ts';
import { createTaskPauses } from './task-pauses.ts';

const id = 7;
let folder: string;
let database: MetadataDatabase;
let pauses: TaskPauseStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-pauses-'));
  database = await openDatabase(`sqlite:${join(folder, 'meta.db')}`);
  pauses = createTaskPauseStore(database, () => 1_000);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const running: Task = {
  ...createSampleTask(id, 0),
  status: 'RUNNING',
  operation: 'EXECUTE',
  definition: 'cluster-restart',
};

function useCases(changes: Partial<Task> = {}) {
  const task: Task = { ...running, ...changes };
  const engine = { fetch: async (taskId: number) => (taskId === id ? task : undefined) };
  return createTaskPauses({ engine, pauses, offsetMinutes: 0 });
}

const caller = (username: string) => ({ username }) as Caller;
const input = { taskInstanceId: id };

describe('a rolling operation that runs', () => {
  test('is paused by whoever said so first, and resumed by anybody', async () => {
    const app = useCases();
    await app.taskPause(caller('ann'), input);
    await app.taskPause(caller('bob'), input);
    expect(await pauses.fetch(id)).toMatchObject({ state: 'PAUSED', username: 'ann', since: 1_000 });
    await app.taskResume(caller('bob'), input);
    expect(await pauses.fetch(id)).toBeUndefined();
    await expect(app.taskResume(caller('bob'), input)).rejects.toMatchObject({
      key: 'TASK_STATE_NOT_ALLOWED',
    });
  });

  test('is aborted also in its pause; after that a pause is refused until the abort has been obeyed', async () => {
    const app = useCases();
    await app.taskPause(caller('ann'), input);
    await app.taskAbort(caller('bob'), input);
    expect(await pauses.fetch(id)).toMatchObject({ state: 'ABORTED', username: 'bob', takenBy: null });
    await expect(app.taskPause(caller('ann'), input)).rejects.toThrow(/being aborted by bob/);
    await pauses.saveTaken(id, '3:1');
    await pauses.saveTaken(id, '3:2');
    expect((await pauses.fetch(id))?.takenBy, 'the first who obeyed').toBe('3:1');
    await app.taskPause(caller('ann'), input);
    expect(await pauses.fetch(id)).toMatchObject({ state: 'PAUSED', takenBy: null });
  });
});

const said: readonly [string, TaskPause | undefined][] = [
  ['to which nothing was said', undefined],
  ['that is paused', { state: 'PAUSED', username: 'ann', since: 1, takenBy: null }],
  ['that is being aborted', { state: 'ABORTED', username: 'ann', since: 1, takenBy: null }],
  ['that goes on after an abort', { state: 'ABORTED', username: 'ann', since: 1, takenBy: '3:1' }],
];

describe.each(said)('a rolling operation %s', (_name, before) => {
  test.each(['PAUSE', 'RESUME', 'ABORT'] as const)(
    'offers %s exactly if that changes something',
    async (action) => {
      if (before !== undefined) await pauses.save(id, before.state, before.username);
      if (before?.takenBy != null) await pauses.saveTaken(id, before.takenBy);
      const stored = await pauses.fetch(id);
      const app = useCases();
      const use = { PAUSE: app.taskPause, RESUME: app.taskResume, ABORT: app.taskAbort }[action];
      const answer = await use(caller('bob'), input).catch((error: unknown) => {
        expect(error).toMatchObject({ key: 'TASK_STATE_NOT_ALLOWED' });
      });
      const after = await pauses.fetch(id);
      const isChanged = JSON.stringify(after) !== JSON.stringify(stored);
      expect(listTaskOffers(running, stored).includes(action)).toBe(isChanged);
      if (answer !== undefined) expect(answer.availableOperations).toEqual(listTaskOffers(running, after));
    },
  );
});

test.each([
  ['has ended', { status: 'FAILED' }],
  ['is being rolled back', { operation: 'ROLLBACK' }],
  ['has no boundaries', { definition: 'server-stop' }],
] as const)('a task that %s cannot be paused or aborted', async (_name, changes) => {
  const app = useCases(changes);
  for (const command of [app.taskPause, app.taskAbort, app.taskResume])
    await expect(command(caller('ann'), input)).rejects.toMatchObject({ key: 'TASK_STATE_NOT_ALLOWED' });
  expect(await pauses.fetch(id)).toBeUndefined();
  expect(listTaskOffers({ ...running, ...changes })).not.toContain('PAUSE');
});

test('a task that is not there is not found', async () => {
  await expect(useCases().taskPause(caller('ann'), { taskInstanceId: 8 })).rejects.toMatchObject({
    key: 'TASK_NOT_FOUND',
  });
});
