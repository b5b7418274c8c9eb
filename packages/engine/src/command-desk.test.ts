/** Commands given to one instance for tasks that another one runs, in virtual time. */
import { describe, expect, it } from 'vitest';
import { CommandUnanswered, SkipProhibited, SubtaskNotFound, SubtaskStateConflict } from './engine-errors.ts';
import type { StorePoint } from './memory-task-store.ts';
import {
  EngineWorld,
  type ScriptedStep,
  statuses,
  subtaskNamed,
  untilAborted,
} from './schedules/engine-world.ts';
import { StepFailure } from './step-context.ts';
import type { Task } from './task.ts';

const leaseMs = 10_000;
const fails = (times: number): ScriptedStep => {
  let left = times;
  return {
    run() {
      left -= 1;
      if (left >= 0) throw new StepFailure('as asked');
      return null;
    },
  };
};

/** `first` owns a task whose step `failed` has failed while `hangs` runs. */
async function runningAtFirst(
  steps: Readonly<Record<string, ScriptedStep>> = {},
  intercept: (point: StorePoint) => Promise<void> | void = () => {},
) {
  const world = new EngineWorld({ intercept });
  const operation = world.operation({ failed: fails(1), hangs: { run: untilAborted }, ...steps });
  const first = await world.boot('first', [operation], { leaseMs });
  const second = await world.boot('second', [operation], { leaseMs });
  const { id } = await world.submit(first.engine);
  const task = await world.untilSubtask(id, 'failed', 'FAILED');
  const idOf = (name: string): number => subtaskNamed(task, name).id;
  return { world, first, second, id, idOf };
}

/** What became of a command: the task, or why it was refused. */
function outcome(command: Promise<Task>): Promise<Task | Error> {
  return command.catch((error: unknown) => error as Error);
}

describe('a command for a task that another instance runs', () => {
  it('is carried out by its owner within half a second, and answered with the task', async () => {
    const { world, second, id, idOf } = await runningAtFirst();
    const before = world.time.now;
    const task = await world.time.finish(second.engine.retrySubtask(id, idOf('failed'), 'maria'));
    expect(world.time.now - before).toBeLessThanOrEqual(500);
    expect(task).toMatchObject({ id, owner: 'first', fence: 1 });
    expect(subtaskNamed(task, 'failed')).toMatchObject({ operation: 'RETRY', attempt: 2 });
    await world.untilSubtask(id, 'failed', 'SUCCESSFUL');
    expect(world.effects.filter((effect) => effect === 'run failed 2')).toHaveLength(1);
  });

  it('reaches it whatever the command is, and names who asked', async () => {
    const { world, second, id, idOf } = await runningAtFirst();
    await world.time.finish(second.engine.skipSubtask(id, idOf('failed'), 'maria'));
    await world.time.finish(second.engine.cancelSubtask(id, idOf('hangs'), 'maria'));
    expect(statuses(await world.ended(id))).toEqual({ failed: 'SUCCESSFUL', hangs: 'FAILED' });
    expect(world.logOf(idOf('failed'))).toContain('Skipped by maria: declared done without running');
    expect(world.logOf(idOf('hangs'))).toContain('Cancelled by maria');
  });

  it('is refused as its owner refuses it', async () => {
    const steps = { failed: { ...fails(1), prohibitSkip: true } };
    const { world, second, id, idOf } = await runningAtFirst(steps);
    const ask = (command: Promise<Task>) => outcome(world.time.finish(command));
    expect(await ask(second.engine.skipSubtask(id, idOf('failed')))).toEqual(
      new SkipProhibited(id, idOf('failed')),
    );
    expect(await ask(second.engine.retrySubtask(id, 999))).toEqual(new SubtaskNotFound(id, 999));
    const conflict = await ask(second.engine.retrySubtask(id, idOf('hangs')));
    expect(conflict).toBeInstanceOf(SubtaskStateConflict);
    expect(conflict).toMatchObject({ message: expect.stringContaining('cannot be retried') });
  });

  it('is carried out once when many ask at once: the others hear what its owner says then', async () => {
    const { world, second, id, idOf } = await runningAtFirst();
    const commands = Array.from({ length: 5 }, () => outcome(second.engine.retrySubtask(id, idOf('failed'))));
    const outcomes = await world.time.finish(Promise.all(commands));
    expect(outcomes.filter((one) => !(one instanceof Error))).toHaveLength(1);
    const refused = outcomes.filter((one) => one instanceof SubtaskStateConflict);
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ taskId: id, subtaskId: idOf('failed') });
    expect(world.effects.filter((effect) => effect.startsWith('run failed'))).toHaveLength(2);
  });

  it('is carried out by the next owner when this one dies before it hears', async () => {
    const { world, first, second, id, idOf } = await runningAtFirst();
    const command = second.engine.skipSubtask(id, idOf('failed'));
    first.process.kill();
    const task = await world.time.finish(command);
    expect(task.owner).toBe('second');
    expect(subtaskNamed(task, 'failed')).toMatchObject({ status: 'SUCCESSFUL', operation: 'SKIP' });
  });

  it('is one command, whatever gets lost between owner, asker and store', async () => {
    for (const method of ['requestCommand', 'fetchCommand', 'apply', 'listRequestedCommands'] as const) {
      for (const when of ['before', 'after'] as const) {
        let isArmed = false;
        const { world, second, id, idOf } = await runningAtFirst({}, (point) => {
          if (!isArmed || point.method !== method || point.when !== when) return;
          isArmed = false;
          throw new Error('connection lost');
        });
        isArmed = true;
        const task = await world.time.finish(second.engine.retrySubtask(id, idOf('failed')));
        expect(isArmed).toBe(false);
        expect(subtaskNamed(task, 'failed').attempt).toBe(2);
        await world.untilSubtask(id, 'failed', 'SUCCESSFUL');
      }
    }
  });

  it('is given to whoever is asked when the task has ended meanwhile', async () => {
    let end = (): void => {};
    const untilEnded = () =>
      new Promise<null>((resolve) => {
        end = () => resolve(null);
      });
    const { world, second, id, idOf } = await runningAtFirst({ hangs: { run: untilEnded } });
    const command = second.engine.retrySubtask(id, idOf('failed'));
    end();
    const task = await world.time.finish(command);
    expect(task.owner).toBe('second');
    expect((await world.ended(id)).status).toBe('SUCCESSFUL');
    expect(world.effects.filter((effect) => effect === 'run failed 2')).toHaveLength(1);
  });
});

