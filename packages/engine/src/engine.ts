/**
 * The engine's door: takes requests, owns tasks, and hands them to the parts that do the work.
 *
 *   submit, commands -> OwnedTasks -> ActiveTask (events) -> state machine (pure) -> ChangeWriter -> TaskStore
 *                         ^ bodies (StepRun)                                 |
 *                         +--------------- starts and aborts bodies <--------+ after the commit
 *   commands for tasks of others -> CommandDesk -> TaskStore -> CommandDesk of the owner -> its ActiveTask
 */
import { OwnershipLost, ShuttingDown } from './abort-reasons.ts';
import { type ActiveTask, TaskLeft } from './active-task.ts';
import { ChangeWriter } from './change-writer.ts';
import { type Clock, systemClock } from './clock.ts';
import { CommandDesk } from './command-desk.ts';
import { EngineUnavailable, TaskNotFound } from './engine-errors.ts';
import { EngineEvents } from './engine-events.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { Operation } from './operation.ts';
import { OperationRegistry } from './operation-registry.ts';
import { OwnedTasks } from './owned-tasks.ts';
import { beginChange, takeIn } from './state-machine.ts';
import type { SubmitRequest } from './submit-request.ts';
import type { Task } from './task.ts';
import type { TaskCommand } from './task-command.ts';
import type { StateRules } from './task-draft.ts';
import type { TaskStore } from './task-store.ts';

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
  /** How long a queued task waits for its turn at most, before it fails; a day by default. */
  readonly longestQueueMs?: number;
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
  /** As `fetch`, and at least as new as every log line that could be read before: a change that is being written is waited for. */
  fetchSettled(taskId: number): Promise<Task | undefined>;
  /**
   * The commands resolve with the task as it is when the command is durable, not when its work is done. `by` names
   * who asked, for the log. A task that another instance runs is reached through the store, within a second.
   * @throws TaskNotFound, SubtaskNotFound, TaskStateConflict, SubtaskStateConflict, RollbackProhibited, SkipProhibited,
   * ClaimConflict, CommandUnanswered, GraphChanged, OperationUnknown, EngineUnavailable
   */
  retryTask(taskId: number, by?: string): Promise<Task>;
  rollbackTask(taskId: number, by?: string): Promise<Task>;
  /**
   * Gives up the claims of a failed task, which stays FAILED: for one that can neither go on nor go back. Works also for
   * a task whose operation this program no longer knows.
   */
  releaseTask(taskId: number, by?: string): Promise<Task>;
  retrySubtask(taskId: number, subtaskId: number, by?: string): Promise<Task>;
  skipSubtask(taskId: number, subtaskId: number, by?: string): Promise<Task>;
  cancelSubtask(taskId: number, subtaskId: number, by?: string): Promise<Task>;
}

