/** Whether the tests notice that a guard is gone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Mutant } from './mutants.ts';
import type { SourceCopy } from './source-copy.ts';

const root = join(import.meta.dirname, '..', '..');
/** The slowest catcher needs about 30 s; one that hangs has noticed nothing. */
const runTimeoutMs = 240_000;

const report = z.object({ numPassedTests: z.int(), numFailedTests: z.int() });
type Report = z.infer<typeof report>;

/** @returns undefined when the run left no report: it hung, or could not be started. */
export function runTests(copy: SourceCopy, { file, name }: Mutant['catcher']): Report | undefined {
  const folder = join(copy.folder, 'reports');
  mkdirSync(folder, { recursive: true });
  const output = join(folder, 'report.json');
  rmSync(output, { force: true });
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const names = name === undefined ? [] : ['-t', name];
  spawnSync(process.execPath, [program, 'run', file, ...names, '--reporter=json', `--outputFile=${output}`], {
    cwd: copy.folder,
    stdio: 'ignore',
    timeout: runTimeoutMs,
    env: { ...process.env, CI: '' },
  });
  return existsSync(output) ? report.parse(JSON.parse(readFileSync(output, 'utf8'))) : undefined;
}

/** @param copy of the unchanged sources, which it is again afterwards */
export function isCaught(copy: SourceCopy, mutant: Mutant): boolean {
  const restore = copy.apply(mutant.patches);
  try {
    return (runTests(copy, mutant.catcher)?.numFailedTests ?? 0) > 0;
  } finally {
    restore();
  }
}
