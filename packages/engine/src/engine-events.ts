/** Tells listeners of this process what has become durable, in the order in which it did. */

import type { Waiting } from './step-context.ts';
import type { Subtask, Task } from './task.ts';
import type { LogLine } from './task-store.ts';

export type EngineEvent =
  /** The task was created here, or its status or operation changed. */
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'subtask'; readonly task: Task; readonly subtask: Subtask }
  | { readonly kind: 'log'; readonly task: Task; readonly lines: readonly LogLine[] }
  /** In memory only: what a subtask waits for has changed; undefined when it no longer waits. */
  | {
      readonly kind: 'waiting';
      readonly task: Task;
      readonly subtaskId: number;
      readonly waitingFor: Waiting | undefined;
    };

export type EngineListener = (event: EngineEvent) => void;

export class EngineEvents {
  readonly #listeners = new Set<EngineListener>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Listeners run synchronously; one that throws is reported and does not hinder the others. */
  subscribe(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** What nobody hears need not be put together. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