const silent: EngineLogger = { info() {}, warn() {}, error() {} };
const defaultLeaseMs = 10_000;
/** A task that nobody misses after a day would surprise whoever is on duty when its turn comes. */
const defaultLongestQueueMs = 24 * 3_600_000;
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
  readonly #tasks: OwnedTasks;
  readonly #desk: CommandDesk;
  /** Bodies that have not settled; they may outlive the ownership of their task. */
  readonly #unsettled = new Map<number, Promise<void>>();
  #state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  #nextScan = (): void => {};
  #secondLook = (): void => {};
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
      regained: () => this.#tasks.recoverSoon(),
      failed,
    });
    this.#writer = new ChangeWriter({ store, clock, failed, canWrite: () => this.#lease.isValid() });
    this.#tasks = new OwnedTasks({
      store,
      registry: this.#registry,
      leaseMs: this.#leaseMs,
      longestQueueMs: options.longestQueueMs ?? defaultLongestQueueMs,
      isLeaseValid: () => this.#lease.isValid(),
      isRunning: () => this.#state === 'running',
      takeOverFailed: (taskIds, error) => logger.error({ err: error, taskIds }, 'Taking over tasks failed'),
      environment: {
        clock,
        random,
        instance,
        writer: this.#writer,
        events: this.events,
        unsettled: this.#unsettled,
        canStartBodies: () => this.#state === 'running',
        failed,
      },
    });
    this.#desk = new CommandDesk({
      store,
      clock,
      instance,
      leaseMs: this.#leaseMs,
      isLeaseValid: () => this.#lease.isValid(),
      hasTasks: () => this.#tasks.all.length > 0,
      findTask: (taskId) => this.#tasks.get(taskId),
      failed,
    });
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new EngineUnavailable(`The engine is ${this.#state}`);
    await this.#lease.start();
    this.#state = 'running';
    try {
      await this.#tasks.scan();
    } catch (error) {
      await this.stop();
      throw error;
    }
    // What a process that had this name until now has begun since then: its lease is over by that time.
    this.#secondLook = this.#clock.schedule(this.#leaseMs, () => this.#tasks.recoverSoon());
    this.#scheduleScan();
    this.#desk.start();
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.#nextScan();
    this.#secondLook();
    await this.#desk.stop();
    await this.#scanning;
    await this.#tasks.created();
    for (const task of this.#tasks.all) task.abortBodies(new ShuttingDown('The process ends'));
    const hasSettled = await this.#settledWithin(stopGraceMs);
    await this.#writer.flush();
    for (const task of this.#tasks.all) task.lose(new ShuttingDown('The process ends'));
    await this.#lease.stop();
    this.#state = 'stopped';
    // Whoever still runs a body keeps the lease until it runs out, as if the process had died.
    if (hasSettled) await this.#dropLease();
  }

  /** Others take over the sooner for it; without it the lease runs out, and the rest of the program ends all the same. */
  async #dropLease(): Promise<void> {
    try {
      await this.#store.dropLease(this.#instance);
    } catch (error) {
      this.#logger.warn({ err: error }, 'The lease could not be given up; it runs out by itself');
    }
  }

  async submit(request: SubmitRequest): Promise<Task> {
    this.#requireAvailable();
    const planned = this.#registry.plan(request, { now: this.#clock.now(), owner: this.#instance });
    return this.#tasks.create(planned);
  }

  async fetch(taskId: number): Promise<Task | undefined> {
    return this.#tasks.get(taskId)?.view() ?? (await this.#store.fetch(taskId));
  }

  async fetchSettled(taskId: number): Promise<Task | undefined> {
    if (this.#tasks.get(taskId) !== undefined) await this.#writer.underWay;
    return this.fetch(taskId);
  }

  retryTask(taskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'retry-task', ...who(by) });
  }

  rollbackTask(taskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'rollback-task', ...who(by) });
  }

  releaseTask(taskId: number, by?: string): Promise<Task> {
    return this.#command(taskId, { kind: 'release-task', ...who(by) });
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

  async #command(taskId: number, command: TaskCommand): Promise<Task> {
    for (let tries = 1; ; tries += 1) {
      await this.#tasks.settled(taskId);
      this.#requireAvailable();
      try {
        const active = this.#tasks.get(taskId);
        return await (active === undefined ? this.#commandStored(taskId, command) : active.post(command));
      } catch (error) {
        if (!(error instanceof TaskLeft)) throw error;
        if (tries === commandTries) throw new EngineUnavailable(`Task ${taskId} is changing hands`);
      }
    }
  }

  /** For a task that this instance does not hold. @throws TaskLeft when its owner changes meanwhile */
  async #commandStored(taskId: number, command: TaskCommand): Promise<Task> {
    const task = await this.#store.fetch(taskId);
    if (task === undefined) throw new TaskNotFound(taskId);
    if (task.status !== 'RUNNING') return (await this.#takeFailed(task, command)).post(command);
    // What the owner would refuse is refused at once. Its program may know the operation better than this one.
    this.#requireAllowed(task, { steps: [], concurrency: Number.POSITIVE_INFINITY }, command);
    if ((await this.#desk.ask(task, command)) === 'task-ended') throw new TaskLeft();
    return (await this.fetch(taskId)) ?? task;
  }

  /** A failed task has no owner; who acts on it takes it first. */
  async #takeFailed(task: Task, command: TaskCommand): Promise<ActiveTask> {
    // What is given up needs no graph.
    const isRelease = command.kind === 'release-task';
    const program = isRelease ? this.#registry.planAdopted(task).program : this.#registry.planStored(task);
    // A command that is not allowed changes nothing, not even the fence.
    this.#requireAllowed(task, program, command);
    const active = await this.#tasks.takeFailed(task, isRelease ? [] : task.claims, program);
    if (active === undefined) throw new TaskLeft();
    return active;
  }

  /** Asks the state machine, and forgets what would follow. */
  #requireAllowed(task: Task, rules: StateRules, command: TaskCommand): void {
    takeIn(beginChange(task, rules, { now: this.#clock.now(), instance: this.#instance }), command);
  }

  #leaseLost(): void {
    const details = { tasks: this.#tasks.all.length };
    this.#logger.error(details, 'The lease has run out: this instance gives up its tasks');
    this.#tasks.giveUp(new OwnershipLost(`The lease of ${this.#instance} has run out`));
  }

  #scheduleScan(): void {
    if (this.#state !== 'running') return;
    this.#nextScan = this.#clock.schedule(Math.min(1000, this.#leaseMs / 4), () => {
      this.#scanning = this.#tasks
        .scan()
        .catch((error: unknown) => this.#logger.error({ err: error }, 'Looking for orphaned tasks failed'))
        .then(() => this.#scheduleScan());
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
