/**
 * Virtual time for whole systems in one process: every timer, message and pause is an event in one queue, and nothing
 * happens between two events but what they caused. The same seed gives the same schedule, to the last step.
 */
import type { Clock, Unschedule } from '../clock.ts';

interface ScheduledEvent {
  readonly at: number;
  /** Decides between events of the same moment. */
  readonly order: number;
  readonly action: () => void;
  isCancelled: boolean;
}

export class SimulatedTime {
  #now = 0;
  #events: ScheduledEvent[] = [];
  #scheduled = 0;
  #happened = 0;
  readonly #random: (() => number) | undefined;

  /** With `random`, events of the same moment happen in any order; without, in the order in which they were scheduled. */
  constructor(random?: () => number) {
    this.#random = random;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Events so far, each of them next by a drawn delay or a drawn order. */
  get happened(): number {
    return this.#happened;
  }

  schedule(delayMs: number, action: () => void): Unschedule {
    this.#scheduled += 1;
    const order = this.#random === undefined ? this.#scheduled : this.#random();
    const event = { at: this.#now + Math.max(0, delayMs), order, action, isCancelled: false };
    this.#insert(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Lets one event happen, and everything that follows from it at once. False when nothing is left. */
  async step(): Promise<boolean> {
    await settle();
    for (;;) {
      const event = this.#events.pop();
      if (event === undefined) return false;
      if (event.isCancelled) continue;
      this.#now = event.at;
      this.#happened += 1;
      event.action();
      await settle();
      return true;
    }
  }

  /**
   * Lets events happen until the condition holds.
   * @throws Error when it does not hold within `limitMs` of virtual time, or nothing is left to happen.
   */
  async runUntil(condition: () => boolean, limitMs = 3_600_000): Promise<void> {
    const end = this.#now + limitMs;
    await settle();
    while (!condition()) {
      if (this.#now > end) throw new Error(`Still not so after ${limitMs} ms of virtual time`);
      if (!(await this.step())) throw new Error('Nothing is left to happen');
    }
  }

  async runFor(durationMs: number): Promise<void> {
    let isOver = false;
    this.schedule(durationMs, () => {
      isOver = true;
    });
    await this.runUntil(() => isOver, durationMs);
  }

  /** Runs until the promise is settled, and gives its outcome. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
    };
    promise.then(note, note);
    await this.runUntil(() => isSettled);
    return promise;
  }

  /** Latest first, so that the next one is at the end. */
  #insert(event: ScheduledEvent): void {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#events[middle];
      const isLater =
        other !== undefined && (other.at > event.at || (other.at === event.at && other.order > event.order));
      if (isLater) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }
}

/** Lets all promise reactions run: they come before the next turn of the real event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** One operating system process of the simulation: it can be frozen, thawed and killed, and its wall clock may be wrong. */
export class SimulatedProcess {
  readonly #time: SimulatedTime;
  readonly #held: (() => void)[] = [];
  #state: 'running' | 'frozen' | 'dead' = 'running';
  wallOffsetMs = 1_700_000_000_000;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen';
  }

  /** Like SIGSTOP: nothing of it happens any more, time goes on. */
  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  /** Like SIGCONT: what has become due meanwhile happens now. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    for (const action of this.#held.splice(0)) this.#time.schedule(0, () => this.#happen(action));
  }

  /** Like SIGKILL. */
  kill(): void {
    this.#state = 'dead';
    this.#held.length = 0;
  }

  readonly clock: Clock = {
    now: () => this.#time.now + this.wallOffsetMs,
    monotonic: () => this.#time.now,
    schedule: (delayMs, action) => {
      let isCancelled = false;
      const unschedule = this.#time.schedule(delayMs, () =>
        this.#happen(() => {
          if (!isCancelled) action();
        }),
      );
      return () => {
        isCancelled = true;
        unschedule();
      };
    },
    defer: (action) => {
      this.#time.schedule(0, () => this.#happen(action));
    },
  };

  /** Resolves as soon as the process runs: what comes from outside is read only then. Never, once it is dead. */
  receive(delayMs = 0): Promise<void> {
    return new Promise((resolve) => this.clock.schedule(delayMs, resolve));
  }

  #happen(action: () => void): void {
    if (this.#state === 'running') action();
    else if (this.#state === 'frozen') this.#held.push(action);
  }
}
