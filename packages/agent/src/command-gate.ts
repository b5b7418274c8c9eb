/**
 * Every command that changes a process passes here. The gate keeps four promises, per home:
 *
 * - one at a time: another command waits until the running one has ended;
 * - a lower fence than the highest seen is refused, and a higher one takes over: the running command of the old owner
 *   sends no further signal and ends as `fence-too-old`;
 * - a command delivered again joins its running self, or gets the stored result, or, if an earlier agent process died
 *   in between, goes on from what that one journaled;
 * - intent, effect, result: each is durable before the next.
 *
 * A waiting command whose caller has left is dropped: nothing of it was journaled, and an effect that nobody expects
 * any more is worse than none.
 */
import type { AgentCommand, JournalEntry } from '@openocp/contract';
import { z } from 'zod';
import { AgentFailure, type FailureCode } from './agent-failure.ts';
import { commandKey, type Journal, type Verb } from './journal.ts';

export interface Delivery<A> {
  readonly verb: Verb;
  /** Real path. */
  readonly home: string;
  readonly command: AgentCommand;
  /** For the journal's reader: what was asked for. No secrets. */
  readonly detail: JournalEntry['detail'];
  /** Shape of the answer, to read it back from the journal. */
  readonly answer: z.ZodType<A>;
  /** Aborted when the caller has hung up. */
  readonly callerGone: AbortSignal;
  readonly work: (run: CommandRun) => Promise<A>;
}

/** What a command's work gets. */
export interface CommandRun {
  /** Effects that this command announced before, under an agent process that has died since. */
  readonly earlier: readonly JournalEntry[];
  /** Aborted when a newer owner takes over and when the agent ends. */
  readonly signal: AbortSignal;
  /**
   * Announces an effect, durably. Do it right after, in the same turn of the event loop.
   * @throws the signal's reason when this command may act no more.
   */
  announce(phase: 'signal' | 'spawn', detail: JournalEntry['detail']): JournalEntry;
}

export interface Delivered<A> {
  readonly answer: A;
  readonly redelivered: boolean;
}

interface Running {
  readonly key: string;
  command: AgentCommand;
  readonly abort: AbortController;
  readonly answer: Promise<unknown>;
}

/** Failures that are the outcome of a command, and so are stored. Any other leaves it open, to go on when it comes again. */
const outcomes: readonly FailureCode[] = ['identity-mismatch', 'start-failed', 'port-in-use'];

const storedFailure = z.strictObject({ code: z.enum(outcomes), message: z.string() });

