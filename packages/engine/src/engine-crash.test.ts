import { describe, expect, it } from 'vitest';
import type { StorePoint } from './memory-task-store.ts';
import type { Operation } from './operation.ts';
import {
  type BootedEngine,
  EngineWorld,
  statuses,
  subtaskNamed,
  untilAborted,
} from './schedules/engine-world.ts';
import { type StepContext, StepFailure } from './step-context.ts';
import type { Task } from './task.ts';

/** The outside world: each effect happens when a body that looked first did not find it. */
class Outside {
  readonly done = new Set<string>();
  readonly acts: string[] = [];

  reach(goal: string): void {
    if (this.done.has(goal)) return;
    this.done.add(goal);
    this.acts.push(goal);
  }
}

/**
 * Runs `drive` in a world whose owner is killed at the given commit, counted from 1; another instance takes over.
 * @returns the number of commits that passed, so that a caller knows when it has tried them all.
 */
async function crashAt(
  commit: number,
  when: StorePoint['when'],
  operationOf: (world: EngineWorld, outside: Outside) => Operation,
  drive: (world: EngineWorld, booted: () => BootedEngine) => Promise<Task>,
): Promise<{ task: Task; outside: Outside; world: EngineWorld; commits: number }> {
  let commits = 0;
  let current: BootedEngine | undefined;
  const outside = new Outside();
  const isCommit = (method: string): boolean => ['create', 'apply', 'takeOwnership'].includes(method);
  const world: EngineWorld = new EngineWorld({
    intercept(point) {
      if (!isCommit(point.method) || point.when !== when) return;
      commits += 1;
      if (commits === commit) {
        current?.process.kill();
        if (when === 'before') throw new Error('killed before the commit');
      }
    },
  });
  const operation = operationOf(world, outside);
  current = await world.boot('first', [operation]);
  const standby = await world.boot('second', [operation]);
  const booted = (): BootedEngine => (current?.process.isDead === false ? current : standby);
  const task = await drive(world, booted);
  return { task, outside, world, commits };
}

const names = ['a', 'b', 'c', 'd'];

function lookingChain(world: EngineWorld, outside: Outside): Operation {
  const steps = names.map((name) => [
    name,
    { run: () => outside.reach(`run ${name}`) ?? null, undo: () => outside.reach(`undo ${name}`) },
  ]);
  return world.chain(names, Object.fromEntries(steps));
}

describe.each(['before', 'after'] as const)('an owner killed %s a commit', (when) => {
  it('loses no effect and doubles none, at every commit of a task', async () => {
    // A task whose creation was not committed was never there.
    for (let commit = when === 'before' ? 2 : 1; ; commit += 1) {
      const { task, outside, world, commits } = await crashAt(
        commit,
        when,
        lookingChain,
        async (world, booted) => {
          const submitter = { id: 1, name: 'admin' };
          const request = { operation: 'work', parameters: {}, submitter, claims: ['c'] };
          // The answer may be lost with the owner.
          booted()
            .engine.submit(request)
            .catch(() => {});
          await world.time.runFor(1);
          return world.ended(1);
        },
      );
      expect(task.status, `commit ${commit}`).toBe('SUCCESSFUL');
      expect(outside.acts).toEqual(names.map((name) => `run ${name}`));
      expect(task.subtasks.map((subtask) => subtask.attempt)).toEqual([1, 1, 1, 1]);
      expect(world.store.heldClaims.size).toBe(0);
      if (commits < commit) return;
    }
  });

  it('loses and doubles nothing at every commit of a rollback', async () => {
    const failing = (world: EngineWorld, outside: Outside): Operation => {
      const steps = names.map((name) => [
        name,
        {
          run: () =>
            name === 'd' ? Promise.reject(new StepFailure('no')) : (outside.reach(`run ${name}`) ?? null),
          undo: () => outside.reach(`undo ${name}`),
        },
      ]);
      return world.chain(names, Object.fromEntries(steps));
    };
    // Commits 1 to 5 are those of the way forward.
    for (let commit = 6; ; commit += 1) {
      const { task, outside, commits } = await crashAt(commit, when, failing, async (world, booted) => {
        const { id } = await world.submit(booted().engine, ['c']);
        await world.ended(id);
        const answer = booted().engine.rollbackTask(id);
        answer.catch(() => {});
        await world.time.runFor(60_000);
        // The command itself may have been lost with its owner; then the operator gives it again.
        if ((await world.stored(id)).status === 'FAILED')
          await world.time.finish(booted().engine.rollbackTask(id));
        return world.ended(id);
      });
      expect(task, `commit ${commit}`).toMatchObject({ status: 'SUCCESSFUL', operation: 'ROLLBACK' });
      expect(outside.acts.slice(3)).toEqual(['undo d', 'undo c', 'undo b', 'undo a']);
      if (commits < commit) return;
    }
  });
});

