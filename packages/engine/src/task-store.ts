/**
 * The engine's one door to durable state. Every method is one transaction; what it reports is durable when its promise
 * resolves. Implementations: `MemoryTaskStore` here, and SQL in the product.
 *
 * Fencing is the store's duty: a change whose `owner` and `fence` are not the task's current ones changes no row.
 */
import type { JsonValue } from './operation.ts';
import type { Waiting } from './step-context.ts';
import type {
  RunMode,
  Submitter,
  Subtask,
  SubtaskOperation,
  SubtaskStatus,
  Task,
  TaskOperation,
  TaskStatus,
} from './task.ts';
import type { TaskCommand } from './task-command.ts';

export interface NewSubtask
  extends Pick<Subtask, 'step' | 'name' | 'parallelIdx' | 'timeoutMs' | 'prohibitRollback' | 'prohibitSkip'> {
  /** Step indexes, not ids: ids are given by the store. */
  readonly upstreamSteps: readonly number[];
  readonly status: 'PENDING' | 'READY' | 'RUNNING';
}

/** Makes a repeated request find the task of the first one. */
export interface IdempotencyKey {
  readonly key: string;
  /** Hash of the request; the same key with another fingerprint is a conflict. */
  readonly fingerprint: string;
}

export interface NewTask {
  readonly definition: string;
  readonly name: string;
  readonly parameters: JsonValue;
  readonly attributes: Readonly<Record<string, JsonValue>>;
  readonly submitter: Submitter;
  readonly claims: readonly string[];
  readonly owner: string;
  readonly idempotencyKey?: IdempotencyKey;
  /** When another task holds one of the claims: no task (the default), or one that waits for its turn. */
  readonly onConflict?: OnConflict;
  readonly subtasks: readonly NewSubtask[];
  readonly now: number;
}

export type OnConflict = 'refuse' | 'queue';

/** Who holds a claim; or, when nobody does, who waits longest for it: the next one gets it before any newcomer. */
export interface ClaimHolder {
  readonly claim: string;
  readonly taskId: number;
  readonly taskName: string;
  readonly taskStatus: TaskStatus;
  readonly attributes: Readonly<Record<string, JsonValue>>;
  readonly submitter: Submitter;
  readonly since: number;
  /** It only waits for the claim itself. */
  readonly isQueued: boolean;
}

export type CreateOutcome =
  | { readonly kind: 'created'; readonly task: Task }
  /** The idempotency key was used before for the same request. */
  | { readonly kind: 'existing'; readonly task: Task }
  | { readonly kind: 'key-conflict'; readonly taskId: number }
  | { readonly kind: 'claim-conflict'; readonly holder: ClaimHolder };

export interface SubtaskChange {
  readonly subtaskId: number;
  readonly status: SubtaskStatus;
  readonly operation?: SubtaskOperation;
  readonly mode?: RunMode;
  readonly attempt?: number;
  /** null clears it. */
  readonly result?: JsonValue | null;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly failure?: string | null;
  readonly startTime?: number | null;
  readonly finishTime?: number | null;
  readonly executor?: string;
}

export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

