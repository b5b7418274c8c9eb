/** A benchmark by its name, and what may be chosen for a run of it. */
import type { Outcome } from './report.ts';

export interface BenchmarkOptions {
  /** How often every contender has its turn. Each benchmark has a number of its own. */
  readonly rounds: number | undefined;
  /** Whether a system takes part. */
  includes: (system: string) => boolean;
}

/** No peer: what our own rows and commits cost when nothing decides about them. Takes part when it is named. */
export const bareSqlite = 'bare SQLite';

export type Benchmark = (options: BenchmarkOptions) => Promise<Outcome>;
