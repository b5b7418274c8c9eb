/** A random scenario, decided by its seed alone: an operation, what goes wrong with it and when, and what people do then. */
import type { Fault } from '@openocp/testkit';
import { type WalkedOperation, walkedOperations } from './registry.ts';

/** Something that happens to the world around the control plane. */
export interface Incident {
  readonly what: (typeof incidents)[number];
  /** After the request, milliseconds. */
  readonly afterMs: number;
  /** Until it is over, milliseconds. */
  readonly lastsMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly operation: string;
  readonly faults: readonly Fault[];
  /** A step that is held is cancelled; otherwise it is let go after a while. */
  readonly cancelsHeld: boolean;
  readonly incidents: readonly Incident[];
  /** Requests of others meanwhile. */
  readonly noise: number;
  /** How often a failed task is retried before it is rolled back. */
  readonly retries: number;
}

const incidents = [
  'agent killed',
  'agent frozen',
  'control plane killed',
  'control plane frozen',
  'other observer killed',
  'leaders stay',
  'leaders move slowly',
] as const;

/** mulberry32: small, fast, and the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  isUnder(chance: number): boolean {
    return this.#random() < chance;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

export function planScenario(seed: number): Scenario {
  const dice = new Dice(seed);
  const walked = dice.isUnder(0.1) ? dice.pick(walkedOperations) : dice.pick(walkedOperations.slice(1));
  return {
    seed,
    operation: walked.operation,
    faults: Array.from({ length: dice.below(3) }, () => planFault(dice, walked)),
    cancelsHeld: dice.isUnder(0.6),
    incidents: Array.from({ length: dice.isUnder(0.5) ? 1 : dice.below(3) }, () => ({
      what: dice.pick(incidents),
      afterMs: dice.below(3_000),
      lastsMs: dice.below(4_000),
    })),
    noise: dice.below(6),
    retries: dice.below(3),
  };
}

function planFault(dice: Dice, { operation, subtasks }: WalkedOperation): Fault {
  const moment = dice.pick(['before', 'after'] as const);
  if (dice.isUnder(0.3)) {
    const number = 1 + dice.below(subtasks.length + 1);
    return { at: `commit|${number}|${moment}`, do: dice.pick(['die', 'freeze', 'fail', 'hold', 'fill']) };
  }
  const { subtask } = dice.pick(subtasks);
  const half = dice.isUnder(0.75) ? 'step' : 'undo';
  const action = dice.pick(['die', 'freeze', 'fail', 'fail', 'unknown', 'hold', 'repeat'] as const);
  return { at: `${half}|${operation}|${subtask}|${moment}`, do: action };
}
