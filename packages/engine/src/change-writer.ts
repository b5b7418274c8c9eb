/**
 * The one queue through which all changes of all tasks become durable. Everything that is ready in the same turn shares
 * one transaction; while it is under way the next batch gathers. Nothing is decided here.
 *
 * A store that fails is asked again with the same changes, under the same name, until the lease is over: nobody else may
 * act for these tasks before that.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { ChangeOutcome, TaskChange, TaskStore } from './task-store.ts';

/** A task with something to write. */
export interface ChangeSource {
  /** What to write now; undefined when there is nothing. */
  plan(): TaskChange | undefined;
  applied(): void;
  fenced(): void;
  /** The change answered a command that was taken back: nothing of it was applied, and the rest is to be planned again. */
  withdrawn(): void;
}

export interface ChangeWriterOptions {
  readonly store: Pick<TaskStore, 'apply'>;
  readonly clock: Clock;
  /** Whether this instance may still write. */
  canWrite(): boolean;
  failed(error: unknown): void;
}

/**
 * Changes in one transaction. A thousand chains in flight still share each commit with hundreds of others; and when ten thousand
 * tasks are taken up at once, an embedded database, which works in this thread, lets the rest of the program have its turn.
 */
const mostChanges = 500;

const firstRetryMs = 20;
const lastRetryMs = 1000;

export class ChangeWriter {
  readonly #options: ChangeWriterOptions;
  readonly #dirty = new Set<ChangeSource>();
  #isScheduled = false;
  #writing: Promise<void> | undefined;

  constructor(options: ChangeWriterOptions) {
    this.#options = options;
  }

  /** Asks for `source.plan()` at the end of this turn, or when the batch under way is done. */
  enqueue(source: ChangeSource): void {
    this.#dirty.add(source);
    this.#schedule();
  }

  /** Resolves when the sources of the batch that is being written know what became of it; undefined when there is none. */
  get underWay(): Promise<void> | undefined {
    return this.#writing;
  }

  /** Resolves when nothing is left to write. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#dirty.size > 0) {
      this.#start();
      await this.#writing;
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#writing !== undefined) return;
    this.#isScheduled = true;
    this.#options.clock.defer(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    if (this.#writing !== undefined || this.#dirty.size === 0) return;
    this.#writing = this.#writeBatch().finally(() => {
      this.#writing = undefined;
      if (this.#dirty.size > 0) this.#schedule();
    });
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    const outcomes = await this.#applyUntilKnown(batch.map((entry) => entry.change));
    // After a freeze the sources must hear of the lost lease before they hear of success.
    this.#options.canWrite();
    for (const [index, { source }] of batch.entries()) {
      const outcome = outcomes?.[index];
      if (outcome === 'applied') source.applied();
      else if (outcome === 'withdrawn') source.withdrawn();
      else source.fenced();
    }
  }

  /** Who has waited longest comes first; what comes in meanwhile is for the next batch. */
  #takeBatch(): { source: ChangeSource; change: TaskChange }[] {
    const batch: { source: ChangeSource; change: TaskChange }[] = [];
    let left = this.#dirty.size;
    for (const source of this.#dirty) {
      if (left === 0 || batch.length === mostChanges) break;
      left -= 1;
      this.#dirty.delete(source);
      const change = this.#planOf(source);
      if (change !== undefined) batch.push({ source, change });
    }
    return batch;
  }

  /** A change that cannot be worked out is a mistake in the engine; that task stops here, the others go on. */
  #planOf(source: ChangeSource): TaskChange | undefined {
    try {
      return source.plan();
    } catch (error) {
      this.#options.failed(error);
      source.fenced();
      return undefined;
    }
  }

  /** Undefined when the right to write was lost before an answer came. */
  async #applyUntilKnown(changes: readonly TaskChange[]): Promise<ChangeOutcome[] | undefined> {
    const { store, clock } = this.#options;
    const name = randomUUID();
    let isRepeated = false;
    let retryMs = firstRetryMs;
    while (this.#options.canWrite()) {
      try {
        return await store.apply(changes, { name, isRepeated });
      } catch (error) {
        isRepeated = true;
        this.#options.failed(error);
        await new Promise<void>((resolve) => clock.schedule(retryMs, resolve));
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
    return undefined;
  }
}
