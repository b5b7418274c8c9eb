/** Two processes under the name of one instance, on a shared database. */
import {
  createEngine,
  type Engine,
  EngineUnavailable,
  type Operation,
  type SubmitRequest,
} from '@openocp/engine';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { InstanceReplaced } from './instance-names.ts';
import { startMariadb } from './mariadb-server.ts';
import { createTaskStore } from './task-store.ts';

const mariadb = await startMariadb();
const request: SubmitRequest = {
  operation: 'wait',
  parameters: {},
  submitter: { id: 1, name: 'admin' },
  claims: [],
};

let url: string;
const ends: (() => Promise<void>)[] = [];
/** Fences under which the step has run. */
let fences: number[] = [];

beforeEach(async () => {
  url = (await mariadb?.createDatabase()) ?? '';
  fences = [];
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

afterAll(() => mariadb?.stop());

const wait: Operation<object> = {
  name: 'wait',
  title: 'Wait',
  parameters: z.object({}),
  build(graph) {
    graph.step({
      name: 'wait',
      after: [],
      timeoutMs: 60_000,
      effects: 'some',
      result: z.null(),
      run(context) {
        fences.push(context.fence);
        const look = async () => ({ done: false, evidence: 'not yet' }) as const;
        return context.waitFor<null>('the end', look, { timeoutMs: 60_000, intervalMs: 1_000 });
      },
      undo: { nothingToUndo: 'It only waits.' },
    });
  },
};

/** A process of its own: its store knows nothing of that of the other one. */
async function startProcess(errors: unknown[] = []): Promise<{ engine: Engine; database: MetadataDatabase }> {
  const database = await openDatabase(url);
  const logger = { info() {}, warn() {}, error: (details: object) => errors.push(details) };
  const operations = [wait as Operation];
  const store = createTaskStore(database);
  const engine = createEngine({ store, operations, instance: 'same', leaseMs: 2_000, logger });
  ends.push(
    () => database.close(),
    () => engine.stop(),
  );
  await engine.start();
  return { engine, database };
}

it.skipIf(mariadb === undefined)(
  'the one that started last runs the tasks; the other says why it does not, and takes nothing away when it ends',
  async () => {
    const errors: { err?: unknown }[] = [];
    const older = await startProcess(errors);
    const before = await older.engine.submit(request);
    const newer = await startProcess();
    // Before it knows.
    const between = await older.engine.submit(request);
    await vi.waitFor(
      () => expect(errors.some(({ err }) => err instanceof InstanceReplaced)).toBe(true),
      5_000,
    );
    await vi.waitFor(() => expect(older.engine.submit(request)).rejects.toThrow(EngineUnavailable), 10_000);
    await older.engine.stop();
    const store = createTaskStore(newer.database);
    expect(await store.listOrphans(10)).toEqual([]);
    const highest = async () => Math.max(...(await store.listOwned('same')).map(({ fence }) => fence));
    await vi.waitFor(async () => expect(fences).toContain(await highest()), 10_000);
    for (const { id, fence } of [before, between]) {
      await vi.waitFor(
        async () => expect((await store.fetchOwnership(id))?.fence).toBeGreaterThan(fence),
        5_000,
      );
    }
    await newer.engine.submit(request);
  },
);
