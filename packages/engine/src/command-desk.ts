/**
 * Commands for tasks that another instance runs. Only the owner of a running task can change it, so whoever is asked by a
 * person puts the command into the store and waits; the owner finds it there, carries it out under its fence, and answers
 * in the same commit. If the owner is lost before, the next one finds the same request.
 *
 * Exactly once, because answer and effect are one commit, and because a request that was withdrawn makes that commit fail:
 * who gives up waiting knows that nothing will happen any more.
 */
import { randomUUID } from 'node:crypto';
import { type ActiveTask, CommandWithdrawn, TaskLeft } from './active-task.ts';
import { type Clock, pause, type Unschedule } from './clock.ts';
import { decodeRefusal } from './command-refusal.ts';
import { CommandUnanswered } from './engine-errors.ts';
import type { Task } from './task.ts';
import type { TaskCommand } from './task-command.ts';
import type { CommandProgress, CommandRequest, TaskStore } from './task-store.ts';

export interface CommandDeskOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly instance: string;
  readonly leaseMs: number;
  readonly isLeaseValid: () => boolean;
  readonly hasTasks: () => boolean;
  readonly findTask: (taskId: number) => ActiveTask | undefined;
  readonly failed: (error: unknown) => void;
}

/** Owner and asker together stay well below the second that a person notices. */
const ownerLookMs = 300;
const askerLookMs = 100;
/** Beyond the lease: for a new owner to notice, to take over and to carry out. */
const patienceBeyondLeaseMs = 5000;

export class CommandDesk {
  readonly #options: CommandDeskOptions;
  /** Requests that were given to their task and are not durable yet. */
  readonly #inHand = new Set<string>();
  /** Those that have left its hands since the look under way began: what it reads of them may be older than their answer. */
  readonly #settled = new Set<string>();
  readonly #stopping = new AbortController();
  #nextLook: Unschedule = () => {};
  #looking: Promise<void> = Promise.resolve();

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  start(): void {
    this.#scheduleLook();
  }

  /** Who still waits for an answer withdraws its command. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nextLook();
    await this.#looking;
  }

  /**
   * Resolves when the owner has carried the command out; or with `task-ended` when the task has no owner any more, and
   * whoever asks can act on it itself.
   * @throws CommandUnanswered, and every refusal of the owner
   */
  async ask(task: Task, command: TaskCommand): Promise<'carried-out' | 'task-ended'> {
    const { clock, leaseMs } = this.#options;
    const request = { id: randomUUID(), taskId: task.id, command };
    const patienceMs = leaseMs + patienceBeyondLeaseMs;
    const since = clock.monotonic();
    for (;;) {
      const progress = await this.#look(request, patienceMs);
      if (progress?.kind === 'answered') return settle(progress);
      const hasEnded = progress?.kind === 'pending' && !progress.isTaskRunning;
      const waitedMs = clock.monotonic() - since;
      const isOver = waitedMs >= patienceMs || this.#stopping.signal.aborted;
      if (hasEnded || isOver) {
        const last = await this.#withdraw(request);
        if (last?.kind === 'answered') return settle(last);
        const isWithdrawn = last?.kind === 'withdrawn';
        if (hasEnded && isWithdrawn) return 'task-ended';
        if (isOver) throw new CommandUnanswered(task, { waitedMs, isWithdrawn });
      }
      // It ends early when the engine stops.
      await pause(clock, askerLookMs, this.#stopping.signal).catch(() => {});
    }
  }

  /** Puts the request down when it is not there: the first time, or because that was lost. Undefined: nobody knows. */
  async #look(request: CommandRequest, patienceMs: number): Promise<CommandProgress | undefined> {
    const { store } = this.#options;
    try {
      const progress = await store.fetchCommand(request.id);
      if (progress !== undefined) return progress;
      await store.requestCommand(request, patienceMs);
      return { kind: 'pending', isTaskRunning: true };
    } catch (error) {
      this.#options.failed(error);
      return undefined;
    }
  }

  async #withdraw({ id }: CommandRequest): Promise<CommandProgress | undefined> {
    const { store } = this.#options;
    try {
      await store.withdrawCommand(id);
      return await store.fetchCommand(id);
    } catch (error) {
      this.#options.failed(error);
      return undefined;
    }
  }

  #scheduleLook(): void {
    if (this.#stopping.signal.aborted) return;
    this.#nextLook = this.#options.clock.schedule(ownerLookMs, () => {
      this.#looking = this.#takeRequests()
        .catch((error: unknown) => this.#options.failed(error))
        .then(() => this.#scheduleLook());
    });
  }

  async #takeRequests(): Promise<void> {
    const { store, instance, isLeaseValid, hasTasks, findTask } = this.#options;
    if (!isLeaseValid() || !hasTasks()) return;
    this.#settled.clear();
    for (const request of await store.listRequestedCommands(instance)) {
      const task = findTask(request.taskId);
      const isKnown = this.#inHand.has(request.id) || this.#settled.has(request.id);
      if (task !== undefined && !isKnown) void this.#carryOut(request, task);
    }
  }

  async #carryOut({ id, command }: CommandRequest, task: ActiveTask): Promise<void> {
    this.#inHand.add(id);
    try {
      await task.post(command, id);
    } catch (error) {
      // Whoever owns the task next finds the request again; nobody waits for one that was withdrawn.
      if (!(error instanceof TaskLeft || error instanceof CommandWithdrawn)) this.#options.failed(error);
    } finally {
      this.#inHand.delete(id);
      this.#settled.add(id);
    }
  }
}

/** @throws the refusal */
function settle({ refusal }: CommandProgress & { kind: 'answered' }): 'carried-out' {
  if (refusal !== undefined) throw decodeRefusal(refusal);
  return 'carried-out';
}
