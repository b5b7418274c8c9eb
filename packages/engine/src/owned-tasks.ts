/**
 * The tasks that this instance owns, and how they come and go: taken from the store, taken over from instances that are
 * gone, given up when the lease runs out or somebody else holds them.
 */
import { OwnershipLost } from './abort-reasons.ts';
import { ActiveTask, type ActiveTaskEnvironment } from './active-task.ts';
import { ClaimQueue } from './claim-queue.ts';
import { ClaimConflict, IdempotencyConflict } from './engine-errors.ts';
import type { OperationRegistry, PlannedTask, TaskProgram } from './operation-registry.ts';
import type { Task } from './task.ts';
import type { CreateOutcome, TaskAtFence, TaskStore } from './task-store.ts';

export interface OwnedTasksOptions {
  readonly store: TaskStore;
  readonly registry: OperationRegistry;
  readonly leaseMs: number;
  /** How long a queued task waits at most, milliseconds. */
  readonly longestQueueMs: number;
  readonly environment: Omit<ActiveTaskEnvironment, 'left' | 'assertOwned' | 'claimsReleased'>;
  readonly isLeaseValid: () => boolean;
  readonly isRunning: () => boolean;
  readonly takeOverFailed: (taskIds: readonly number[], error: unknown) => void;
}

/**
 * Tasks that change hands in one transaction. Enough to share its price; few enough that what a batch leaves behind in
 * memory is gone before the next, also when ten thousand tasks are taken.
 */
const takeOverBatch = 100;

export class OwnedTasks {
  readonly #options: OwnedTasksOptions;
  readonly #environment: ActiveTaskEnvironment;
  readonly #active = new Map<number, ActiveTask>();
  /** Changes of hands under way, by task. */
  readonly #taking = new Map<number, Promise<void>>();
  readonly #queue: ClaimQueue;
  readonly #creating = new Set<Promise<unknown>>();
  /** Raised whenever the lease is lost, so that what began under an older lease is not trusted. */
  #leaseEpoch = 0;
  #nextCheck = 0;
  #mustRecover = true;

