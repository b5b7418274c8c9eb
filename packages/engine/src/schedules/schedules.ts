/** Runs many rounds of the schedule simulation, each with the next seed. */
import { type RoundOptions, runRound } from './schedule-round.ts';

export interface SchedulesOptions extends Pick<RoundOptions, 'wrapStore'> {
  readonly firstSeed: number;
  /** Whichever comes first ends it. */
  readonly rounds?: number;
  readonly seconds?: number;
  readonly stopAtFailure?: boolean;
}

export interface SchedulesReport {
  readonly rounds: number;
  readonly tasks: number;
  readonly takeOvers: number;
  readonly effects: number;
  /** Points at which another order was possible. */
  readonly events: number;
  /** Give the seed to repeat exactly that round. */
  readonly failures: readonly { readonly seed: number; readonly error: unknown }[];
}

export async function runSchedules(options: SchedulesOptions): Promise<SchedulesReport> {
  const { firstSeed, rounds = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = options;
  const end = performance.now() + seconds * 1000;
  const failures: { seed: number; error: unknown }[] = [];
  let count = 0;
  let [tasks, takeOvers, effects, events] = [0, 0, 0, 0];
  const mayGoOn = (): boolean => options.stopAtFailure !== true || failures.length === 0;
  while (count < rounds && performance.now() < end && mayGoOn()) {
    const seed = firstSeed + count;
    count += 1;
    try {
      const summary = await runRound({ ...options, seed });
      tasks += summary.tasks;
      takeOvers += summary.takeOvers;
      effects += summary.effects;
      events += summary.events;
    } catch (error) {
      failures.push({ seed, error });
    }
  }
  return { rounds: count, tasks, takeOvers, effects, events, failures };
}
