/** A task store with faults around its commits: each change of task state, the creation of a task included. */
import type { Delivery, NewTask, TaskChange, TaskStore } from '@openocp/engine';
import type { Fault, Moment } from './fault.ts';
import type { FaultBook } from './fault-book.ts';
import { die, freeze } from './faulty-operations.ts';
import type { FullDisk } from './full-disk.ts';

/** Larger than what the last pages of a full file have left. */
const padding = 'x'.repeat(20_000);

function padded({ attributes }: NewTask): NewTask['attributes'] {
  return { ...attributes, padding };
}

/** What a connection's loss looks like to its user. */
class CommitLost extends Error {
  override readonly name = 'CommitLost';
}

export class FaultyStore {
  readonly #store: TaskStore;
  readonly #book: FaultBook;
  readonly #disk: FullDisk;
  #filledBy: Fault | undefined;

  constructor(store: TaskStore, book: FaultBook, disk: FullDisk) {
    this.#store = store;
    this.#book = book;
    this.#disk = disk;
  }

  /** The store as the engine sees it. */
  get store(): TaskStore {
    const create: TaskStore['create'] = (task) => {
      this.#drainWhenWithdrawn();
      return this.#commit(() =>
        this.#store.create(this.#isFull ? { ...task, attributes: padded(task) } : task),
      );
    };
    const apply: TaskStore['apply'] = (changes, delivery) => this.#apply(changes, delivery);
    return new Proxy(this.#store, {
      get: (target, property) => {
        if (property === 'create') return create;
        if (property === 'apply') return apply;
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #apply(changes: readonly TaskChange[], delivery?: Delivery): ReturnType<TaskStore['apply']> {
    this.#drainWhenWithdrawn();
    const work = () => this.#store.apply(this.#enlarge(changes), delivery);
    const changesState = changes.some((change) => change.task !== undefined || change.subtasks.length > 0);
    return changesState ? this.#commit(work) : work();
  }

  async #commit<T>(work: () => Promise<T>): Promise<T> {
    const number = this.#book.countCommit();
    await this.#strike(number, 'before');
    const result = await work();
    await this.#strike(number, 'after');
    return result;
  }

  async #strike(number: number, moment: Moment): Promise<void> {
    const point = { kind: 'commit', number } as const;
    const fault = this.#book.take(point, moment, ['die', 'freeze', 'fail', 'hold']);
    if (fault?.do === 'die') await die();
    if (fault?.do === 'freeze') freeze();
    if (fault?.do === 'hold') await this.#book.waitUntilWithdrawn(fault);
    if (fault?.do === 'fail') throw new CommitLost(`A fault of the test: ${fault.at}`);
    if (moment === 'after' || this.#isFull) return;
    this.#filledBy = this.#book.take(point, moment, ['fill']);
    if (this.#filledBy !== undefined) this.#disk.fill();
  }

  get #isFull(): boolean {
    return this.#filledBy !== undefined;
  }

  #drainWhenWithdrawn(): void {
    if (this.#filledBy === undefined || this.#book.isInForce(this.#filledBy)) return;
    this.#filledBy = undefined;
    this.#disk.drain();
  }

  /** A full file still has room for small things in its last pages; with the padding nothing fits. */
  #enlarge(changes: readonly TaskChange[]): readonly TaskChange[] {
    if (!this.#isFull) return changes;
    return changes.map((change) => {
      const [subtask] = change.subtasks;
      if (subtask === undefined) return change;
      const line = {
        taskId: change.taskId,
        subtaskId: subtask.subtaskId,
        attempt: subtask.attempt ?? 1,
        operation: subtask.operation ?? 'EXECUTE',
        time: 0,
        level: 'INFO',
        text: padding,
      } as const;
      return { ...change, log: [...change.log, line] };
    });
  }
}
