import {
  CommandUnanswered,
  createEngine,
  type Engine,
  type JsonValue,
  MemoryTaskStore,
  type Operation,
  StepFailure,
  type Task,
} from '@openocp/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Caller } from './app.ts';
import { convertEngineError } from './engine-errors.ts';
import { createTaskCommands } from './task-commands.ts';
import { viewTask } from './task-view.ts';

const caller: Caller = {
  userId: 100,
  username: 'admin',
  permissions: ['**'],
  traceId: '00112233aabbccdd',
  clientAddress: '127.0.0.1',
  language: 'en-US',
};

const parameters = z.object({
  first: z.enum(['plain', 'final']).default('plain'),
  second: z.enum(['succeeds', 'fails', 'hangs']),
  undo: z.enum(['succeeds', 'fails']).default('succeeds'),
  prohibitSkip: z.boolean().default(false),
});
type Parameters = Record<string, JsonValue>;

const operation: Operation<z.output<typeof parameters>> = {
  name: 'two-steps',
  title: 'Two steps',
  parameters,
  build(graph, input) {
    const common = { timeoutMs: 10_000, effects: 'some', result: z.null() } as const;
    const first = graph.step({
      ...common,
      name: 'first',
      after: [],
      prohibitRollback: input.first === 'final',
      run: async () => null,
      undo: async () => {
        if (input.undo === 'fails') throw new StepFailure('it cannot be undone');
      },
    });
    graph.step({
      ...common,
      name: 'second',
      after: [first],
      prohibitSkip: input.prohibitSkip,
      async run({ signal }) {
        if (input.second === 'fails') throw new StepFailure('no');
        if (input.second === 'hangs') {
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          );
        }
        return null;
      },
      undo: { nothingToUndo: 'It does nothing.' },
    });
  },
};

/** Nobody has said anything to these tasks. */
const pauses = { fetch: async () => undefined };

const engines: Engine[] = [];
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.stop())));

async function startEngine(): Promise<Engine> {
  const store = new MemoryTaskStore();
  const engine = createEngine({ store, operations: [operation as Operation], instance: 'a' });
  engines.push(engine);
  await engine.start();
  return engine;
}

/** Resolves when the task is in a state that only a command changes. */
function settled(engine: Engine, taskId: number): Promise<Task> {
  return new Promise((resolve, reject) => {
    const look = () =>
      engine.fetch(taskId).then((task) => {
        const isHanging =
          task?.subtasks[1]?.status === 'RUNNING' && parameters.parse(task.parameters).second === 'hangs';
        if (task !== undefined && (task.status !== 'RUNNING' || isHanging)) {
          unsubscribe();
          resolve(task);
        }
      }, reject);
    const unsubscribe = engine.events.subscribe(() => void look());
    void look();
  });
}

async function submit(engine: Engine, input: Parameters): Promise<Task> {
  const submitter = { id: 100, name: 'admin' };
  const request = { operation: 'two-steps', parameters: input, submitter, claims: [] };
  return settled(engine, (await engine.submit(request)).id);
}

async function rolledBack(engine: Engine, input: Parameters): Promise<Task> {
  const { id } = await submit(engine, input);
  await engine.rollbackTask(id);
  return settled(engine, id);
}

const situations: Record<string, (engine: Engine) => Promise<Task>> = {
  running: (engine) => submit(engine, { second: 'hangs' }),
  successful: (engine) => submit(engine, { second: 'succeeds' }),
  failed: (engine) => submit(engine, { second: 'fails' }),
  'failed, and must not be skipped': (engine) => submit(engine, { second: 'fails', prohibitSkip: true }),
  'failed behind a step that cannot be undone': (engine) =>
    submit(engine, { first: 'final', second: 'fails' }),
  'failed to roll back': (engine) => rolledBack(engine, { second: 'fails', undo: 'fails' }),
  'rolled back': (engine) => rolledBack(engine, { second: 'fails' }),
};

const codes = [4007, 4009, 4010];

/** Whether a command was accepted; a refusal has one of OCP's numbers and the status 400. */
async function isAccepted(command: () => Promise<unknown>): Promise<boolean> {
  try {
    await command();
    return true;
  } catch (error) {
    expect(error).toMatchObject({
      code: { ocpCode: expect.toSatisfy((code: number) => codes.includes(code)) },
    });
    expect(error).toMatchObject({ code: { httpStatus: 400 } });
    return false;
  }
}