export interface LogLine {
  readonly taskId: number;
  readonly subtaskId: number;
  /** One log per kind of run: execute, retry, rollback; `attempt` tells retries apart. */
  readonly attempt: number;
  readonly operation: SubtaskOperation;
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** What a run of a subtask waits for, for whoever reads the task where it does not run; null: it no longer waits. */
export interface SubtaskWait extends Pick<Subtask, 'attempt' | 'mode'> {
  readonly subtaskId: number;
  readonly waiting: Waiting | null;
}

/**
 * One atomic step of one task. Either all of it becomes durable or nothing of it. A change may carry log lines only: so
 * that a former owner cannot write even those, they are fenced like everything else.
 *
 * A task whose status becomes SUCCESSFUL or FAILED loses its owner with that change.
 */
export interface TaskChange {
  readonly taskId: number;
  readonly owner: string;
  readonly fence: number;
  readonly task?: {
    readonly status?: TaskStatus;
    readonly operation?: TaskOperation;
    readonly prohibitRollback?: boolean;
    readonly finishTime?: number | null;
    /** The claims it waited for are its own; `acquireClaims` has made that durable already. */
    readonly isQueued?: false;
  };
  readonly subtasks: readonly SubtaskChange[];
  /** A wait is shown as long as its subtask is READY or RUNNING in that attempt and mode. */
  readonly waits?: readonly SubtaskWait[];
  /** Give up all claims, held or waited for; together with the end of the task. */
  readonly releaseClaims?: boolean;
  /** Answers a command of another instance, which this change carries out or refuses: together or not at all. */
  readonly answer?: CommandAnswer;
  readonly log: readonly LogLine[];
}

/** One giving of changes. Without it every giving is another one. */
export interface Delivery {
  /** At most 36 characters, like no other. */
  readonly name: string;
  /** The same changes were given under this name before, and no answer came. */
  readonly isRepeated: boolean;
}

/** `withdrawn`: the change answers a command that was taken back meanwhile, and nothing of it was applied. */
export type ChangeOutcome = 'applied' | 'fenced' | 'withdrawn';

/** A command for a task that another instance runs, put where its owner, whoever that is by then, finds it. */
export interface CommandRequest {
  /** Names the request for ever: whatever is given twice under one id is one request. */
  readonly id: string;
  readonly taskId: number;
  readonly command: TaskCommand;
}

export interface CommandAnswer {
  readonly requestId: string;
  /** Absent when the command was carried out. */
  readonly refusal?: JsonValue;
}

/** A request is answered or withdrawn, never both, and stays what it became. */
export type CommandProgress =
  /** Only the owner of a running task can carry it out. */
  | { readonly kind: 'pending'; readonly isTaskRunning: boolean }
  | { readonly kind: 'answered'; readonly refusal: JsonValue | undefined }
  | { readonly kind: 'withdrawn' };

/** A task changes hands: the store gives it a new, higher fence. */
export interface OwnershipRequest {
  readonly taskId: number;
  /** Fence and status as seen by the caller; if one is no longer current the request is refused. */
  readonly seenFence: number;
  readonly seenStatus: 'RUNNING' | 'FAILED';
  readonly owner: string;
  readonly now: number;
  /** Claims to take (again); refused as a whole if another task holds one. */
  readonly claims: readonly string[];
}

export type OwnershipOutcome =
  | { readonly kind: 'owned'; readonly task: Task }
  | { readonly kind: 'lost' }
  | { readonly kind: 'claim-conflict'; readonly holder: ClaimHolder };

/** A queued task asks whether its turn has come. */
export interface ClaimsRequest extends TaskAtFence {
  readonly owner: string;
  readonly now: number;
  readonly claims: readonly string[];
}

export type ClaimsOutcome =
  /** Now, or by an earlier request whose answer was lost. */
  | { readonly kind: 'acquired' }
  | { readonly kind: 'waiting'; readonly holder: ClaimHolder }
  /** It is not the task's owner at this fence, or the task has ended. */
  | { readonly kind: 'lost' };

export interface TaskAtFence {
  readonly taskId: number;
  readonly fence: number;
}

/** Many RUNNING tasks change hands at once. */
export interface TakeOverRequest {
  readonly owner: string;
  readonly now: number;
  /** Each as seen by the caller; one that is no longer RUNNING at this fence stays as it is. */
  readonly tasks: readonly TaskAtFence[];
}

export interface TaskStore {
  create(task: NewTask): Promise<CreateOutcome>;
  /**
   * Applies many changes, at most one for each task, in one transaction; each is judged by its own fence, a fenced one
   * does not hinder the others. When it rejects, the changes may be durable or not: given again under the same name they
   * become so once.
   */
  apply(changes: readonly TaskChange[], delivery?: Delivery): Promise<ChangeOutcome[]>;
  takeOwnership(request: OwnershipRequest): Promise<OwnershipOutcome>;
  /**
   * Gives these tasks, whose owner is gone, a new owner and higher fences; their claims stay with them. Resolves with those
   * that were as seen.
   */
  takeOver(request: TakeOverRequest): Promise<readonly Task[]>;
  /**
   * Gives a queued task all its claims at once, or none: not while another task holds one of them, and not before a
   * queued task with a lower id that wants one of them too.
   */
  acquireClaims(request: ClaimsRequest): Promise<ClaimsOutcome>;
  fetch(taskId: number): Promise<Task | undefined>;
  /** Reads owner and fence only; what `StepContext.assertOwned` asks. */
  fetchOwnership(taskId: number): Promise<{ owner: string | undefined; fence: number } | undefined>;
  /** Tells the store that this instance lives for `leaseMs` more, by the store's own clock. */
  renewLease(instance: string, leaseMs: number): Promise<void>;
  /** Removes the lease: a clean shutdown hands its tasks over at once. */
  dropLease(instance: string): Promise<void>;
  /** RUNNING tasks whose owner has no valid lease, oldest first: id and fence as seen. */
  listOrphans(limit: number): Promise<readonly TaskAtFence[]>;
  /** RUNNING tasks of this owner: what an earlier life of it left behind, or what it lost sight of. */
  listOwned(owner: string): Promise<readonly TaskAtFence[]>;
  /**
   * FAILED tasks that somebody took to act on them and then did not: taken by this instance, or by one that has no valid lease.
   * Between taking and acting a task is listed here too.
   */
  listHalfTaken(instance: string): Promise<readonly TaskAtFence[]>;
  /**
   * Undoes `takeOwnership` of a FAILED task: it has no owner, and holds the claims that it held before. Whatever its taker
   * still sends is fenced. Does nothing when the task is not as seen any more.
   */
  giveBack(task: TaskAtFence): Promise<void>;
  /** Whoever owns the task may carry the command out until `patienceMs` from now, by the store's own clock. */
  requestCommand(request: CommandRequest, patienceMs: number): Promise<void>;
  /** Pending requests for the RUNNING tasks of this owner, oldest first. */
  listRequestedCommands(owner: string): Promise<readonly CommandRequest[]>;
  /** Undefined when the request never arrived. */
  fetchCommand(requestId: string): Promise<CommandProgress | undefined>;
  /** From now on a pending request is never carried out; one that was answered stays so. */
  withdrawCommand(requestId: string): Promise<void>;
}
