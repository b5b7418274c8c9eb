/**
 * A task store without a disk: the reference of what a `TaskStore` must do, for tests and simulations. It forgets
 * everything with the process. Deliberately plain: no index, no cleverness, every rule of the interface in view.
 */
import { applyChange } from './apply-change.ts';
import { type Clock, systemClock } from './clock.ts';
import { createdTask, queuedRequest } from './created-task.ts';
import type { Subtask, Task } from './task.ts';
import type {
  ChangeOutcome,
  ClaimHolder,
  ClaimsOutcome,
  ClaimsRequest,
  CommandAnswer,
  CommandProgress,
  CommandRequest,
  CreateOutcome,
  Delivery,
  LogLine,
  NewTask,
  OwnershipOutcome,
  OwnershipRequest,
  SubtaskWait,
  TakeOverRequest,
  TaskAtFence,
  TaskChange,
  TaskStore,
} from './task-store.ts';

/** A point where a test may stop, delay or break the store: `before` nothing is durable yet, `after` everything is. */
export interface StorePoint {
  readonly method: keyof TaskStore;
  readonly when: 'before' | 'after';
}

export interface MemoryTaskStoreOptions {
  /** The "database's" clock, by which leases are judged. */
  readonly clock?: Clock;
  /** Awaited at every point; when it throws, the method rejects there. */
  readonly intercept?: (point: StorePoint) => Promise<void> | void;
  /** Called for every durable change, creation and change of owner; what an oracle watches. */
  readonly onChange?: (before: Task | undefined, after: Task) => void;
}

interface StoredCommand {
  readonly request: CommandRequest;
  readonly expiresAt: number;
  readonly state: 'pending' | 'withdrawn' | CommandAnswer;
}

export class MemoryTaskStore implements TaskStore {
  readonly #clock: Clock;
  readonly #intercept: (point: StorePoint) => Promise<void> | void;
  readonly #onChange: NonNullable<MemoryTaskStoreOptions['onChange']>;
  readonly #tasks = new Map<number, Task>();
  /** With the fence at which each was taken. */
  readonly #claims = new Map<string, { taskId: number; since: number; fence: number }>();
  readonly #keys = new Map<string, { taskId: number; fingerprint: string }>();
  readonly #leases = new Map<string, number>();
  readonly #commands = new Map<string, StoredCommand>();
  readonly #waits = new Map<number, SubtaskWait>();
  /** Name of the delivery that brought each task's last change. */
  readonly #delivered = new Map<number, string>();
  readonly #log: LogLine[] = [];
  #lastTaskId = 0;
  #lastSubtaskId = 0;
  #lastFence = 0;
  #commits = 0;

  constructor(options: MemoryTaskStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#intercept = options.intercept ?? (() => {});
    this.#onChange = options.onChange ?? (() => {});
  }

  /** How many transactions have changed tasks so far. */
  get commits(): number {
    return this.#commits;
  }

  get log(): readonly LogLine[] {
    return this.#log;
  }

  get heldClaims(): ReadonlyMap<string, { taskId: number }> {
    return this.#claims;
  }

  create(task: NewTask): Promise<CreateOutcome> {
    return this.#transaction('create', () => this.#create(task));
  }

