/** Idempotency keys over a real engine and a real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  OcpError,
  type OperationId,
  operationIds,
  type Route,
  routes,
  type TaskView,
} from '@openocp/contract';
import { createEngine, type Engine, type Operation } from '@openocp/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { fetchTaskIdByKey } from '../store/idempotency-keys.ts';
import { createTaskStore } from '../store/task-store.ts';
import type { App, Caller } from './app.ts';
import { answerRepeatedRequests } from './repeated-requests.ts';
import { submitTask } from './submit-task.ts';
import { viewTask } from './task-view.ts';

const admin: Caller = {
  userId: 100,
  username: 'admin',
  permissions: ['**'],
  traceId: '00112233aabbccdd',
  clientAddress: '127.0.0.1',
  language: 'en-US',
};
const withKey = (idempotencyKey: string, caller = admin): Caller => ({ ...caller, idempotencyKey });

/** Goes on until the engine stops. */
const endless: Operation = {
  name: 'endless',
  title: 'Endless',
  parameters: z.looseObject({}),
  build(graph) {
    graph.step({
      name: 'wait',
      after: [],
      timeoutMs: 60_000,
      effects: 'none',
      result: z.null(),
      run: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      undo: { nothingToUndo: 'It only waits.' },
    });
  },
};

let folder: string;
let database: MetadataDatabase;
let engine: Engine;
/** How often a request was judged. */
let judged = 0;
let refusal: OcpError | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-repeated-'));
  database = await openDatabase(`sqlite:${join(folder, 'a.db')}`);
  engine = createEngine({ store: createTaskStore(database), operations: [endless], instance: 'a' });
  await engine.start();
  judged = 0;
  refusal = undefined;
});
afterEach(async () => {
  await engine.stop();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The use cases, of which those that create a task judge, and submit with parameters that differ from call to call. */
function createApp(): Pick<App, 'serverStop' | 'serverStart' | 'clusterTakeOver'> {
  const create = async (caller: Caller): Promise<TaskView> => {
    judged += 1;
    if (refusal !== undefined) throw refusal;
    const cluster = { id: 1, name: 'shop' };
    return viewTask(
      await submitTask(engine, caller, {
        operation: 'endless',
        parameters: { judged },
        attributes: {},
        cluster,
      }),
    );
  };
  const app = { serverStop: create, serverStart: create, clusterTakeOver: create };
  const fetchTaskByKey = async (key: string) => {
    const taskId = await fetchTaskIdByKey(database.db, key);
    return taskId === undefined ? undefined : engine.fetch(taskId);
  };
  return answerRepeatedRequests(app, { fetchTaskByKey, offsetMinutes: 0 });
}

const stop = { id: 1, serverId: 2, force: false, freezeServer: false, override: [], reason: '' };
const conflict = { key: 'CONFLICT', code: { ocpCode: 1005, httpStatus: 409 } };

describe('a request with an idempotency key', () => {
  it('is answered with the task of the first one, without being judged again', async () => {
    const app = createApp();
    const first = await app.serverStop(withKey('k'), stop);
    refusal = new OcpError('INTERNAL_ERROR', { traceId: '' });
    const again = await app.serverStop(withKey('k'), {
      reason: '',
      override: [],
      freezeServer: false,
      force: false,
      serverId: 2,
      id: 1,
    });
    expect([again.id, judged]).toEqual([first.id, 1]);
  });

  it('is one task when it comes twice at once, though its parameters are worked out twice', async () => {
    const app = createApp();
    const twins = await Promise.all([1, 2, 3].map(() => app.serverStop(withKey('k'), stop)));
    expect(new Set(twins.map(({ id }) => id)).size).toBe(1);
    expect(judged).toBe(3);
  });

  it('is a conflict for another request, which is not judged', async () => {
    const app = createApp();
    const { id } = await app.serverStop(withKey('k'), stop);
    await expect(app.serverStop(withKey('k'), { ...stop, force: true })).rejects.toMatchObject({
      ...conflict,
      details: { taskId: id },
    });
    await expect(app.serverStart(withKey('k'), stop)).rejects.toMatchObject(conflict);
    const other = app.serverStop(withKey('k', { ...admin, userId: 101, username: 'other' }), stop);
    await expect(other).rejects.toMatchObject({ ...conflict, details: {} });
    expect(judged).toBe(1);
  });

  it('that was refused leaves no key, and that refusal is told', async () => {
    const app = createApp();
    refusal = new OcpError('CLUSTER_UNREACHABLE', { cluster: 'shop', reason: 'cut' });
    await expect(app.serverStop(withKey('k'), stop)).rejects.toBe(refusal);
    refusal = undefined;
    expect((await app.serverStop(withKey('k'), { ...stop, force: true })).status).toBe('RUNNING');
  });

  it('is the same request with another password, and keeps nothing of a password', async () => {
    const app = createApp();
    const takeOver = {
      connectionMode: 'direct',
      address: '10.0.0.1',
      port: 2881,
      rootSysPassword: 'one',
    } as const;
    const first = await app.clusterTakeOver(withKey('k'), takeOver);
    const again = await app.clusterTakeOver(withKey('k'), { ...takeOver, rootSysPassword: 'two' });
    expect(again.id).toBe(first.id);
    await expect(app.clusterTakeOver(withKey('k'), { ...takeOver, port: 2882 })).rejects.toMatchObject(
      conflict,
    );
  });
});

it('without a key every request is judged, and the second meets the first', async () => {
  const app = createApp();
  await app.serverStop(admin, stop);
  await expect(app.serverStop(admin, stop)).rejects.toMatchObject({ key: 'CLUSTER_OPERATION_UNFINISHED' });
  expect(judged).toBe(2);
});

it('every route that answers a new task takes a key, and no other', () => {
  const creating = operationIds.filter((id: OperationId) => (routes[id] as Route).createsTask === true);
  const answersTask = operationIds.filter((id) => {
    const { method, answer, tag }: Route = routes[id];
    return method !== 'GET' && tag === 'cluster' && 'schema' in answer && answer.schema.meta()?.id === 'Task';
  });
  expect(creating).toEqual(answersTask);
});
