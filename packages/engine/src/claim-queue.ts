/**
 * Asks for the claims of this instance's queued tasks: whenever a task here gives up claims, and with every scan for what
 * other instances give up. First come, first served, by the store's order of tasks; all claims of a task at once, so that
 * two queued tasks never wait for each other.
 */
import type { ActiveTask } from './active-task.ts';
import type { Clock } from './clock.ts';
import type { Waiting } from './step-context.ts';
import type { ClaimHolder, TaskStore } from './task-store.ts';

export interface ClaimQueueOptions {
  readonly store: Pick<TaskStore, 'acquireClaims'>;
  readonly clock: Clock;
  readonly instance: string;
  /** The tasks that this instance owns. */
  readonly tasks: () => readonly ActiveTask[];
  /** Whether this instance may act for its tasks. */
  readonly canAct: () => boolean;
  readonly failed: (error: unknown) => void;
  readonly longestWaitMs: number;
}

export class ClaimQueue {
  readonly #options: ClaimQueueOptions;
  #isAsked = false;
  #looking: Promise<void> | undefined;

  constructor(options: ClaimQueueOptions) {
    this.#options = options;
  }

  /** Resolves when everything that was free has been given. */
  look(): Promise<void> {
    this.#isAsked = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  lookSoon(): void {
    this.look().catch((error: unknown) => this.#options.failed(error));
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      const { tasks, canAct } = this.#options;
      const queued = tasks().filter(({ durable }) => durable.isQueued);
      queued.sort((a, b) => a.id - b.id);
      /** Claims that an earlier one of these still waits for. */
      const wanted = new Map<string, ActiveTask>();
      for (const task of queued) {
        if (!canAct()) return;
        if (!task.durable.isQueued || (await this.#ask(task, wanted))) continue;
        for (const claim of task.durable.claims) if (!wanted.has(claim)) wanted.set(claim, task);
      }
    }
  }

  /** @returns whether the task no longer waits. */
  async #ask(task: ActiveTask, wanted: ReadonlyMap<string, ActiveTask>): Promise<boolean> {
    const { store, clock, instance, longestWaitMs } = this.#options;
    const { id: taskId, fence, claims } = task.durable;
    if (this.#remainingMs(task) <= 0) {
      task.leaveQueue(
        `Waited ${longestWaitMs / 3_600_000} h for ${claims.join(', ')}, which did not become free`,
      );
      return true;
    }
    const [claim = '', ahead] = [...wanted].find(([each]) => claims.includes(each)) ?? [];
    if (ahead !== undefined) {
      task.showQueue(this.#waiting(task, claim, `task ${ahead.id} (${ahead.durable.name}) is before it`));
      return false;
    }
    const outcome = await store.acquireClaims({ taskId, fence, owner: instance, now: clock.now(), claims });
    if (outcome.kind === 'acquired') task.claimsAcquired();
    if (outcome.kind !== 'waiting') return true;
    task.showQueue(this.#waiting(task, outcome.holder.claim, describeHolder(outcome.holder)));
    return false;
  }

  #waiting(task: ActiveTask, claim: string, evidence: string): Waiting {
    const until = this.#options.clock.now() + this.#remainingMs(task);
    return { what: `${claim} to be free`, since: task.durable.createTime, until, evidence };
  }

  /** By this instance's own clock alone: a new owner lets the task wait as long again. */
  #remainingMs(task: ActiveTask): number {
    return task.ownedSince + this.#options.longestWaitMs - this.#options.clock.monotonic();
  }
}

function describeHolder({ taskId, taskName, taskStatus, submitter, since, isQueued }: ClaimHolder): string {
  if (isQueued) return `task ${taskId} (${taskName}) of ${submitter.name} is before it`;
  const held = `held by task ${taskId} (${taskName}) of ${submitter.name} since ${new Date(since).toISOString()}`;
  return taskStatus === 'FAILED' ? `${held}; that task has FAILED and needs somebody to act on it` : held;
}
