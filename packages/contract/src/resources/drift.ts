/** Where something is not as this control plane left it. Additive: OCP has nothing of the kind. */
import { z } from 'zod';
import { messageText } from '../words/word-fields.ts';

export const driftKinds = [
  'STOPPED_ELSEWHERE',
  'STARTED_ELSEWHERE',
  'PROCESS_GONE',
  'PROCESS_RESTARTED',
  'ADDED_ELSEWHERE',
  'REMOVED_ELSEWHERE',
  'PASSWORD_CHANGED',
] as const;

export const drift = z
  .object({
    kind: z.enum(driftKinds),
    evidence: messageText,
    remedy: messageText,
  })
  .meta({ id: 'Drift' });
export type DriftView = z.input<typeof drift>;

export const driftList = z
  .array(drift)
  .meta({ description: 'Changes that were not made from here; shown, and never undone by itself' });

export const unavailableOperations = z
  .record(z.string(), messageText)
  .meta({ description: 'Why each of the other operations is not available now' });