describe('an owner that does not answer', () => {
  /** Its requests get no further than this, while it keeps its lease. */
  async function withDeafOwner() {
    let isDeaf = true;
    const steps = await runningAtFirst({}, ({ method, when }) => {
      if (isDeaf && method === 'listRequestedCommands' && when === 'before') throw new Error('not now');
    });
    const hear = (): void => {
      isDeaf = false;
    };
    return { ...steps, hear };
  }

  it('is named after a lease and 5 s; what was withdrawn is never carried out', async () => {
    const { world, second, id, idOf, hear } = await withDeafOwner();
    const before = world.time.now;
    const error = await outcome(world.time.finish(second.engine.retrySubtask(id, idOf('failed'))));
    expect(error).toBeInstanceOf(CommandUnanswered);
    expect(error).toMatchObject({ taskId: id, owner: 'first', isWithdrawn: true });
    expect(world.time.now - before).toBeLessThan(leaseMs + 5200);
    hear();
    await world.time.runFor(60_000);
    expect(subtaskNamed(await world.stored(id), 'failed')).toMatchObject({ status: 'FAILED', attempt: 1 });
  });

  it('does not hold up the end of the engine that asks', async () => {
    const { world, second, id, idOf } = await withDeafOwner();
    const command = outcome(second.engine.retrySubtask(id, idOf('failed')));
    await world.time.runFor(1000);
    await world.time.finish(second.engine.stop());
    expect(await world.time.finish(command)).toMatchObject({ isWithdrawn: true });
  });

  it('loses the race against a withdrawal: neither the command nor anything of its change is applied', async () => {
    let withdraw = async (): Promise<void> => {};
    // The owner has read the request, and not yet carried it out.
    const { world, second, id, idOf } = await runningAtFirst({}, ({ method, when }) =>
      method === 'listRequestedCommands' && when === 'after' ? withdraw() : undefined,
    );
    const command = { kind: 'retry-subtask', subtaskId: idOf('failed') } as const;
    await world.store.requestCommand({ id: 'r', taskId: id, command }, 60_000);
    withdraw = () => world.store.withdrawCommand('r');
    await world.time.runFor(5000);
    expect(await world.store.fetchCommand('r')).toEqual({ kind: 'withdrawn' });
    expect(subtaskNamed(await world.stored(id), 'failed')).toMatchObject({ status: 'FAILED', attempt: 1 });
    // Its owner's memory agrees with the store: what comes next is decided on the same state.
    await world.time.finish(second.engine.retrySubtask(id, idOf('failed')));
    await world.untilSubtask(id, 'failed', 'SUCCESSFUL');
    expect(world.effects.filter((effect) => effect.startsWith('run failed'))).toHaveLength(2);
  });
});
