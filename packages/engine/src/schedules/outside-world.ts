/**
 * What the steps act on: something with a journal and a fence, like a host's agent. It keeps its own record of what was
 * really done, and that record is what the oracle believes.
 */
import { OutcomeUnknown, type StepContext, StepFailure } from '../step-context.ts';
import type { SimulatedProcess, SimulatedTime } from './simulated-time.ts';

export interface Effect {
  readonly taskId: number;
  readonly subtaskId: number;
  readonly attempt: number;
  readonly mode: 'run' | 'undo';
  readonly fence: number;
  readonly sender: SimulatedProcess;
  readonly instance: string;
}

/** What a body can ask for. */
export interface OutsideConnection {
  /**
   * Obeyed once for each (task, subtask, attempt, mode).
   * @throws OutcomeUnknown when the answer was lost, whether or not the effect happened; StepFailure when it is refused.
   */
  act(context: StepContext): Promise<void>;
  /** Whether something that takes its time has come about. */
  look(): Promise<boolean>;
}

const longestWayMs = 300;

export class OutsideWorld {
  readonly #time: SimulatedTime;
  readonly #random: () => number;
  readonly #acted: (effect: Effect) => void;
  readonly #journal = new Set<string>();
  readonly #highestFence = new Map<number, number>();
  #isCalm = false;
  effects = 0;

  constructor(time: SimulatedTime, random: () => number, acted: (effect: Effect) => void) {
    this.#time = time;
    this.#random = random;
    this.#acted = acted;
  }

  /** From now on every answer arrives. */
  calm(): void {
    this.#isCalm = true;
  }

  /** The world does not wait for a frozen process, but what it answers is read only when the process runs. */
  reachedFrom(process: SimulatedProcess, instance: string): OutsideConnection {
    return {
      act: async (context) => {
        const isLost = !this.#isCalm && this.#random() < 0.15;
        const arrives = !isLost || this.#random() < 0.5;
        await this.#pass();
        const refusal = arrives ? this.#obey(context, process, instance) : undefined;
        await this.#pass();
        await process.receive();
        if (isLost) throw new OutcomeUnknown('the answer was lost');
        if (refusal !== undefined) throw new StepFailure(refusal);
      },
      look: async () => {
        await this.#pass();
        await process.receive();
        return this.#random() < 0.4;
      },
    };
  }

  #obey(
    { taskId, subtaskId, attempt, mode, fence }: StepContext,
    sender: SimulatedProcess,
    instance: string,
  ): string | undefined {
    const highest = this.#highestFence.get(taskId) ?? 0;
    if (fence < highest) return `the fence ${fence} is older than ${highest}`;
    this.#highestFence.set(taskId, fence);
    const key = `${taskId} ${subtaskId} ${attempt} ${mode}`;
    if (this.#journal.has(key)) return undefined;
    this.#journal.add(key);
    this.effects += 1;
    this.#acted({ taskId, subtaskId, attempt, mode, fence, sender, instance });
    return undefined;
  }

  #pass(): Promise<void> {
    return new Promise((resolve) => this.#time.schedule(this.#random() * longestWayMs, resolve));
  }
}
