import { agentMessages } from './messages/agents.ts';
import { appMessages } from './messages/app.ts';
import { engineMessages } from './messages/engine.ts';
import { inputMessages } from './messages/input.ts';
import { operationMessages } from './messages/operations.ts';
import { planningMessages } from './messages/planning.ts';

/**
 * Messages of checks, waits, logs and refusals, in English, with a place for everything that varies. A message is stored as
 * the text it became; to translate it, its template is found again (`find-template.ts`). Each part holds those of one area.
 */
export const messages = [
  ...operationMessages,
  ...planningMessages,
  ...appMessages,
  ...agentMessages,
  ...engineMessages,
  ...inputMessages,
] as const;

export type Message = (typeof messages)[number];