  constructor(options: OwnedTasksOptions) {
    this.#options = options;
    this.#environment = {
      ...options.environment,
      canStartBodies: () => options.environment.canStartBodies(),
      failed: (error) => options.environment.failed(error),
      assertOwned: (task) => this.#assertOwned(task),
      claimsReleased: () => this.#queue.lookSoon(),
      left: (task) => {
        if (this.#active.get(task.id) === task) this.#active.delete(task.id);
      },
    };
    this.#queue = new ClaimQueue({
      store: options.store,
      clock: options.environment.clock,
      instance: options.environment.instance,
      tasks: () => this.all,
      canAct: () => options.isLeaseValid() && options.isRunning(),
      failed: (error) => options.environment.failed(error),
      longestWaitMs: options.longestQueueMs,
    });
  }

  get all(): readonly ActiveTask[] {
    return [...this.#active.values()];
  }

  get(taskId: number): ActiveTask | undefined {
    return this.#active.get(taskId);
  }

  /** Tasks may be ours in the store without being active here; the next scan looks for them. */
  recoverSoon(): void {
    this.#mustRecover = true;
  }

  /** Resolves when no change of hands of this task is under way here. */
  async settled(taskId: number): Promise<void> {
    await this.#taking.get(taskId);
  }

  async created(): Promise<void> {
    await Promise.allSettled(this.#creating);
  }

  /**
   * Makes a task durable and active.
   * @throws ClaimConflict, IdempotencyConflict
   */
  async create(planned: PlannedTask): Promise<Task> {
    const creation = this.#createNow(planned);
    this.#creating.add(creation);
    try {
      return await creation;
    } finally {
      this.#creating.delete(creation);
    }
  }

  async #createNow({ task, program }: PlannedTask): Promise<Task> {
    const { store, isLeaseValid } = this.#options;
    const epoch = this.#leaseEpoch;
    let outcome: CreateOutcome;
    try {
      outcome = await store.create(task);
    } catch (error) {
      // It may be durable all the same, and then nobody but us would run it.
      this.#mustRecover = true;
      throw error;
    }
    if (outcome.kind === 'claim-conflict') throw new ClaimConflict(outcome.holder);
    if (outcome.kind === 'key-conflict') throw new IdempotencyConflict(outcome.taskId);
    const known = this.#active.get(outcome.task.id);
    if (outcome.kind === 'existing') return known?.view() ?? outcome.task;
    if (epoch !== this.#leaseEpoch || !isLeaseValid() || known !== undefined) {
      this.#mustRecover = true;
      return outcome.task;
    }
    const active = this.#activate(outcome.task, program);
    active.begin();
    if (outcome.task.isQueued)
      await this.#queue.look().catch((error: unknown) => this.#environment.failed(error));
    return active.view();
  }

  /** Takes a failed task, to act on it. Undefined when somebody else was faster. @throws ClaimConflict */
  async takeFailed(
    task: Task,
    claims: readonly string[],
    program: TaskProgram,
  ): Promise<ActiveTask | undefined> {
    if (this.#active.has(task.id) || this.#taking.has(task.id)) return undefined;
    return this.#whileTaking([task.id], () => this.#takeNow(task, claims, program));
  }

  /** Ends all bodies at once: others may act for these tasks from now on. */
  giveUp(reason: OwnershipLost): void {
    this.#leaseEpoch += 1;
    for (const task of this.all) task.lose(reason);
  }

  /** Takes up tasks whose owner is gone, and our own that we do not hold; gives up those that others hold. */
  async scan(): Promise<void> {
    if (!this.#options.isLeaseValid()) return;
    await this.#takeUp();
    await this.#queue.look();
  }

  async #takeUp(): Promise<void> {
    const { store, environment } = this.#options;
    if (environment.clock.monotonic() >= this.#nextCheck) await this.#checkOwnership();
    if (this.#mustRecover) {
      this.#mustRecover = false;
      try {
        const owned = await store.listOwned(environment.instance);
        // A task that is just being created is ours in the store before it is active here.
        await this.created();
        await this.#takeOver(owned);
      } catch (error) {
        this.#mustRecover = true;
        throw error;
      }
    }
    for (;;) {
      const orphans = await store.listOrphans(takeOverBatch);
      const taken = await this.#takeOver(orphans);
      if (orphans.length < takeOverBatch || taken === 0) break;
    }
    await this.#giveBackHalfTaken();
  }

  /** Nobody would ever act on them for whoever took them, and what they hold would be locked until a person finds out. */
  async #giveBackHalfTaken(): Promise<void> {
    const { store, environment } = this.#options;
    for (const task of await store.listHalfTaken(environment.instance)) {
      const isInHand = this.#active.has(task.taskId) || this.#taking.has(task.taskId);
      if (!isInHand) await store.giveBack(task);
    }
  }

  /**
   * A task may be taken from an instance that lives, when the database's clock jumps. The owner would notice with its
   * next write; this makes it notice also while a step only waits. And a task may become ours long after its creation was
   * asked for, by a process of this name that is gone: what was on its way to the store may have been held up there.
   */
  async #checkOwnership(): Promise<void> {
    const { store, environment, leaseMs } = this.#options;
    this.#nextCheck = environment.clock.monotonic() + leaseMs / 3;
    const held = this.all;
    const owned = await store.listOwned(environment.instance);
    if (owned.some(({ taskId }) => !this.#active.has(taskId))) this.#mustRecover = true;
    const fences = new Map(owned.map(({ taskId, fence }) => [taskId, fence]));
    for (const task of held) {
      const { id, fence, status } = task.durable;
      // What ended meanwhile is not ours any more either, and is no longer active by the time its change is applied.
      if (status !== 'RUNNING' || fences.get(id) === fence) continue;
      const current = await store.fetchOwnership(id);
      if (current?.owner !== undefined && current.fence !== fence) task.fenced();
    }
  }

  /** @returns how many were taken: those that nobody else was faster with. */
  async #takeOver(tasks: readonly TaskAtFence[]): Promise<number> {
    let taken = 0;
    for (let first = 0; first < tasks.length; first += takeOverBatch) {
      const batch = tasks
        .slice(first, first + takeOverBatch)
        .filter(({ taskId }) => !this.#active.has(taskId) && !this.#taking.has(taskId));
      const ids = batch.map(({ taskId }) => taskId);
      if (batch.length > 0) taken += await this.#whileTaking(ids, () => this.#takeOverBatch(batch));
    }
    return taken;
  }

  async #takeOverBatch(tasks: readonly TaskAtFence[]): Promise<number> {
    const { store } = this.#options;
    const { clock, instance } = this.#environment;
    try {
      const request = { owner: instance, now: clock.now(), tasks };
      const owned = await this.#underOneLease(() => store.takeOver(request));
      for (const task of owned ?? []) this.#adopt(task);
      return owned?.length ?? 0;
    } catch (error) {
      this.#options.takeOverFailed(
        tasks.map(({ taskId }) => taskId),
        error,
      );
      return 0;
    }
  }

  #adopt(task: Task): void {
    const { program, problem } = this.#options.registry.planAdopted(task);
    const active = this.#activate(task, program);
    if (problem === undefined) active.resume(this.#options.leaseMs);
    else active.abandon(problem);
  }

  /** Commands for these tasks wait until the change of hands is over. */
  async #whileTaking<T>(taskIds: readonly number[], take: () => Promise<T>): Promise<T> {
    const taking = take();
    const settled = taking.then(
      () => {},
      () => {},
    );
    for (const id of taskIds) this.#taking.set(id, settled);
    try {
      return await taking;
    } finally {
      for (const id of taskIds) this.#taking.delete(id);
    }
  }

  async #takeNow(
    task: Task,
    claims: readonly string[],
    program: TaskProgram,
  ): Promise<ActiveTask | undefined> {
    const { clock, instance } = this.#environment;
    const request = {
      taskId: task.id,
      seenFence: task.fence,
      seenStatus: 'FAILED' as const,
      owner: instance,
      now: clock.now(),
      claims,
    };
    const outcome = await this.#underOneLease(() => this.#options.store.takeOwnership(request));
    if (outcome?.kind === 'claim-conflict') throw new ClaimConflict(outcome.holder);
    return outcome?.kind === 'owned' ? this.#activate(outcome.task, program) : undefined;
  }

  /** Undefined when the lease was lost meanwhile: what was taken under it is not trusted, and looked for again. */
  async #underOneLease<T>(take: () => Promise<T>): Promise<T | undefined> {
    const epoch = this.#leaseEpoch;
    try {
      const taken = await take();
      if (epoch === this.#leaseEpoch && this.#options.isRunning()) return taken;
      this.#mustRecover = true;
      return undefined;
    } catch (error) {
      // It may be durable all the same.
      this.#mustRecover = true;
      throw error;
    }
  }

  #activate(task: Task, program: TaskProgram): ActiveTask {
    const active = new ActiveTask(task, program, this.#environment);
    this.#active.set(task.id, active);
    return active;
  }

  async #assertOwned(task: Task): Promise<void> {
    const { store, isLeaseValid } = this.#options;
    const { instance } = this.#environment;
    if (!isLeaseValid()) throw new OwnershipLost(`The lease of ${instance} has run out`);
    const current = await store.fetchOwnership(task.id);
    const isOwned = current?.owner === instance && current.fence === task.fence;
    if (!isOwned) throw new OwnershipLost(`Task ${task.id} belongs to another owner now`);
    if (!isLeaseValid()) throw new OwnershipLost(`The lease of ${instance} has run out`);
  }
}
