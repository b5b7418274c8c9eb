/** What every benchmark reports: medians of one run, with the machine and the price of one fsync on it. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

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
  /** Ours divided by the peer's median. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly reach: Readonly<Record<string, boolean>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function summarise(
  system: string,
  metric: string,
  unit: string,
  values: readonly number[],
): Measurement {
  return {
    system,
    metric,
    unit,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    n: values.length,
  };
}

export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

const fsyncRounds = 50;

/** Median of a 4 KiB write with fsync, milliseconds. */
export function measureFsync(): number {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-fsync-'));
  const file = openSync(join(folder, 'probe'), 'w');
  const block = Buffer.alloc(4096);
  const times: number[] = [];
  for (let round = 0; round < fsyncRounds; round += 1) {
    const begin = performance.now();
    writeSync(file, block);
    fsyncSync(file);
    times.push(performance.now() - begin);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}
