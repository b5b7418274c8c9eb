/**
 * npm run test:mutants: takes the guard of every invariant out of a copy of the sources, one at a time, and runs the tests
 * that must notice. Ends with `N of N caught`; exits 1 when one was not, or could not be made.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { attackMutants } from './attack-mutants.ts';
import { invariantMutants, type Mutant } from './mutants.ts';
import { SourceCopy } from './source-copy.ts';

const mutants = [...invariantMutants, ...attackMutants];
const root = join(import.meta.dirname, '..', '..');
/** The slowest catcher needs about 30 s; one that hangs has noticed nothing. */
const runTimeoutMs = 240_000;

const report = z.object({ numPassedTests: z.int(), numFailedTests: z.int() });
type Report = z.infer<typeof report>;

/** @returns undefined when the run left no report: it hung, or could not be started. */
function runTests(copy: SourceCopy, { file, name }: Mutant['catcher']): Report | undefined {
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

/** Tests that fail anyway, or that do not exist, catch nothing. @returns what is wrong with them. */
function checkCatchers(copy: SourceCopy): string[] {
  const catchers = new Map(mutants.map(({ catcher }) => [JSON.stringify(catcher), catcher]));
  return [...catchers.values()].flatMap((catcher) => {
    const found = runTests(copy, catcher);
    if (found?.numFailedTests === 0 && found.numPassedTests > 0) return [];
    return [`${catcher.file} ${catcher.name ?? ''} does not pass on the unchanged sources`];
  });
}

function isCaught(copy: SourceCopy, mutant: Mutant): boolean {
  const restore = copy.apply(mutant.patches);
  try {
    return (runTests(copy, mutant.catcher)?.numFailedTests ?? 0) > 0;
  } finally {
    restore();
  }
}

const copy = new SourceCopy(root);
try {
  const problems = checkCatchers(copy);
  for (const problem of problems) console.error(problem);
  let caught = 0;
  for (const mutant of mutants) {
    const since = performance.now();
    const isSeen = isCaught(copy, mutant);
    if (isSeen) caught += 1;
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    console.log(`${isSeen ? 'caught' : 'NOT CAUGHT'} ${mutant.invariant}: ${mutant.what} (${seconds} s)`);
  }
  console.log(`${caught} of ${mutants.length} caught`);
  process.exitCode = caught === mutants.length && problems.length === 0 ? 0 : 1;
} finally {
  copy.remove();
}
if (process.connected) process.disconnect?.();
