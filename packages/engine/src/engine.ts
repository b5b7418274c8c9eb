/**
 * The engine's door: takes requests, owns tasks, and hands them to the parts that do the work.
 *
 *   submit, commands -> ActiveTask (events) -> state machine (pure) -> ChangeWriter -> TaskStore
 *                         ^ bodies (StepRun)                                 |
 *                         +--------------- starts and aborts bodies <--------+ after the commit
 */
import { OwnershipLost, ShuttingDown } from './abort-reasons.ts';
import { ActiveTask, type ActiveTaskEnvironment, TaskLeft } from './active-task.ts';
import { ChangeWriter } from './change-writer.ts';
import { type Clock, systemClock } from './clock.ts';
import {
  ClaimConflict,
  EngineUnavailable,
  IdempotencyConflict,
  OwnedElsewhere,
  TaskNotFound,
} from './engine-errors.ts';
import { EngineEvents } from './engine-events.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { JsonValue, Operation } from './operation.ts';
import { OperationRegistry, type PlannedTask } from './operation-registry.ts';
import { beginChange, type TaskCommand, takeIn } from './state-machine.ts';
import type { Submitter, Task } from './task.ts';
import type { CreateOutcome, OwnershipOutcome, TaskAtFence, TaskStore } from './task-store.ts';

/** Shaped like pino's, so that one can be given as it is. */
export interface EngineLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface EngineOptions {
  readonly store: TaskStore;
  readonly operations: readonly Operation[];
  /**
   * Name of this instance: unique among those that share the store, and best the same after a restart, because an
   * instance takes its own unfinished tasks up again at once, without waiting for its old lease to run out.
   */
  readonly instance: string;
  readonly clock?: Clock;
  /** From 0 to below 1; for jitter only. */
  readonly random?: () => number;
  readonly logger?: EngineLogger;
  /** How long tasks of a silent instance stay with it. 10 s by default. */
  readonly leaseMs?: number;
}

export interface SubmitRequest {
  readonly operation: string;
  /** Checked against the operation's schema. */
  readonly parameters: JsonValue;
  readonly attributes?: Readonly<Record<string, JsonValue>>;
  readonly submitter: Submitter;
  /** Exclusive keys; the task is created only when no other task holds one of them. */
  readonly claims: readonly string[];
  readonly idempotencyKey?: string;
}

export interface Engine {
  readonly events: EngineEvents;
  /** Takes its lease, takes up what is left of earlier lives and of lost instances, and accepts work. */
  start(): Promise<void>;
  /** Lets no step become FAILED: bodies are aborted and resumed by the next owner. */
  stop(): Promise<void>;
  /**
   * Resolves when the task is durable.
   * @throws OperationUnknown, ParametersInvalid, ClaimConflict, IdempotencyConflict, EngineUnavailable
   */
  submit(request: SubmitRequest): Promise<Task>;
  /** The task, with what its subtasks wait for when this instance runs it. */
  fetch(taskId: number): Promise<Task | undefined>;
  /**
   * The commands resolve with the task as it is when the command is durable, not when its work is done. `by` names
   * who asked, for the log.
   * @throws TaskNotFound, SubtaskNotFound, TaskStateConflict, SubtaskStateConflict, RollbackProhibited, SkipProhibited,
   * ClaimConflict, OwnedElsewhere, GraphChanged, OperationUnknown, EngineUnavailable
   */
  retryTask(taskId: number, by?: string): Promise<Task>;
  rollbackTask(taskId: number, by?: string): Promise<Task>;
  retrySubtask(taskId: number, subtaskId: number, by?: string): Promise<Task>;
  skipSubtask(taskId: number, subtaskId: number, by?: string): Promise<Task>;
  cancelSubtask(taskId: number, subtaskId: number, by?: string): Promise<Task>;
}

const silent: EngineLogger = { info() {}, warn() {}, error() {} };
const defaultLeaseMs = 10_000;
const orphanBatch = 500;
/** A body that does not end at shutdown is left behind after this time; its fence keeps it harmless. */
const stopGraceMs = 5000;
/** How often a command looks again when the task changes hands under it. */
const commandTries = 5;

