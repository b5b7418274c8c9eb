/**
 * A task that this instance owns: its durable state in memory, the bodies that run for it, and what has happened to it
 * since the last commit. Decisions are always made on durable state, so one change of a task is under way at a time.
 */
import { OwnershipLost, type RunAborted, RunCancelled } from './abort-reasons.ts';
import { boundedText } from './bounded-text.ts';
import type { ChangeSource, ChangeWriter } from './change-writer.ts';
import type { Clock, Unschedule } from './clock.ts';
import type { EngineEvents } from './engine-events.ts';
import { type InboxEntry, takeInAll } from './inbox.ts';
import type { TaskProgram } from './operation-registry.ts';
import { beginChange, conclude, type RunOutcome, type TaskEvent } from './state-machine.ts';
import type { Waiting } from './step-context.ts';
import { StepRun, type StepRunHost } from './step-run.ts';
import { SubtaskWaits, withoutWaits } from './subtask-waits.ts';
import type { Subtask, Task } from './task.ts';
import { startText } from './task-scheduling.ts';
import type { LogLevel, LogLine, TaskChange } from './task-store.ts';

export interface ActiveTaskEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly instance: string;
  readonly writer: ChangeWriter;
  readonly events: EngineEvents;
  /** Bodies that have not settled yet, by subtask; outlives the ownership of a task. */
  readonly unsettled: Map<number, Promise<void>>;
  /** False while the engine stops: what is RUNNING stays so, for the next owner. */
  canStartBodies(): boolean;
  /** @throws when this instance no longer owns the task at this fence. */
  assertOwned(task: Task): Promise<void>;
  /** The task has given up its claims: somebody else may have waited for them. */
  claimsReleased(): void;
  /** The task has ended or was lost; it is active no more. */
  left(task: ActiveTask): void;
  failed(error: unknown): void;
}

/** The task left this instance before the event was taken in; a command may find it elsewhere, or in another state. */
export class TaskLeft extends Error {
  override readonly name = 'TaskLeft';
}

/** Whoever asked has taken the command back before it was carried out. */
export class CommandWithdrawn extends Error {
  override readonly name = 'CommandWithdrawn';
}

interface PendingChange {
  readonly change: TaskChange;
  readonly next: Task;
  readonly taken: readonly InboxEntry[];
  /** Those of its log lines that bodies wrote. */
  readonly lines: readonly LogLine[];
}

/** Log lines wait this long for a change to ride along with. */
const logFlushMs = 50;

export class ActiveTask implements ChangeSource, StepRunHost {
  /** Monotonic milliseconds. */
  readonly ownedSince: number;
  readonly #environment: ActiveTaskEnvironment;
  readonly #program: TaskProgram;
  /** One for each subtask that runs. Few, and thousands of tasks have one: a map would take four times as much. */
  #runs: readonly StepRun[] = [];
  #task: Task;
  #inbox: InboxEntry[] = [];
  #lines: LogLine[] = [];
  readonly #waits = new SubtaskWaits();
  #pending: PendingChange | undefined;
  #flush: Unschedule | undefined;
  #hasLeft = false;
  /** Subtasks that a former owner was running, until their first run here has ended. */
  #inherited: readonly number[] = [];
  #settledAt = 0;
  /** What a queued task waits for. */
  #queueWait: Waiting | undefined;

  constructor(task: Task, program: TaskProgram, environment: ActiveTaskEnvironment) {
    for (const subtask of task.subtasks) this.#waits.noteFormer(subtask);
    this.#task = withoutWaits(task);
    this.#program = program;
    this.#environment = environment;
    this.ownedSince = environment.clock.monotonic();
  }

  get id(): number {
    return this.#task.id;
  }

  get durable(): Task {
    return this.#task;
  }

  get clock(): Clock {
    return this.#environment.clock;
  }

  get random(): () => number {
    return this.#environment.random;
  }

