/** The mutants that check the tests are texts in sources: this keeps them true while the sources change. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attackMutants } from '../mutants/attack-mutants.ts';
import { invariantMutants } from '../mutants/mutants.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('every mutant', () => {
  it.each([...invariantMutants, ...attackMutants])('$invariant: $what', ({ patches, catcher }) => {
    for (const { file, text } of patches) {
      expect({ file, text, count: read(file).split(text).length - 1 }).toEqual({ file, text, count: 1 });
    }
    expect(existsSync(join(root, catcher.file))).toBe(true);
  });
});