describe.each(Object.entries(situations))('a task that is %s', (_name, reach) => {
  it.each(['RETRY', 'ROLLBACK', 'RELEASE'] as const)(
    'offers %s exactly if it is accepted',
    async (action) => {
      const engine = await startEngine();
      const commands = createTaskCommands({ engine, pauses, offsetMinutes: 0 });
      const task = await reach(engine);
      const isOffered = viewTask(task).availableOperations.includes(action);
      const use = {
        RETRY: commands.taskRetry,
        ROLLBACK: commands.taskRollback,
        RELEASE: commands.taskRelease,
      }[action];
      expect(await isAccepted(() => use(caller, { taskInstanceId: task.id }))).toBe(isOffered);
    },
  );

  const cases = [0, 1].flatMap((index) =>
    (['RETRY', 'SKIP', 'CANCEL'] as const).map((each) => [index, each] as const),
  );
  it.each(cases)('offers for subtask %i %s exactly if it is accepted', async (index, action) => {
    const engine = await startEngine();
    const commands = createTaskCommands({ engine, pauses, offsetMinutes: 0 });
    const task = await reach(engine);
    const subtask = viewTask(task).subtasks[index];
    const ids = { taskInstanceId: task.id, subtaskInstanceId: subtask?.id ?? 0 };
    const use = { RETRY: commands.subtaskRetry, SKIP: commands.subtaskSkip, CANCEL: commands.subtaskCancel }[
      action
    ];
    const isOffered = subtask?.availableOperations.includes(action);
    expect(await isAccepted(() => use(caller, ids))).toBe(isOffered);
  });
});

describe('what the engine refuses', () => {
  it('has the number of OCP for what is prohibited', async () => {
    const engine = await startEngine();
    const commands = createTaskCommands({ engine, pauses, offsetMinutes: 0 });
    const task = await submit(engine, { first: 'final', second: 'fails', prohibitSkip: true });
    const ids = { taskInstanceId: task.id, subtaskInstanceId: task.subtasks[1]?.id ?? 0 };
    await expect(commands.taskRollback(caller, ids)).rejects.toMatchObject({ code: { ocpCode: 4009 } });
    await expect(commands.subtaskSkip(caller, ids)).rejects.toMatchObject({ code: { ocpCode: 4010 } });
    await expect(commands.subtaskCancel(caller, ids)).rejects.toMatchObject({
      code: { ocpCode: 4007 },
      message: expect.stringContaining('allowed: RUNNING'),
    });
  });

  it('is 404 for a task that is not there and for a subtask of another task', async () => {
    const engine = await startEngine();
    const commands = createTaskCommands({ engine, pauses, offsetMinutes: 0 });
    const [one, other] = [
      await submit(engine, { second: 'fails' }),
      await submit(engine, { second: 'fails' }),
    ];
    const foreign = { taskInstanceId: one.id, subtaskInstanceId: other.subtasks[1]?.id ?? 0 };
    const missing = { ...foreign, taskInstanceId: 999 };
    for (const use of [commands.subtaskRetry, commands.subtaskSkip, commands.subtaskCancel]) {
      await expect(use(caller, foreign)).rejects.toMatchObject({
        key: 'SUBTASK_NOT_FOUND',
        code: { httpStatus: 404 },
      });
      await expect(use(caller, missing)).rejects.toMatchObject({
        key: 'TASK_NOT_FOUND',
        code: { httpStatus: 404 },
      });
    }
    expect(await engine.fetch(other.id)).toEqual(other);
  });

  it('is 503 and worth another try while the engine does not run tasks', async () => {
    const engine = await startEngine();
    const commands = createTaskCommands({ engine, pauses, offsetMinutes: 0 });
    const { id } = await submit(engine, { second: 'fails' });
    await engine.stop();
    await expect(commands.taskRetry(caller, { taskInstanceId: id })).rejects.toMatchObject({
      key: 'ENGINE_UNAVAILABLE',
      code: { httpStatus: 503, retryable: true },
    });
  });

  it.each([
    [true, /The command was withdrawn and nothing was changed; .*try again\.$/],
    [false, /the command may still be carried out: look at the task before you try again\.$/],
  ])(
    'names the instance that did not answer, and what that means (withdrawn: %s)',
    (isWithdrawn, outcome) => {
      const error = new CommandUnanswered({ id: 7, owner: 'ocp-2' }, { waitedMs: 15_020, isWithdrawn });
      expect(convertEngineError(error)).toMatchObject({
        code: { httpStatus: 503, retryable: true },
        message: expect.stringMatching(
          /^Task 7 is run by instance ocp-2, which has not answered within 15 s\./,
        ),
        details: { owner: 'ocp-2' },
      });
      expect(convertEngineError(error)).toMatchObject({ message: expect.stringMatching(outcome) });
    },
  );

  it('passes on what is no refusal of the engine', () => {
    const error = new Error('disk full');
    expect(convertEngineError(error)).toBe(error);
  });
});
