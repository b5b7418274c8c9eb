/** The part of an operation's parameters that lets it go past checks: which, who asked, and why. It holds for one task. */
import type { StepContext } from '@openocp/engine';
import { z } from 'zod';
import type { Override } from '../planning/check.ts';

/** Tasks of before named overrides know `force` only. */
export const overrideShape = {
  force: z.boolean(),
  override: z.array(z.string()).default([]),
  reason: z.string().default(''),
  by: z.string().default(''),
};

export interface OverrideInput {
  readonly force: boolean;
  readonly override: readonly string[];
  readonly reason: string;
  readonly by: string;
}

export const nothingOverridden: OverrideInput = { force: false, override: [], reason: '', by: '' };

export function overrideOf({ force, override }: OverrideInput): Override {
  return { force, names: override };
}

/** Writes down what an override went past, for the log of the step and the context of the task. */
export function recordOverride(
  context: StepContext,
  { by, reason }: Pick<OverrideInput, 'by' | 'reason'>,
  names: readonly string[],
  key: 'overridden_checks' | 'overridden_before_kill' | 'overridden_guard' = 'overridden_checks',
): void {
  const who = by === '' ? '' : `, asked for by ${by}`;
  const why = reason === '' ? '' : `, because: ${reason}`;
  context.log.warn(`Forced past the checks: ${names.join(', ')}${who}${why}.`);
  context.annotate({
    [key]: names.join(' '),
    ...(by === '' ? {} : { overridden_by: by }),
    ...(reason === '' ? {} : { override_reason: reason }),
  });
}
