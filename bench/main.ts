/** npm run bench -- NAME [--json PATH] */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Report } from './report.ts';
import { runStopEndToEnd } from './stop-e2e/stop-e2e.ts';

const benchmarks: Readonly<Record<string, () => Promise<Report>>> = { 'stop-e2e': runStopEndToEnd };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const [name = ''] = positionals;
const run = benchmarks[name];
if (run === undefined) {
  console.error(`npm run bench -- NAME [--json PATH]; names: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(1);
}
const report = await run();
console.log(`${report.name} on ${report.machine}; one fsync takes ${report.fsyncMs.toFixed(2)} ms`);
console.table(
  report.results.map(({ median, min, max, ...rest }) => ({
    ...rest,
    median: Number(median.toFixed(1)),
    min: Number(min.toFixed(1)),
    max: Number(max.toFixed(1)),
  })),
);
console.log(report.ratios, report.reach);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (process.connected) process.disconnect?.();
