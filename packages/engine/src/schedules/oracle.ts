/**
 * Watches what becomes durable and what is done outside, and says which invariant was broken. It knows the rules from the
 * table of transitions and from the graph, not from the code that applies them.
 */
import type { Subtask, Task } from '../task.ts';
import { isLegalSubtaskChange, isLegalTaskChange } from '../transitions.ts';
import type { Effect } from './outside-world.ts';

class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

export class Oracle {
  readonly #tasks = new Map<number, Task>();
  readonly #lastEffects = new Map<number, number>();
  readonly #tasksThatActed = new Set<number>();
  readonly #heldClaims: () => ReadonlyMap<string, { taskId: number }>;
  readonly #areLeasesReliable: boolean;
  takeOvers = 0;

  /** @param areLeasesReliable whether the database's clock runs true, so that leases alone keep owners apart. */
  constructor(heldClaims: () => ReadonlyMap<string, { taskId: number }>, areLeasesReliable: boolean) {
    this.#heldClaims = heldClaims;
    this.#areLeasesReliable = areLeasesReliable;
  }

  changed(before: Task | undefined, after: Task): void {
    this.#tasks.set(after.id, after);
    this.#checkClaims(after);
    if (before === undefined) return;
    if (before.isQueued && !after.isQueued && after.status === 'RUNNING') this.#checkTurn(after);
    if (after.fence !== before.fence) this.#changedHands(before, after);
    else this.#checkLegal(before, after);
  }

