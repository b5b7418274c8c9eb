import type { Message } from '../messages.ts';
import type { Translated } from '../placeholders.ts';
import { agentTexts } from './messages/agents.ts';
import { appTexts } from './messages/app.ts';
import { engineTexts } from './messages/engine.ts';
import { inputTexts } from './messages/input.ts';
import { operationTexts } from './messages/operations.ts';
import { planningTexts } from './messages/planning.ts';

const texts = {
  ...operationTexts,
  ...planningTexts,
  ...appTexts,
  ...agentTexts,
  ...engineTexts,
  ...inputTexts,
} as const satisfies Record<Message, string>;

export const messages: Translated<{ readonly [Text in Message]: Text }, typeof texts> = texts;