  /** The durable state, with what its running subtasks wait for at this moment. */
  view(): Task {
    const subtasks = this.#task.subtasks.map((subtask) => {
      const waitingFor = this.#waitOf(subtask);
      return waitingFor === undefined ? subtask : { ...subtask, waitingFor };
    });
    return { ...this.#task, subtasks };
  }

  #waitOf(subtask: Subtask): Waiting | undefined {
    if (this.#task.isQueued && subtask.status === 'READY') return this.#queueWait;
    return this.#runOf(subtask)?.waitingFor;
  }

  #runOf({ id }: Subtask): StepRun | undefined {
    return this.#runs.find(({ subtask }) => subtask.id === id);
  }

  /** Says what the queued task waits for; the log tells every change of it. */
  showQueue(waiting: Waiting): void {
    if (this.#hasLeft || waiting.evidence === this.#queueWait?.evidence) return;
    this.#queueWait = waiting;
    for (const subtask of this.#task.subtasks) {
      if (subtask.status !== 'READY') continue;
      this.#waits.note(subtask, waiting);
      this.log(subtask, 'INFO', `Waiting for ${waiting.what}: ${waiting.evidence}`);
      this.#environment.events.emit({
        kind: 'waiting',
        task: this.view(),
        subtaskId: subtask.id,
        waitingFor: waiting,
      });
    }
  }

  /** The store has given the queued task its claims: its first steps begin. */
  claimsAcquired(): void {
    for (const subtask of this.#task.subtasks) this.#waits.note(subtask, undefined);
    this.#post({ kind: 'claims-acquired' });
  }

  leaveQueue(reason: string): void {
    this.#post({ kind: 'queue-expired', reason });
  }

  /** Starts the bodies of a task that was just created. */
  begin(): void {
    for (const subtask of this.#task.subtasks) {
      if (subtask.status === 'RUNNING')
        this.log(subtask, 'INFO', startText(subtask, this.#environment.instance));
    }
    this.#environment.events.emit({ kind: 'task', task: this.#task });
    this.#matchBodies(this.#task.subtasks);
  }

  /**
   * Goes on with a task of a lost owner. That owner may live without knowing that it is one, and what it has sent may
   * still arrive, so for `settleMs` no step that it ran becomes FAILED: after that, nothing of it is in flight. Steps
   * that it was cancelling are not run again.
   */
  resume(settleMs: number): void {
    this.#settledAt = this.#environment.clock.monotonic() + settleMs;
    this.#post({ kind: 'taken-over' });
    const { subtasks } = this.#task;
    const left = subtasks.filter(({ status }) => status === 'RUNNING' || status === 'CANCELING');
    this.#inherited = left.map(({ id }) => id);
    for (const subtask of left) {
      if (subtask.status === 'CANCELING') this.#ended(subtask, { kind: 'unobserved' }, {});
    }
  }

  /** The program does not know how to go on. */
  abandon(reason: string): void {
    this.#post({ kind: 'abandoned', reason });
  }

  /**
   * Resolves with the task once the event is durable. A refusal of a request is durable too, and no error here: whoever
   * asked reads it.
   */
  post(event: TaskEvent, requestId?: string): Promise<Task> {
    if (this.#hasLeft) return Promise.reject(new TaskLeft());
    const asker = Promise.withResolvers<Task>();
    this.#inbox.push({ event, requestId, asker });
    this.#environment.writer.enqueue(this);
    return asker.promise;
  }

  /** The task belongs to somebody else, or to nobody: its bodies end, and nothing of it is written any more. */
  lose(reason: RunAborted): void {
    if (this.#hasLeft) return;
    this.#leave();
    this.abortBodies(reason);
  }

  abortBodies(reason: RunAborted): void {
    for (const run of this.#runs) run.abort(reason);
  }

  plan(): TaskChange | undefined {
    if (this.#hasLeft) return undefined;
    const { clock, instance } = this.#environment;
    const draft = beginChange(this.#task, this.#program, { now: clock.now(), instance });
    const { taken, refused, later, answer } = takeInAll(draft, this.#inbox);
    for (const { entry, error } of refused) {
      if (entry.asker === undefined) this.#environment.failed(error);
      else entry.asker.reject(error);
    }
    conclude(draft);
    const lines = this.#takeLines();
    const waits = this.#waits.take();
    const planned = draft.finish(lines, answer, waits);
    this.#inbox = later;
    if (planned === undefined) {
      this.#answer(taken);
      // Taken for a command that came to nothing.
      if (this.#task.status !== 'RUNNING' && later.length === 0) this.#leave();
      return undefined;
    }
    this.#pending = { ...planned, taken, lines };
    return planned.change;
  }

  applied(): void {
    if (this.#pending === undefined || this.#hasLeft) return;
    const before = this.#task;
    const { change, next, taken } = this.#pending;
    this.#pending = undefined;
    this.#task = next;
    const changed = new Set(change.subtasks.map((subtask) => subtask.subtaskId));
    const subtasks = next.subtasks.filter((subtask) => changed.has(subtask.id));
    this.#matchBodies(subtasks);
    this.#announce(before, subtasks, change.log);
    this.#answer(taken);
    if (change.releaseClaims === true) this.#environment.claimsReleased();
    if (next.status !== 'RUNNING') this.#leave();
    else if (this.#inbox.length > 0) this.#environment.writer.enqueue(this);
  }

  fenced(): void {
    this.lose(new OwnershipLost(`Task ${this.id} belongs to another owner now`));
  }

  withdrawn(): void {
    if (this.#pending === undefined || this.#hasLeft) return;
    const { change, taken, lines } = this.#pending;
    this.#pending = undefined;
    for (const entry of taken) if (entry.requestId !== undefined) entry.asker?.reject(new CommandWithdrawn());
    this.#inbox = [...taken.filter((entry) => entry.requestId === undefined), ...this.#inbox];
    this.#lines = [...lines, ...this.#lines];
    this.#waits.giveBack(change.waits ?? []);
    this.#environment.writer.enqueue(this);
  }

  #leave(): void {
    this.#hasLeft = true;
    this.#flush?.();
    const waiting = [...(this.#pending?.taken ?? []), ...this.#inbox];
    this.#inbox = [];
    this.#environment.left(this);
    for (const { asker } of waiting) asker?.reject(new TaskLeft());
  }

  #announce(before: Task, subtasks: readonly Subtask[], lines: readonly LogLine[]): void {
    const { events } = this.#environment;
    if (!events.hasListeners) return;
    const task = this.view();
    for (const subtask of subtasks) events.emit({ kind: 'subtask', task, subtask });
    if (lines.length > 0) events.emit({ kind: 'log', task, lines });
    const isSame = before.status === task.status && before.operation === task.operation;
    if (!isSame) events.emit({ kind: 'task', task });
  }

  /** Makes the bodies follow the durable state: one for each RUNNING subtask, an aborted one for a CANCELING one. */
  #matchBodies(subtasks: readonly Subtask[]): void {
    for (const subtask of subtasks) {
      const run = this.#runOf(subtask);
      if (subtask.status === 'CANCELING') run?.abort(new RunCancelled(subtask.failure ?? 'Cancelled'));
      else if (subtask.status !== 'RUNNING') this.#forget(run);
      else if (run?.isFor(subtask) !== true && this.#environment.canStartBodies()) this.#startBody(subtask);
    }
  }

  #startBody(subtask: Subtask): void {
    const step = this.#program.steps[subtask.step];
    // An abandoned task has no steps, and its subtasks fail with the next change.
    if (step === undefined) return;
    const { unsettled } = this.#environment;
    const run = new StepRun(this.#task, subtask, step, this, unsettled.get(subtask.id));
    this.#forget(this.#runOf(subtask));
    this.#runs = [...this.#runs, run];
    unsettled.set(subtask.id, run.settled);
  }

  #forget(run: StepRun | undefined): void {
    if (run !== undefined) this.#runs = this.#runs.filter((other) => other !== run);
  }

  runSettled({ subtask, settled }: StepRun): void {
    const { unsettled } = this.#environment;
    if (unsettled.get(subtask.id) === settled) unsettled.delete(subtask.id);
  }

  runEnded({ subtask }: StepRun, outcome: RunOutcome, annotations: Readonly<Record<string, string>>): void {
    this.#ended(subtask, outcome, annotations);
  }

  #ended(subtask: Subtask, outcome: RunOutcome, annotations: Readonly<Record<string, string>>): void {
    const { clock } = this.#environment;
    const { id: subtaskId, attempt, mode } = subtask;
    const event: TaskEvent = { kind: 'run-ended', subtaskId, attempt, mode, outcome, annotations };
    const unsettledMs = this.#inherited.includes(subtaskId) ? this.#settledAt - clock.monotonic() : 0;
    this.#inherited = this.#inherited.filter((id) => id !== subtaskId);
    if (outcome.kind === 'succeeded' || unsettledMs <= 0) this.#post(event);
    else clock.schedule(unsettledMs, () => this.#post(event));
  }

  /** An event that nobody waits for. */
  #post(event: TaskEvent): void {
    if (this.#hasLeft) return;
    this.#inbox.push({ event, requestId: undefined, asker: undefined });
    this.#environment.writer.enqueue(this);
  }

  #answer(taken: readonly InboxEntry[]): void {
    for (const { asker } of taken) asker?.resolve(this.view());
  }

  async assertOwned(): Promise<void> {
    if (this.#hasLeft) throw new OwnershipLost(`Task ${this.id} is not owned by this instance any more`);
    try {
      await this.#environment.assertOwned(this.#task);
    } catch (error) {
      if (error instanceof OwnershipLost) this.lose(error);
      throw error;
    }
  }

  waitingChanged({ subtask, waitingFor }: StepRun): void {
    const { events } = this.#environment;
    if (this.#hasLeft) return;
    if (this.#waits.note(subtask, waitingFor)) this.#flushSoon();
    if (!events.hasListeners) return;
    events.emit({ kind: 'waiting', task: this.view(), subtaskId: subtask.id, waitingFor });
  }

  log(subtask: Subtask, level: LogLevel, message: string): void {
    if (this.#hasLeft) return;
    const { clock } = this.#environment;
    const { attempt, operation, id: subtaskId } = subtask;
    const text = boundedText(message);
    this.#lines.push({ taskId: this.id, subtaskId, attempt, operation, time: clock.now(), level, text });
    this.#flushSoon();
  }

  #flushSoon(): void {
    const { clock, writer } = this.#environment;
    this.#flush ??= clock.schedule(logFlushMs, () => {
      this.#flush = undefined;
      writer.enqueue(this);
    });
  }

  #takeLines(): LogLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#flush?.();
    this.#flush = undefined;
    return lines;
  }
}
