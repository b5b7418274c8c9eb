/** A report for the terminal. */
import type { Outcome } from './report.ts';

/** Enough digits to compare, whatever the size. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

export function printReport({ report, notes }: Outcome): void {
  console.log(`${report.name} on ${report.machine}; one fsync takes ${report.fsyncMs.toFixed(2)} ms`);
  for (const [system, version] of Object.entries(notes.versions ?? {}))
    console.log(`  ${system}: ${version}`);
  for (const [system, why] of Object.entries(notes.skipped ?? {})) console.log(`  skipped ${system}: ${why}`);
  console.table(
    report.results.map(({ median, min, max, ...rest }) => ({
      ...rest,
      median: rounded(median),
      min: rounded(min),
      max: rounded(max),
    })),
  );
  for (const [peer, ratio] of Object.entries(report.ratios)) console.log(`  ${rounded(ratio)} times ${peer}`);
  for (const [condition, isReached] of Object.entries(report.reach))
    console.log(`  ${isReached ? 'reached' : 'missed '}  ${condition}`);
}
