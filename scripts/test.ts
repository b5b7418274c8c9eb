/**
 * The whole test run: static checks, then every test project; ends with one line `N passed, N failed[, N skipped]`.
 * A failing static check counts as one failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const checks = ['check:format', 'check:lint', 'check:types', 'check:dead'];
const vitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  numFailedTestSuites: z.int(),
});

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const check of checks) {
  console.log(`> ${check}`);
  const run = spawnSync('npm', ['run', '-s', check], { stdio: 'inherit' });
  if (run.status === 0) counts.passed += 1;
  else counts.failed += 1;
}

const folder = mkdtempSync(join(tmpdir(), 'openocp-test-'));
try {
  const outputFile = join(folder, 'report.json');
  const run = spawnSync(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`],
    { stdio: 'inherit' },
  );
  const report = vitestReport.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  counts.skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded has no failed test, yet the run failed.
  if (run.status !== 0 && report.numFailedTests === 0) counts.failed += 1;
} catch (error) {
  console.error('The test run left no report:', error);
  counts.failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 ? 1 : 0;
if (process.connected) process.disconnect?.();