  #changedHands(before: Task, after: Task): void {
    this.takeOvers += 1;
    if (after.fence < before.fence)
      throw new InvariantBroken(`Fencing: the fence of task ${after.id} went down`);
  }

  #checkLegal(before: Task, after: Task): void {
    const isSame = before.status === after.status && before.operation === after.operation;
    if (!isSame && !isLegalTaskChange(before, after)) {
      throw new InvariantBroken(`Legal: task ${after.id} from ${describe(before)} to ${describe(after)}`);
    }
    for (const [index, subtask] of after.subtasks.entries()) {
      const was = before.subtasks[index];
      if (was === undefined || isSameState(was, subtask)) continue;
      if (!isLegalSubtaskChange(was, subtask)) {
        throw new InvariantBroken(
          `Legal: subtask ${subtask.id} from ${describe(was)} to ${describe(subtask)}`,
        );
      }
      if (['READY', 'RUNNING'].includes(subtask.status)) checkOrder(after, subtask);
    }
    const isLive = after.subtasks.some(({ status }) => ['READY', 'RUNNING', 'CANCELING'].includes(status));
    if (isLive !== (after.status === 'RUNNING')) {
      throw new InvariantBroken(`Legal: task ${after.id} is ${after.status}, its subtasks say otherwise`);
    }
  }

  /** A running task holds what it needs; and a key has one holder, so no other task does. */
  #checkClaims(task: Task): void {
    if (task.status !== 'RUNNING' || task.isQueued) return;
    for (const claim of task.claims) {
      const holder = this.#heldClaims().get(claim)?.taskId;
      if (holder !== task.id)
        throw new InvariantBroken(`Mutex: task ${task.id} runs, but ${claim} is held by ${holder}`);
    }
  }

  /** First come, first served. */
  #checkTurn(task: Task): void {
    for (const other of this.#tasks.values()) {
      if (!other.isQueued || other.id >= task.id) continue;
      const claim = task.claims.find((each) => other.claims.includes(each));
      if (claim !== undefined)
        throw new InvariantBroken(`Queue: task ${task.id} got ${claim} before task ${other.id}`);
    }
  }

  acted(effect: Effect): void {
    const task = this.#tasks.get(effect.taskId);
    const subtask = task?.subtasks.find(({ id }) => id === effect.subtaskId);
    if (task === undefined || subtask === undefined)
      throw new InvariantBroken('Order: an effect of an unknown task');
    // Run 1, undo 1, run 2, undo 2 ...: whatever is done once is never done again, and nothing late overtakes its undo.
    const ordinal = effect.attempt * 2 + (effect.mode === 'undo' ? 1 : 0);
    if (ordinal <= (this.#lastEffects.get(subtask.id) ?? 0)) {
      throw new InvariantBroken(
        `EffectOnce: subtask ${subtask.id} ${effect.mode} ${effect.attempt} came after a later effect`,
      );
    }
    this.#lastEffects.set(subtask.id, ordinal);
    if (subtask.status === 'FAILED' && subtask.failure?.startsWith('Cancelled') === true) {
      throw new InvariantBroken(`CancelConsistent: subtask ${subtask.id} acted after its cancel had settled`);
    }
    this.#tasksThatActed.add(task.id);
    if (effect.fence !== task.fence) {
      this.#actedLate(effect, task);
      return;
    }
    if (subtask.status !== 'RUNNING' && subtask.status !== 'CANCELING') {
      throw new InvariantBroken(
        `CancelConsistent: subtask ${subtask.id} acted while it was ${subtask.status}`,
      );
    }
    if (subtask.mode !== effect.mode)
      throw new InvariantBroken(`Order: subtask ${subtask.id} acted in another mode`);
    checkOrder(task, subtask);
  }

  /**
   * What an owner had sent before it died may arrive later; the fence of the outside world judges it. One that lives stops
   * in time, as long as leases can be trusted.
   */
  #actedLate({ sender, instance, fence }: Effect, task: Task): void {
    if (this.#areLeasesReliable && !sender.isDead && task.owner !== instance) {
      throw new InvariantBroken(
        `Fencing: ${instance} acted for task ${task.id} at ${fence}, which is at ${task.fence}`,
      );
    }
  }

  /** At rest: who has ended holds nothing, unless it failed after it changed something; and nobody is about to act on it. */
  finish(): void {
    for (const task of this.#tasks.values()) {
      if (task.status !== 'RUNNING' && task.owner !== undefined) {
        throw new InvariantBroken(`NoDeadEnd: task ${task.id} has ended, and ${task.owner} still has it`);
      }
      const held = task.claims.filter((claim) => this.#heldClaims().get(claim)?.taskId === task.id);
      if (task.status === 'SUCCESSFUL' && held.length > 0) {
        throw new InvariantBroken(`Mutex: task ${task.id} has ended and holds ${held.join()}`);
      }
      const isUnfinished = task.status === 'FAILED' && this.#tasksThatActed.has(task.id);
      if (isUnfinished && held.length < task.claims.length) {
        throw new InvariantBroken(`Mutex: task ${task.id} has failed half way and does not hold its claims`);
      }
      const isDone = task.operation === 'ROLLBACK' ? 'PENDING' : 'SUCCESSFUL';
      if (task.status === 'SUCCESSFUL' && task.subtasks.some(({ status }) => status !== isDone)) {
        throw new InvariantBroken(
          `NoFalseSuccess: task ${task.id} is ${describe(task)} with unfinished subtasks`,
        );
      }
    }
  }
}

function checkOrder(task: Task, subtask: Subtask): void {
  const needed = subtask.operation === 'ROLLBACK' ? 'PENDING' : 'SUCCESSFUL';
  const neighbours = subtask.operation === 'ROLLBACK' ? subtask.downstreams : subtask.upstreams;
  for (const id of neighbours) {
    const neighbour = task.subtasks.find((candidate) => candidate.id === id);
    if (neighbour?.status !== needed) {
      throw new InvariantBroken(
        `Order: subtask ${subtask.id} (${describe(subtask)}) before ${id}, which is ${neighbour?.status}`,
      );
    }
  }
}

function isSameState(a: Subtask, b: Subtask): boolean {
  return a.status === b.status && a.operation === b.operation && a.mode === b.mode;
}

function describe({ status, operation }: { status: string; operation: string }): string {
  return `${status} (${operation})`;
}
