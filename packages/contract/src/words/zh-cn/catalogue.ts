/** The Chinese catalogue: complete by type, since each part has a text for every key of the English one. */
import { errors } from './errors.ts';
import { messages } from './messages.ts';
import { subtaskNames, taskNames } from './names.ts';

export const zhCn = { errors, messages, names: { ...taskNames, ...subtaskNames } } as const;