/** A task that failed before it changed anything, and whoever retries it dies with the task in its hands. */
async function killedBetweenTakingAndRetrying(restarted: string) {
  let killable: BootedEngine | undefined;
  const world = new EngineWorld({
    intercept({ method, when }) {
      if (method === 'takeOwnership' && when === 'after') killable?.process.kill();
    },
  });
  const check = { effects: 'none' as const, run: () => Promise.reject(new StepFailure('not now')) };
  const operation = world.chain(['check'], { check });
  const first = await world.boot('first', [operation]);
  const { id } = await world.submit(first.engine, ['c']);
  await world.ended(id);
  expect(world.store.heldClaims.size).toBe(0);
  killable = first;
  first.engine.retryTask(id).catch(() => {});
  await world.time.runFor(10);
  killable = undefined;
  expect([...world.store.heldClaims.keys()]).toEqual(['c']);
  const killedAt = world.time.now;
  const { engine } = await world.boot(restarted, [operation]);
  await world.time.runUntil(() => world.store.heldClaims.size === 0);
  return { world, engine, id, waitedMs: world.time.now - killedAt };
}

describe('a failed task that was taken and then left', () => {
  it('is as it was, at once when its taker is started again', async () => {
    const { world, engine, id, waitedMs } = await killedBetweenTakingAndRetrying('first');
    expect(waitedMs).toBeLessThan(100);
    expect(await world.stored(id)).toMatchObject({ status: 'FAILED', owner: undefined });
    await world.time.finish(engine.retryTask(id));
    expect((await world.ended(id)).subtasks[0]).toMatchObject({ status: 'FAILED', attempt: 2 });
  });

  it('is as it was when the lease of its taker is over, and its claims are free for others', async () => {
    const { world, engine, id, waitedMs } = await killedBetweenTakingAndRetrying('second');
    expect(waitedMs).toBeLessThanOrEqual(11_000);
    expect(await world.stored(id)).toMatchObject({ status: 'FAILED', owner: undefined });
    const other = await world.submit(engine, ['c']);
    expect((await world.ended(other.id)).subtasks[0]?.failure).toBe('not now');
  });
});

