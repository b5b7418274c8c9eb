/**
 * Prints how much of OCP's documented API there is, by group, and what is missing. With `--shrink` it also takes the
 * gaps that are closed off the list of known ones; it never adds one.
 */
import {
  compareWithFacts,
  findDecision,
  type GroupResult,
  readKnownGaps,
  writeKnownGaps,
} from '../test/coverage/conformance.ts';
import { readFacts } from '../test/coverage/contract-facts.ts';

const subjects = ['endpoints', 'parameters', 'fields', 'graphs'] as const;

function printLine(name: string, groups: readonly GroupResult[]): void {
  const counts = subjects.map((subject) => {
    const met = groups.reduce((total, group) => total + group[subject].met, 0);
    const all = groups.reduce((total, group) => total + group[subject].all, 0);
    return `${met} of ${all} ${subject}`;
  });
  console.log(`${name.padEnd(18)}${counts.map((text) => text.padEnd(22)).join('')}`.trimEnd());
}

const groups = compareWithFacts(readFacts());
const gaps = groups.flatMap((group) => group.gaps);
for (const group of groups) printLine(group.group, [group]);
printLine('all', groups);
console.log('\nParameters, fields and graphs are counted for the endpoints that exist. Missing:');
for (const gap of gaps) {
  const decision = findDecision(gap);
  console.log(decision === undefined ? `  ${gap}` : `  ${gap} - on purpose: ${decision}`);
}

if (process.argv.includes('--shrink')) {
  const known = readKnownGaps();
  const left = known.filter((gap) => gaps.includes(gap));
  writeKnownGaps(left);
  console.log(`\n${known.length - left.length} gaps are closed and off the list; ${left.length} are known.`);
}
if (process.connected) process.disconnect?.();
