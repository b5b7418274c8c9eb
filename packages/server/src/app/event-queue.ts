/**
 * What is on its way to one consumer. First what it missed, read as fast as it takes it; then what happens. What happens
 * is kept for it within bounds only: a consumer that does not read is cut off, and resumes later where it was.
 */
import type { EventsAnswer, StreamItem } from '@openocp/contract';

export interface EventQueueOptions {
  /** Of JSON that waits for the consumer. */
  readonly maxCharacters: number;
  /** What it missed, oldest first. */
  readonly missed: AsyncIterator<readonly StreamItem[]>;
  readonly onClosed: () => void;
}

type Step = IteratorResult<readonly StreamItem[], undefined>;

const done: Step = { done: true, value: undefined };
/** A sign of life costs something too. */
const itemOverhead = 64;

export class EventQueue implements EventsAnswer, AsyncIterator<readonly StreamItem[], undefined> {
  readonly items: AsyncIterable<readonly StreamItem[]> = { [Symbol.asyncIterator]: () => this };
  readonly #abort = new AbortController();
  readonly #options: EventQueueOptions;
  #waiting: StreamItem[] = [];
  #characters = 0;
  #isLive = false;
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  push(items: readonly StreamItem[]): void {
    if (this.#isClosed) return;
    for (const item of items) {
      this.#waiting.push(item);
      this.#characters += itemOverhead + (item.json?.length ?? 0);
    }
    if (this.#characters > this.#options.maxCharacters) this.#cut();
    else this.#wake();
  }

  async next(): Promise<Step> {
    if (!this.#isLive && !this.#isClosed) {
      const page = await this.#options.missed.next();
      if (page.done !== true) return page;
      this.#isLive = true;
    }
    while (this.#waiting.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const items = this.#waiting;
    this.#waiting = [];
    this.#characters = 0;
    return items.length === 0 ? done : { done: false, value: items };
  }

  /** The consumer has gone. */
  async return(): Promise<Step> {
    this.close();
    return done;
  }

  /** Ends the stream; what is waiting still goes out. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClosed();
    this.#wake();
  }

  #cut(): void {
    this.#waiting = [];
    this.close();
    this.#abort.abort(new Error('A consumer of events reads too slowly and is cut off'));
  }
}