describe('take-over', () => {
  it('happens within the lease and one second', async () => {
    const world = new EngineWorld();
    const operation = world.chain(['a'], {
      a: { run: (context) => (context.fence === 1 ? untilAborted(context) : null) },
    });
    const first = await world.boot('first', [operation], { leaseMs: 5000 });
    await world.boot('second', [operation], { leaseMs: 5000 });
    const { id } = await world.submit(first.engine);
    await world.time.runFor(20_000);
    first.process.kill();
    const killedAt = world.time.now;
    const task = await world.ended(id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(task.subtasks[0]).toMatchObject({ attempt: 1, executor: 'second' });
    expect(world.time.now - killedAt).toBeLessThanOrEqual(6000);
  });

  it('by the same instance after a restart is immediate, although the old lease is still valid', async () => {
    const world = new EngineWorld();
    const operation = world.chain(['a'], {
      a: { run: (context) => (context.fence === 1 ? untilAborted(context) : null) },
    });
    const first = await world.boot('same', [operation]);
    const { id } = await world.submit(first.engine);
    first.process.kill();
    const killedAt = world.time.now;
    await world.boot('same', [operation]);
    await world.ended(id);
    expect(world.time.now - killedAt).toBeLessThan(100);
  });

  it('finds a task whose creation was held up on its way until long after its process was gone', async () => {
    const heldMs = 25_000;
    const world: EngineWorld = new EngineWorld({
      intercept: ({ method, when }) =>
        method === 'create' && when === 'before'
          ? new Promise((resolve) => world.time.schedule(heldMs, resolve))
          : undefined,
    });
    const first = await world.boot('same', [world.chain(['a'])], { leaseMs: 5000 });
    const submitter = { id: 1, name: 'admin' };
    first.engine.submit({ operation: 'work', parameters: {}, submitter, claims: [] }).catch(() => {});
    await world.time.runFor(1);
    first.process.kill();
    await world.boot('same', [world.chain(['a'])], { leaseMs: 5000 });
    await world.time.runFor(heldMs - 100);
    expect(await world.store.fetch(1)).toBeUndefined();
    await world.time.runFor(4000);
    expect((await world.stored(1)).status).toBe('SUCCESSFUL');
  });

  it('forgets what the lost owner waited for', async () => {
    const world = new EngineWorld();
    const run = async (context: StepContext) => {
      if (context.fence > 1) return untilAborted(context);
      const look = async () => ({ done: false, evidence: 'red' }) as const;
      return context.waitFor<null>('a green light', look, { timeoutMs: 50_000, intervalMs: 1_000 });
    };
    const operation = world.chain(['a'], { a: { run } });
    const first = await world.boot('first', [operation]);
    await world.boot('second', [operation]);
    const reader = world.install('reader', [operation]);
    const { id } = await world.submit(first.engine);
    await world.time.runFor(1_000);
    const shown = async () => (await world.time.finish(reader.engine.fetch(id)))?.subtasks[0]?.waitingFor;
    expect(await shown()).toMatchObject({ what: 'a green light', evidence: 'red' });
    first.process.kill();
    await world.time.runUntil(() => world.store.log.some(({ text }) => text.startsWith('Taken over')));
    await world.time.runFor(100);
    expect(await shown()).toBeUndefined();
  });

  it('settles what was being cancelled when the owner died', async () => {
    const world = new EngineWorld();
    const operation = world.chain(['deaf'], { deaf: { run: () => new Promise<never>(() => {}) } });
    const first = await world.boot('first', [operation]);
    await world.boot('second', [operation]);
    const { id, subtasks } = await world.submit(first.engine);
    await world.time.finish(first.engine.cancelSubtask(id, subtasks[0]?.id ?? 0, 'admin'));
    first.process.kill();
    const task = await world.ended(id);
    expect(subtaskNamed(task, 'deaf').failure).toMatch(
      /^Cancelled by admin\. Its owner was lost before it settled/,
    );
  });

  it('fails a task whose operation this program does not have, and leaves it to the one that has it', async () => {
    const world = new EngineWorld();
    const run = (): Promise<never> => new Promise(() => {});
    const old = world.chain(['a', 'b'], { a: { run } });
    const first = await world.boot('first', [old]);
    const { id } = await world.submit(first.engine, ['c']);
    first.process.kill();
    const second = await world.boot('second', []);
    const task = await world.ended(id);
    expect(subtaskNamed(task, 'a').failure).toBe('This program has no operation "work"');
    expect(world.store.heldClaims.size).toBe(1);
    await expect(world.time.finish(second.engine.rollbackTask(id))).rejects.toThrow(/no operation/);
    const third = await world.boot('third', [old]);
    await world.time.finish(third.engine.rollbackTask(id));
    expect(await world.ended(id)).toMatchObject({ status: 'SUCCESSFUL', operation: 'ROLLBACK' });
  });

  it('fails a task whose graph has changed, and says how', async () => {
    const world = new EngineWorld();
    const run = (): Promise<never> => new Promise(() => {});
    const first = await world.boot('first', [world.chain(['a', 'b'], { a: { run } })]);
    const { id } = await world.submit(first.engine);
    first.process.kill();
    await world.boot('second', [world.chain(['a', 'renamed'])]);
    const task = await world.ended(id);
    expect(subtaskNamed(task, 'a').failure).toMatch(/step 1 is "renamed", the task was created with "b"/);
    expect(statuses(task)).toEqual({ a: 'FAILED', b: 'PENDING' });
  });

  it('resumes a retry where it was: after its undo it only runs', async () => {
    const world = new EngineWorld();
    let killable: BootedEngine | undefined;
    const run = (context: { attempt: number; fence: number }) => {
      if (context.attempt === 1) return Promise.reject(new StepFailure('no'));
      if (killable?.process.isDead === false) {
        killable.process.kill();
        return new Promise<never>(() => {});
      }
      return null;
    };
    const operation = world.chain(['a'], { a: { run } });
    killable = await world.boot('first', [operation]);
    await world.boot('second', [operation]);
    const { id } = await world.submit(killable.engine);
    await world.ended(id);
    await world.time.finish(killable.engine.retryTask(id));
    expect((await world.ended(id)).status).toBe('SUCCESSFUL');
    expect(world.effects).toEqual(['run a 1', 'undo a 1', 'run a 2', 'run a 2']);
  });
});

describe('stop', () => {
  it('ends also when the store does not answer any more', async () => {
    let isDown = false;
    const world = new EngineWorld({
      intercept() {
        if (isDown) throw new Error('connection refused');
      },
    });
    const { engine } = await world.boot('only', [world.chain(['a'], { a: { run: untilAborted } })]);
    await world.submit(engine);
    isDown = true;
    await world.time.finish(engine.stop());
    isDown = false;
    expect(await world.store.listOwned('only')).toHaveLength(1);
  });

  it('fails no subtask, hands its tasks over at once, and records what had succeeded', async () => {
    const world = new EngineWorld();
    const run = (context: Parameters<typeof untilAborted>[0]) =>
      context.fence === 1 ? untilAborted(context) : null;
    const operation = world.chain(['a', 'b'], { b: { run } });
    const first = await world.boot('first', [operation]);
    await world.boot('second', [operation]);
    const { id } = await world.submit(first.engine);
    await world.untilSubtask(id, 'b', 'RUNNING');
    await world.time.finish(first.engine.stop());
    const stoppedAt = world.time.now;
    expect(statuses(await world.stored(id))).toEqual({ a: 'SUCCESSFUL', b: 'RUNNING' });
    const task = await world.ended(id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(world.time.now - stoppedAt).toBeLessThanOrEqual(1100);
  });
});
