/**
 * Keeps this instance's lease, and knows when it may no longer count on it.
 *
 * The store judges leases by its own clock; this side judges by its monotonic clock, from the moment before the renewal
 * was sent, and stops a fifth earlier. So an instance that was frozen or cut off stops acting before another one starts.
 *
 * A renewal that is not answered is not waited for: its connection may be dead without anybody knowing, and the next one
 * goes another way. What it brings counts all the same when it comes.
 */
import type { Clock, Unschedule } from './clock.ts';
import type { TaskStore } from './task-store.ts';

export interface LeaseKeeperOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly instance: string;
  readonly leaseMs: number;
  /** Nothing may be written any more. */
  lost(): void;
  /** The lease is valid again after it was lost. */
  regained(): void;
  failed(error: unknown): void;
}

const usableShare = 0.8;

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #validUntil = Number.NEGATIVE_INFINITY;
  #isHeld = false;
  #isStopped = true;
  #nextRenewal: Unschedule = () => {};
  #expiry: Unschedule = () => {};
  #renewal: Promise<void> = Promise.resolve();

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** @throws the store's error when the first lease cannot be had. */
  async start(): Promise<void> {
    this.#isStopped = false;
    await this.#ask();
    this.#scheduleRenewal(this.#options.leaseMs / 3);
  }

  /** Also notices an expiry whose timer has not run yet, as after a freeze of the process. */
  isValid(): boolean {
    if (this.#isHeld && this.#options.clock.monotonic() >= this.#validUntil) this.#lose();
    return this.#isHeld;
  }

  /** Stops renewing; the lease stays valid until it is dropped or runs out. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#nextRenewal();
    await this.#renewal;
    this.#expiry();
  }

  #scheduleRenewal(delayMs: number): void {
    if (this.#isStopped) return;
    this.#nextRenewal = this.#options.clock.schedule(delayMs, () => {
      this.#renewal = this.#renewAndGoOn();
    });
  }

  async #renewAndGoOn(): Promise<void> {
    const { leaseMs } = this.#options;
    try {
      await this.#inTime(this.#ask());
      this.#scheduleRenewal(this.#isHeld ? leaseMs / 3 : 0);
    } catch (error) {
      this.#options.failed(error);
      this.#scheduleRenewal(leaseMs / 10);
    }
  }

  /** Settles with the renewal, or fails early enough for another one. */
  async #inTime(renewal: Promise<void>): Promise<void> {
    const { clock, leaseMs } = this.#options;
    const mostMs = leaseMs / 6;
    let stopTimer: Unschedule = () => {};
    const isLate = new Promise<never>((_, reject) => {
      stopTimer = clock.schedule(mostMs, () =>
        reject(
          new Error(
            `A renewal of the lease has found no answer for ${Math.round(mostMs)} ms; it is sent again`,
          ),
        ),
      );
    });
    try {
      await Promise.race([renewal, isLate]);
    } finally {
      stopTimer();
    }
  }

  async #ask(): Promise<void> {
    const { store, clock, instance, leaseMs } = this.#options;
    const sentAt = clock.monotonic();
    await store.renewLease(instance, leaseMs);
    if (!this.#isStopped) this.#hold(sentAt + leaseMs * usableShare);
  }

  #hold(validUntil: number): void {
    const { clock } = this.#options;
    const remainingMs = validUntil - clock.monotonic();
    this.isValid();
    // The answer took so long that it is worth nothing; or that of a later renewal came first.
    if (remainingMs <= 0 || (this.#isHeld && validUntil <= this.#validUntil)) return;
    const isNew = !this.#isHeld;
    this.#validUntil = validUntil;
    this.#isHeld = true;
    this.#expiry();
    this.#expiry = clock.schedule(remainingMs, () => this.isValid());
    if (isNew) this.#options.regained();
  }

  #lose(): void {
    this.#isHeld = false;
    this.#options.lost();
  }
}
