import { expect, it } from 'vitest';
import type { TaskChange, TaskStore } from '../task-store.ts';
import { runRound } from './schedule-round.ts';
import { runSchedules } from './schedules.ts';

it('keeps Legal, Order, Fencing, EffectOnce, Mutex and CancelConsistent in every schedule, and comes to rest', async () => {
  const report = await runSchedules({ firstSeed: 1, rounds: 100 });
  expect(report.failures).toEqual([]);
  expect(report.takeOvers).toBeGreaterThan(100);
  expect(report.effects).toBeGreaterThan(1000);
});

it('is repeated exactly by its seed', async () => {
  expect(await runRound({ seed: 7 })).toEqual(await runRound({ seed: 7 }));
});

/** Lets a change pass whoever sends it. */
function withoutFences(store: TaskStore): TaskStore {
  const current = async (change: TaskChange): Promise<TaskChange> => {
    const ownership = await store.fetchOwnership(change.taskId);
    return { ...change, owner: ownership?.owner ?? change.owner, fence: ownership?.fence ?? change.fence };
  };
  return {
    ...bound(store),
    apply: async (changes, delivery) => store.apply(await Promise.all(changes.map(current)), delivery),
  };
}

/** What was taken and then left stays with whoever took it. */
function withoutGivingBack(store: TaskStore): TaskStore {
  return { ...bound(store), giveBack: async () => {} };
}

/** Hands a task over without the claims that it needs. */
function withoutClaims(store: TaskStore): TaskStore {
  return { ...bound(store), takeOwnership: (request) => store.takeOwnership({ ...request, claims: [] }) };
}

function bound(store: TaskStore): TaskStore {
  return {
    create: (task) => store.create(task),
    apply: (changes, delivery) => store.apply(changes, delivery),
    takeOwnership: (request) => store.takeOwnership(request),
    takeOver: (request) => store.takeOver(request),
    acquireClaims: (request) => store.acquireClaims(request),
    fetch: (taskId) => store.fetch(taskId),
    fetchOwnership: (taskId) => store.fetchOwnership(taskId),
    renewLease: (instance, leaseMs) => store.renewLease(instance, leaseMs),
    dropLease: (instance) => store.dropLease(instance),
    listOrphans: (limit) => store.listOrphans(limit),
    listOwned: (owner) => store.listOwned(owner),
    listHalfTaken: (instance) => store.listHalfTaken(instance),
    giveBack: (task) => store.giveBack(task),
    requestCommand: (request, patienceMs) => store.requestCommand(request, patienceMs),
    listRequestedCommands: (owner) => store.listRequestedCommands(owner),
    fetchCommand: (requestId) => store.fetchCommand(requestId),
    withdrawCommand: (requestId) => store.withdrawCommand(requestId),
  };
}

it.each([
  ['without fences', withoutFences, /Legal|Order|Fencing|EffectOnce|CancelConsistent|Mutex|Progress/],
  ['that does not take claims again', withoutClaims, /Mutex/],
  ['that leaves to the dead what they had taken', withoutGivingBack, /NoDeadEnd/],
])('notices a store %s', async (_, wrapStore, invariant) => {
  const report = await runSchedules({ firstSeed: 1, rounds: 1000, stopAtFailure: true, wrapStore });
  const messages = report.failures.map(({ error }) => String(error));
  expect(messages.some((message) => invariant.test(message))).toBe(true);
});