export class CommandGate {
  readonly #journal: Journal;
  readonly #running = new Map<string, Running>();
  /** Fences of waiting commands count as seen, before their intent is durable. */
  readonly #fences = new Map<string, number>();
  #ending: AgentFailure | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** @throws AgentFailure */
  async deliver<A>(delivery: Delivery<A>): Promise<Delivered<A>> {
    const key = commandKey(delivery.verb, delivery.command);
    for (;;) {
      this.#admit(delivery, key);
      const stored = this.#storedResult(delivery, key);
      if (stored !== undefined) {
        return { answer: readStored(stored, delivery.answer), redelivered: true };
      }
      const running = this.#running.get(delivery.home);
      if (running === undefined) {
        return { answer: await this.#begin(delivery, key), redelivered: false };
      }
      if (running.key === key) {
        this.#raiseFence(running, delivery);
        return { answer: delivery.answer.parse(await running.answer), redelivered: false };
      }
      await Promise.allSettled([running.answer]);
    }
  }

  /** Ends every running command without a result; each goes on when it is delivered to the next agent process. */
  async end(): Promise<void> {
    this.#ending = new AgentFailure('internal', 'the agent is ending; deliver the command again');
    const running = [...this.#running.values()];
    for (const { abort } of running) {
      abort.abort(this.#ending);
    }
    await Promise.allSettled(running.map(({ answer }) => answer));
  }

  #admit({ home, command, callerGone }: Delivery<unknown>, key: string): void {
    if (this.#ending !== undefined) {
      throw this.#ending;
    }
    if (callerGone.aborted) {
      throw new AgentFailure('internal', 'the caller left before the command began; nothing was done');
    }
    const highest = Math.max(this.#journal.highestFence(home), this.#fences.get(home) ?? 0);
    if (command.fence < highest) {
      throw fenceTooOld(command.fence, highest, home);
    }
    this.#fences.set(home, command.fence);
    const running = this.#running.get(home);
    if (running !== undefined && running.key !== key && running.command.fence < command.fence) {
      running.abort.abort(fenceTooOld(running.command.fence, command.fence, home));
    }
  }

  #storedResult(delivery: Delivery<unknown>, key: string): JournalEntry | undefined {
    const result = this.#journal
      .entriesOfCommand(delivery.home, key)
      .findLast((entry) => entry.phase === 'result');
    if (result !== undefined) {
      this.#rememberFence(delivery);
    }
    return result;
  }

  /** The same command under a newer owner: from now on it acts for that one. */
  #raiseFence(running: Running, delivery: Delivery<unknown>): void {
    this.#rememberFence(delivery);
    running.command = delivery.command;
  }

  /** A higher fence must be remembered also when nothing new is done for it. */
  #rememberFence(delivery: Delivery<unknown>): void {
    if (delivery.command.fence > this.#journal.highestFence(delivery.home)) {
      this.#append(delivery, 'intent', { deliveredAgain: true });
    }
  }

  #begin<A>(delivery: Delivery<A>, key: string): Promise<A> {
    const earlier = this.#journal.entriesOfCommand(delivery.home, key);
    if (earlier.length === 0) {
      this.#append(delivery, 'intent', delivery.detail);
    } else {
      this.#rememberFence(delivery);
    }
    const abort = new AbortController();
    const started = Promise.withResolvers<A>();
    const running: Running = { key, command: delivery.command, abort, answer: started.promise };
    this.#running.set(delivery.home, running);
    const announce = (phase: 'signal' | 'spawn', detail: JournalEntry['detail']) => {
      abort.signal.throwIfAborted();
      return this.#append({ ...delivery, command: running.command }, phase, detail);
    };
    const effects = earlier.filter((entry) => entry.phase === 'signal' || entry.phase === 'spawn');
    started.resolve(this.#perform(delivery, running, { earlier: effects, signal: abort.signal, announce }));
    return started.promise;
  }

  async #perform<A>(delivery: Delivery<A>, running: Running, run: CommandRun): Promise<A> {
    try {
      const answer = await delivery.work(run);
      this.#append({ ...delivery, command: running.command }, 'result', { response: z.json().parse(answer) });
      return answer;
    } catch (error) {
      if (error instanceof AgentFailure && outcomes.includes(error.code)) {
        const failure = { code: error.code, message: error.message };
        this.#append({ ...delivery, command: running.command }, 'result', { failure });
      }
      throw error;
    } finally {
      this.#running.delete(delivery.home);
    }
  }

  #append(
    { verb, home, command }: Pick<Delivery<unknown>, 'verb' | 'home' | 'command'>,
    phase: JournalEntry['phase'],
    detail: JournalEntry['detail'],
  ): JournalEntry {
    return this.#journal.append({ verb, home, command, phase, detail });
  }
}

function readStored<A>(result: JournalEntry, answer: z.ZodType<A>): A {
  const { response, failure } = result.detail;
  if (failure !== undefined) {
    const { code, message } = storedFailure.parse(failure);
    throw new AgentFailure(code, message);
  }
  return answer.parse(response);
}

function fenceTooOld(fence: number, highest: number, home: string): AgentFailure {
  return new AgentFailure(
    'fence-too-old',
    `fence ${fence} is older than ${highest}, which was seen for ${home}: another owner runs the task now`,
  );
}
