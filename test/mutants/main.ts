/**
 * npm run test:mutants: takes the guard of every invariant, and then of every defence against attacks, out of a copy of the
 * sources, one at a time, and runs the tests that must notice. Says `N of N caught` for the invariants and `N of N attacks
 * caught` for the defences; exits 1 when one was not, or could not be made.
 */
import { join } from 'node:path';
import { attackMutants } from './attack-mutants.ts';
import { isCaught, runTests } from './catching.ts';
import { invariantMutants, type Mutant } from './mutants.ts';
import { SourceCopy } from './source-copy.ts';

/** Tests that fail anyway, or that do not exist, catch nothing. @returns whether all pass. */
function checkCatchers(copy: SourceCopy, mutants: readonly Mutant[]): boolean {
  const catchers = new Map(mutants.map(({ catcher }) => [JSON.stringify(catcher), catcher]));
  const failing = [...catchers.values()].filter((catcher) => {
    const found = runTests(copy, catcher);
    return found?.numFailedTests !== 0 || found.numPassedTests === 0;
  });
  for (const { file, name = '' } of failing)
    console.error(`${file} ${name} does not pass on the unchanged sources`);
  return failing.length === 0;
}

/** @returns whether all were caught. */
function catchAll(copy: SourceCopy, mutants: readonly Mutant[], what: string): boolean {
  const areSound = checkCatchers(copy, mutants);
  const caught = mutants.filter((mutant) => {
    const since = performance.now();
    const isSeen = isCaught(copy, mutant);
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    console.log(`${isSeen ? 'caught' : 'NOT CAUGHT'} ${mutant.invariant}: ${mutant.what} (${seconds} s)`);
    return isSeen;
  });
  console.log(`${caught.length} of ${mutants.length} ${what}`);
  return areSound && caught.length === mutants.length;
}

const copy = new SourceCopy(join(import.meta.dirname, '..', '..'));
try {
  const results = [
    catchAll(copy, invariantMutants, 'caught'),
    catchAll(copy, attackMutants, 'attacks caught'),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  copy.remove();
}
if (process.connected) process.disconnect?.();