export function createEngine(options: EngineOptions): Engine {
  return new TaskEngine(options);
}

class TaskEngine implements Engine {
  readonly events: EngineEvents;
  readonly #store: TaskStore;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #logger: EngineLogger;
  readonly #leaseMs: number;
  readonly #registry: OperationRegistry;
  readonly #lease: LeaseKeeper;
  readonly #writer: ChangeWriter;
  readonly #environment: ActiveTaskEnvironment;
  readonly #active = new Map<number, ActiveTask>();
  /** Changes of hands under way, by task. */
  readonly #takingOver = new Map<number, Promise<unknown>>();
  readonly #creating = new Set<Promise<unknown>>();
  readonly #unsettled = new Map<number, Promise<void>>();
  #state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  /** Raised whenever the lease is lost, so that what began under an older lease is not trusted. */
  #leaseEpoch = 0;
  /** Tasks may be ours in the store without being active here. */
  #mustRecover = true;
  #nextScan = (): void => {};
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: EngineOptions) {
    const { store, instance, clock = systemClock, random = Math.random, logger = silent } = options;
    this.#store = store;
    this.#clock = clock;
    this.#instance = instance;
    this.#logger = logger;
    this.#leaseMs = options.leaseMs ?? defaultLeaseMs;
    this.#registry = new OperationRegistry(options.operations);
    this.events = new EngineEvents((error) => logger.error({ err: error }, 'An event listener failed'));
    const failed = (error: unknown): void => logger.error({ err: error }, 'The task store failed');
    this.#lease = new LeaseKeeper({
      store,
      clock,
      instance,
      leaseMs: this.#leaseMs,
      lost: () => this.#leaseLost(),
      regained: () => {
        this.#mustRecover = true;
      },
      failed,
    });
    this.#writer = new ChangeWriter({ store, clock, failed, canWrite: () => this.#lease.isValid() });
    this.#environment = {
      clock,
      random,
      instance,
      writer: this.#writer,
      events: this.events,
      unsettled: this.#unsettled,
      canStartBodies: () => this.#state === 'running',
      assertOwned: (task) => this.#assertOwned(task),
      left: (task) => {
        if (this.#active.get(task.id) === task) this.#active.delete(task.id);
      },
      failed,
    };
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new EngineUnavailable(`The engine is ${this.#state}`);
    await this.#lease.start();
    this.#state = 'running';
    try {
      await this.#scan();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#scheduleScan();
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.#nextScan();
    await this.#scanning;
    await Promise.allSettled(this.#creating);
    for (const task of this.#active.values()) task.abortBodies(new ShuttingDown('The process ends'));
    const hasSettled = await this.#settledWithin(stopGraceMs);
    await this.#writer.flush();
    for (const task of [...this.#active.values()]) task.lose(new ShuttingDown('The process ends'));
    await this.#lease.stop();
    this.#state = 'stopped';
    // Whoever still runs a body keeps the lease until it runs out, as if the process had died.
    if (hasSettled) await this.#store.dropLease(this.#instance);
  }

  async submit(request: SubmitRequest): Promise<Task> {
    this.#requireAvailable();
    const planned = this.#registry.plan(request, { now: this.#clock.now(), owner: this.#instance });
    const epoch = this.#leaseEpoch;
    const creation = this.#create(planned, epoch);
    this.#creating.add(creation);
    try {
      return await creation;
    } finally {
      this.#creating.delete(creation);
    }
  }

  async fetch(taskId: number): Promise<Task | undefined> {
    return this.#active.get(taskId)?.view() ?? (await this.#store.fetch(taskId));
  }

  retryTask(taskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'retry-task', ...who(by) });
  }

  rollbackTask(taskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'rollback-task', ...who(by) });
  }

  retrySubtask(taskId: number, subtaskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'retry-subtask', subtaskId, ...who(by) });
  }

  skipSubtask(taskId: number, subtaskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'skip-subtask', subtaskId, ...who(by) });
  }

  cancelSubtask(taskId: number, subtaskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'cancel-subtask', subtaskId, ...who(by) });
  }

  async #create({ task, graph, rules }: PlannedTask, epoch: number): Promise<Task> {
    let outcome: CreateOutcome;
    try {
      outcome = await this.#store.create(task);
    } catch (error) {
      // It may be durable all the same, and then nobody but us would run it.
      this.#mustRecover = true;
      throw error;
    }
    switch (outcome.kind) {
      case 'claim-conflict':
        throw new ClaimConflict(outcome.holder);
      case 'key-conflict':
        throw new IdempotencyConflict(outcome.taskId);
      case 'existing':
        return this.#active.get(outcome.task.id)?.view() ?? outcome.task;
      case 'created':
    }
    if (epoch !== this.#leaseEpoch || !this.#lease.isValid() || this.#active.has(outcome.task.id)) {
      this.#mustRecover = true;
      return outcome.task;
    }
    const active = new ActiveTask(outcome.task, graph, rules, this.#environment);
    this.#active.set(active.id, active);
    active.begin();
    return active.view();
  }

  async #command(taskId: number, command: TaskCommand): Promise<Task> {
    for (let tries = 1; ; tries += 1) {
      await this.#takingOver.get(taskId);
      this.#requireAvailable();
      try {
        const active = this.#active.get(taskId) ?? (await this.#takeFailedTask(taskId, command));
        return await active.post(command);
      } catch (error) {
        if (!(error instanceof TaskLeft)) throw error;
        if (tries === commandTries) throw new OwnedElsewhere(taskId, undefined);
      }
    }
  }

  /** A failed task has no owner; who acts on it takes it first. */
  async #takeFailedTask(taskId: number, command: TaskCommand): Promise<ActiveTask> {
    const task = await this.#store.fetch(taskId);
    if (task === undefined) throw new TaskNotFound(taskId);
    const { graph, rules } = this.#registry.planStored(task);
    // Asks the state machine first, so that a command that is not allowed changes nothing, not even the fence.
    takeIn(beginChange(task, rules, { now: this.#clock.now(), instance: this.#instance }), command);
    if (task.status === 'RUNNING') throw new OwnedElsewhere(taskId, task.owner);
    const active = await this.#takeOwnership({ taskId, fence: task.fence }, task.claims, (owned) => {
      const active = new ActiveTask(owned, graph, rules, this.#environment);
      this.#active.set(taskId, active);
      return active;
    });
    if (active === undefined) throw new TaskLeft();
    return active;
  }

  /**
   * Undefined: somebody else was faster, or the lease under which it was taken is over.
   * @throws ClaimConflict
   */
  async #takeOwnership<T>(
    task: TaskAtFence,
    claims: readonly string[],
    use: (task: Task) => T,
  ): Promise<T | undefined> {
    const { taskId } = task;
    if (this.#active.has(taskId) || this.#takingOver.has(taskId)) return undefined;
    const taking = this.#takeAndUse(task, claims, use);
    const settled = taking.then(
      () => {},
      () => {},
    );
    this.#takingOver.set(taskId, settled);
    try {
      return await taking;
    } finally {
      this.#takingOver.delete(taskId);
    }
  }

  async #takeAndUse<T>(
    { taskId, fence }: TaskAtFence,
    claims: readonly string[],
    use: (task: Task) => T,
  ): Promise<T | undefined> {
    const epoch = this.#leaseEpoch;
    const request = { taskId, seenFence: fence, owner: this.#instance, now: this.#clock.now(), claims };
    let outcome: OwnershipOutcome;
    try {
      outcome = await this.#store.takeOwnership(request);
    } catch (error) {
      this.#mustRecover = true;
      throw error;
    }
    if (outcome.kind === 'claim-conflict') throw new ClaimConflict(outcome.holder);
    if (outcome.kind === 'lost') return undefined;
    if (epoch === this.#leaseEpoch && this.#state === 'running') return use(outcome.task);
    this.#mustRecover = true;
    return undefined;
  }

  async #assertOwned(task: Task): Promise<void> {
    if (!this.#lease.isValid()) throw new OwnershipLost(`The lease of ${this.#instance} has run out`);
    const current = await this.#store.fetchOwnership(task.id);
    const isOwned = current?.owner === this.#instance && current.fence === task.fence;
    if (!isOwned) throw new OwnershipLost(`Task ${task.id} belongs to another owner now`);
    if (!this.#lease.isValid()) throw new OwnershipLost(`The lease of ${this.#instance} has run out`);
  }

  #leaseLost(): void {
    this.#leaseEpoch += 1;
    this.#logger.error(
      { tasks: this.#active.size },
      'The lease has run out: this instance gives up its tasks',
    );
    for (const task of [...this.#active.values()]) {
      task.lose(new OwnershipLost(`The lease of ${this.#instance} has run out`));
    }
  }

  #scheduleScan(): void {
    if (this.#state !== 'running') return;
    this.#nextScan = this.#clock.schedule(Math.min(1000, this.#leaseMs / 4), () => {
      this.#scanning = this.#scan()
        .catch((error: unknown) => this.#logger.error({ err: error }, 'Looking for orphaned tasks failed'))
        .then(() => this.#scheduleScan());
    });
  }

  /** Takes up tasks whose owner is gone, and our own that we do not hold. */
  async #scan(): Promise<void> {
    if (!this.#lease.isValid()) return;
    if (this.#mustRecover) {
      this.#mustRecover = false;
      try {
        const owned = await this.#store.listOwned(this.#instance);
        // A task that is just being created is ours in the store before it is active here.
        await Promise.allSettled(this.#creating);
        await this.#takeOver(owned);
      } catch (error) {
        this.#mustRecover = true;
        throw error;
      }
    }
    for (;;) {
      const orphans = await this.#store.listOrphans(orphanBatch);
      const taken = await this.#takeOver(orphans);
      if (orphans.length < orphanBatch || taken === 0) return;
    }
  }

  async #takeOver(tasks: readonly TaskAtFence[]): Promise<number> {
    const outcomes = await Promise.all(tasks.map((task) => this.#takeOverOne(task)));
    return outcomes.filter(Boolean).length;
  }

  async #takeOverOne(task: TaskAtFence): Promise<boolean> {
    try {
      const taken = await this.#takeOwnership(task, [], (owned) => {
        this.#adopt(owned);
        return true;
      });
      return taken === true;
    } catch (error) {
      this.#logger.error({ err: error, taskId: task.taskId }, 'Taking over a task failed');
      return false;
    }
  }

  #adopt(task: Task): void {
    const { graph, rules, problem } = this.#registry.planAdopted(task);
    const active = new ActiveTask(task, graph, rules, this.#environment);
    this.#active.set(task.id, active);
    const event =
      problem === undefined
        ? { kind: 'taken-over' as const }
        : { kind: 'abandoned' as const, reason: problem };
    active.post(event).catch((error: unknown) => {
      if (!(error instanceof TaskLeft))
        this.#logger.error({ err: error, taskId: task.id }, 'Resuming a task failed');
    });
  }

  #requireAvailable(): void {
    if (this.#state !== 'running') throw new EngineUnavailable(`The engine is ${this.#state}`);
    if (!this.#lease.isValid()) {
      throw new EngineUnavailable('This instance has no valid lease: its metadata database does not answer');
    }
  }

  async #settledWithin(graceMs: number): Promise<boolean> {
    let unschedule = (): void => {};
    const graceOver = new Promise<boolean>((resolve) => {
      unschedule = this.#clock.schedule(graceMs, () => resolve(false));
    });
    const all = Promise.all(this.#unsettled.values()).then(() => true);
    const hasSettled = await Promise.race([all, graceOver]);
    unschedule();
    return hasSettled;
  }
}

function who(by: string | undefined): { by?: string } {
  return by === undefined ? {} : { by };
}
