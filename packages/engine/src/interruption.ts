/**
 * The reason for a body to end, and who hears of it. Bodies may ask for it as an `AbortSignal`, which is made when they do:
 * thousands wait at the same time, a wait can do without, and a signal with its controller and listener takes half a kilobyte.
 */
import type { RunAborted } from './abort-reasons.ts';

export interface Interruptible {
  interrupted(reason: RunAborted): void;
}

const nobody: readonly Interruptible[] = [];

export class Interruption {
  #reason: RunAborted | undefined;
  #listeners = nobody;
  #controller: AbortController | undefined;

  /** Undefined while the body may go on. */
  get reason(): RunAborted | undefined {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  throwIfInterrupted(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** The first reason stays. */
  interrupt(reason: RunAborted): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener.interrupted(reason);
  }

  add(listener: Interruptible): void {
    this.#listeners = this.#listeners.concat(listener);
  }

  delete(listener: Interruptible): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }
}