  apply(changes: readonly TaskChange[], delivery?: Delivery): Promise<ChangeOutcome[]> {
    return this.#transaction('apply', () => {
      this.#commits += 1;
      return changes.map((change) => this.#applyOnce(change, delivery?.name));
    });
  }

  takeOwnership(request: OwnershipRequest): Promise<OwnershipOutcome> {
    return this.#transaction('takeOwnership', () => this.#takeOwnership(request));
  }

  takeOver({ owner, now, tasks }: TakeOverRequest): Promise<Task[]> {
    return this.#transaction('takeOver', () =>
      tasks.flatMap(({ taskId, fence }) => {
        const request = { taskId, seenFence: fence, seenStatus: 'RUNNING', owner, now, claims: [] } as const;
        const outcome = this.#takeOwnership(request);
        return outcome.kind === 'owned' ? [outcome.task] : [];
      }),
    );
  }

  acquireClaims(request: ClaimsRequest): Promise<ClaimsOutcome> {
    return this.#transaction('acquireClaims', () => this.#acquireClaims(request));
  }

  fetch(taskId: number): Promise<Task | undefined> {
    return this.#transaction('fetch', () => {
      const task = this.#tasks.get(taskId);
      return task === undefined ? undefined : this.#withWaits(task);
    });
  }

  fetchOwnership(taskId: number): Promise<{ owner: string | undefined; fence: number } | undefined> {
    return this.#transaction('fetchOwnership', () => {
      const task = this.#tasks.get(taskId);
      return task === undefined ? undefined : { owner: task.owner, fence: task.fence };
    });
  }

  renewLease(instance: string, leaseMs: number): Promise<void> {
    return this.#transaction('renewLease', () => {
      this.#leases.set(instance, this.#clock.monotonic() + leaseMs);
    });
  }

  dropLease(instance: string): Promise<void> {
    return this.#transaction('dropLease', () => {
      this.#leases.delete(instance);
    });
  }

  listOrphans(limit: number): Promise<TaskAtFence[]> {
    return this.#transaction('listOrphans', () =>
      this.#running((task) => task.owner === undefined || !this.#hasLease(task.owner)).slice(0, limit),
    );
  }

  listHalfTaken(instance: string): Promise<TaskAtFence[]> {
    return this.#transaction('listHalfTaken', () =>
      this.#listed(
        ({ status, owner }) =>
          status === 'FAILED' && owner !== undefined && (owner === instance || !this.#hasLease(owner)),
      ),
    );
  }

  giveBack({ taskId, fence }: TaskAtFence): Promise<void> {
    return this.#transaction('giveBack', () => {
      const task = this.#tasks.get(taskId);
      if (task?.status !== 'FAILED' || task.owner === undefined || task.fence !== fence) return;
      const left = { ...task, owner: undefined };
      for (const [claim, held] of this.#claims) {
        if (held.taskId === taskId && held.fence === fence) this.#claims.delete(claim);
      }
      this.#tasks.set(taskId, left);
      this.#commits += 1;
      this.#onChange(task, left);
    });
  }

  listOwned(owner: string): Promise<TaskAtFence[]> {
    return this.#transaction('listOwned', () => this.#running((task) => task.owner === owner));
  }

  requestCommand(request: CommandRequest, patienceMs: number): Promise<void> {
    return this.#transaction('requestCommand', () => {
      if (this.#commands.has(request.id)) return;
      const expiresAt = this.#clock.monotonic() + patienceMs;
      this.#commands.set(request.id, { request, expiresAt, state: 'pending' });
    });
  }

  listRequestedCommands(owner: string): Promise<CommandRequest[]> {
    return this.#transaction('listRequestedCommands', () => {
      const owned = new Set(this.#running((task) => task.owner === owner).map(({ taskId }) => taskId));
      return [...this.#commands.values()]
        .filter(({ state, expiresAt }) => state === 'pending' && expiresAt > this.#clock.monotonic())
        .map(({ request }) => request)
        .filter(({ taskId }) => owned.has(taskId));
    });
  }

  fetchCommand(requestId: string): Promise<CommandProgress | undefined> {
    return this.#transaction('fetchCommand', () => {
      const command = this.#commands.get(requestId);
      if (command === undefined) return undefined;
      const { state, request } = command;
      if (state === 'withdrawn') return { kind: 'withdrawn' };
      if (state !== 'pending') return { kind: 'answered', refusal: state.refusal };
      return { kind: 'pending', isTaskRunning: this.#tasks.get(request.taskId)?.status === 'RUNNING' };
    });
  }

  withdrawCommand(requestId: string): Promise<void> {
    return this.#transaction('withdrawCommand', () => {
      const command = this.#commands.get(requestId);
      if (command?.state === 'pending') this.#commands.set(requestId, { ...command, state: 'withdrawn' });
    });
  }

  async #transaction<T>(method: keyof TaskStore, work: () => T): Promise<T> {
    await this.#intercept({ method, when: 'before' });
    const result = work();
    await this.#intercept({ method, when: 'after' });
    return result;
  }

  #running(matches: (task: Task) => boolean): TaskAtFence[] {
    return this.#listed((task) => task.status === 'RUNNING' && matches(task));
  }

  #listed(matches: (task: Task) => boolean): TaskAtFence[] {
    return [...this.#tasks.values()].filter(matches).map(({ id, fence }) => ({ taskId: id, fence }));
  }

  #hasLease(owner: string): boolean {
    return (this.#leases.get(owner) ?? 0) > this.#clock.monotonic();
  }

  #create(request: NewTask): CreateOutcome {
    const { idempotencyKey } = request;
    const known = idempotencyKey === undefined ? undefined : this.#keys.get(idempotencyKey.key);
    if (known !== undefined) {
      const task = this.#tasks.get(known.taskId);
      if (task !== undefined && known.fingerprint === idempotencyKey?.fingerprint)
        return { kind: 'existing', task };
      return { kind: 'key-conflict', taskId: known.taskId };
    }
    const holder = this.#otherHolder(request.claims, undefined);
    if (holder !== undefined && request.onConflict !== 'queue') return { kind: 'claim-conflict', holder };
    const isQueued = holder !== undefined;
    const task = this.#newTask(isQueued ? queuedRequest(request) : request, isQueued);
    this.#tasks.set(task.id, task);
    if (!isQueued) this.#hold(task.claims, task, request.now);
    if (idempotencyKey !== undefined) {
      this.#keys.set(idempotencyKey.key, { taskId: task.id, fingerprint: idempotencyKey.fingerprint });
    }
    this.#commits += 1;
    this.#onChange(undefined, task);
    return { kind: 'created', task };
  }

  #newTask(request: NewTask, isQueued: boolean): Task {
    this.#lastTaskId += 1;
    this.#lastFence += 1;
    const subtaskIds = request.subtasks.map((_, index) => this.#lastSubtaskId + 1 + index);
    this.#lastSubtaskId += request.subtasks.length;
    return createdTask(request, { taskId: this.#lastTaskId, fence: this.#lastFence, subtaskIds }, isQueued);
  }

  #applyOnce(change: TaskChange, name: string | undefined): ChangeOutcome {
    if (name !== undefined && this.#delivered.get(change.taskId) === name) return 'applied';
    const outcome = this.#applyOne(change);
    if (outcome === 'applied' && name !== undefined) this.#delivered.set(change.taskId, name);
    return outcome;
  }

  #applyOne(change: TaskChange): ChangeOutcome {
    const task = this.#tasks.get(change.taskId);
    if (task === undefined || task.owner !== change.owner || task.fence !== change.fence) return 'fenced';
    if (change.answer !== undefined && !this.#answer(change.answer)) return 'withdrawn';
    const next = applyChange(task, change);
    this.#tasks.set(task.id, next);
    if (change.releaseClaims === true) this.#release(task.id);
    this.#log.push(...change.log);
    for (const wait of change.waits ?? []) this.#waits.set(wait.subtaskId, wait);
    this.#onChange(task, next);
    return 'applied';
  }

  #withWaits(task: Task): Task {
    const subtasks = task.subtasks.map((subtask) => withWait(subtask, this.#waits.get(subtask.id)));
    return { ...task, subtasks };
  }

  /** @returns whether the command may be carried out; again, too, when the same change is given again. */
  #answer(answer: CommandAnswer): boolean {
    const command = this.#commands.get(answer.requestId);
    if (command === undefined || command.state === 'withdrawn') return false;
    this.#commands.set(answer.requestId, { ...command, state: answer });
    return true;
  }

  #takeOwnership(request: OwnershipRequest): OwnershipOutcome {
    const task = this.#tasks.get(request.taskId);
    const isAsSeen = task?.fence === request.seenFence && task.status === request.seenStatus;
    if (task === undefined || !isAsSeen) return { kind: 'lost' };
    const holder = this.#otherHolder(request.claims, task.id);
    if (holder !== undefined) return { kind: 'claim-conflict', holder };
    this.#lastFence += 1;
    const owned = { ...task, owner: request.owner, fence: this.#lastFence };
    this.#hold(request.claims, owned, request.now);
    this.#tasks.set(task.id, owned);
    this.#commits += 1;
    this.#onChange(task, owned);
    return { kind: 'owned', task: this.#withWaits(owned) };
  }

  #acquireClaims({ taskId, owner, fence, claims, now }: ClaimsRequest): ClaimsOutcome {
    const task = this.#tasks.get(taskId);
    const isOwned = task?.status === 'RUNNING' && task.owner === owner && task.fence === fence;
    if (task === undefined || !isOwned) return { kind: 'lost' };
    const holder = this.#otherHolder(claims, taskId, taskId);
    if (holder !== undefined) return { kind: 'waiting', holder };
    this.#hold(claims, task, now);
    const next = { ...task, isQueued: false };
    this.#tasks.set(taskId, next);
    this.#commits += 1;
    this.#onChange(task, next);
    return { kind: 'acquired' };
  }

  /** @param before only queued tasks with a lower id count; all of them when absent */
  #otherHolder(
    claims: readonly string[],
    taskId: number | undefined,
    before = Number.POSITIVE_INFINITY,
  ): ClaimHolder | undefined {
    for (const claim of claims) {
      const held = this.#claims.get(claim);
      const holder = held === undefined ? undefined : this.#tasks.get(held.taskId);
      if (held === undefined || holder === undefined || holder.id === taskId) continue;
      return holderOf(holder, claim, held.since);
    }
    const missing = claims.filter((claim) => this.#claims.get(claim) === undefined);
    for (const queued of this.#tasks.values()) {
      if (!queued.isQueued || queued.id >= before) continue;
      const claim = missing.find((each) => queued.claims.includes(each));
      if (claim !== undefined) return holderOf(queued, claim, queued.createTime);
    }
    return undefined;
  }

  #hold(claims: readonly string[], { id: taskId, fence }: Task, since: number): void {
    for (const claim of claims) {
      if (!this.#claims.has(claim)) this.#claims.set(claim, { taskId, since, fence });
    }
  }

  #release(taskId: number): void {
    for (const [claim, held] of this.#claims) {
      if (held.taskId === taskId) this.#claims.delete(claim);
    }
  }
}

function withWait(subtask: Subtask, wait: SubtaskWait | undefined): Subtask {
  const { status, attempt, mode } = subtask;
  const isCurrent = wait?.attempt === attempt && wait.mode === mode;
  const isLive = status === 'READY' || status === 'RUNNING';
  return isCurrent && isLive && wait.waiting !== null ? { ...subtask, waitingFor: wait.waiting } : subtask;
}

function holderOf(task: Task, claim: string, since: number): ClaimHolder {
  const { id: taskId, name: taskName, status: taskStatus, attributes, submitter, isQueued } = task;
  return { claim, taskId, taskName, taskStatus, attributes, submitter, since, isQueued };
}
