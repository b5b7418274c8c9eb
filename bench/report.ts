/** What every benchmark reports: medians of one run, with the machine and the price of one fsync on it. */
import { describeMachine } from './machine.ts';

export interface Measurement {
  readonly system: string;
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

export interface Report {
  readonly name: string;
  readonly machine: string;
  readonly fsyncMs: number;
  readonly results: readonly Measurement[];
  /** How many times better than the peer: above 1 is better than it, whatever is measured. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly reach: Readonly<Record<string, boolean>>;
}

/** What only people read. */
export interface Notes {
  /** Of the systems that took part, with what they store in. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Systems that could not take part, and why. */
  readonly skipped?: Readonly<Record<string, string>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @param sorted upwards. @param share 0.99 is the 99th percentile. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

export function summarise(
  system: string,
  metric: string,
  unit: string,
  values: readonly number[],
): Measurement {
  const sorted = [...values].sort((a, b) => a - b);
  const [min = Number.NaN] = sorted;
  return {
    system,
    metric,
    unit,
    median: median(sorted),
    min,
    max: sorted.at(-1) ?? Number.NaN,
    n: sorted.length,
  };
}

export interface Outcome {
  /** What `--json` writes, exactly. */
  readonly report: Report;
  readonly notes: Notes;
}

/** @param fsyncs what single ones took, all through the run. */
export function reportOf(
  name: string,
  fsyncs: readonly number[],
  { results, ratios, reach, ...notes }: Pick<Report, 'results' | 'ratios' | 'reach'> & Notes,
): Outcome {
  const report = { name, machine: describeMachine(), fsyncMs: median(fsyncs), results, ratios, reach };
  return { report, notes };
}
