/**
 * The mutants whose catchers need no servers are really caught; `npm run test:mutants` tries all of them. A test that was moved
 * to another file would otherwise leave its guard to nobody.
 */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isCaught } from '../mutants/catching.ts';
import { invariantMutants } from '../mutants/mutants.ts';
import { SourceCopy } from '../mutants/source-copy.ts';

const copy = new SourceCopy(join(import.meta.dirname, '..', '..'));

afterAll(() => copy.remove());

const quick = invariantMutants.filter(
  ({ catcher }) => catcher.file.startsWith('packages/') && catcher.name === undefined,
);

it.each(quick)('$invariant: $what', (mutant) => {
  expect(isCaught(copy, mutant)).toBe(true);
});
