/** The log of a subtask, or a part of it. OCP answers `log` alone; what a long log needs stands beside it. */
import { z } from 'zod';
import { logText } from '../words/word-fields.ts';

/** Most lines in one answer. */
export const MAX_LOG_LINES = 10_000;

export const subtaskLog = z
  .object({
    log: logText,
    offset: z.int().meta({ description: 'Number of lines of the log before the first one shown' }),
    lines: z.int().meta({ description: 'Number of lines shown' }),
    total: z.int().meta({ description: 'Number of lines of the whole log, at this moment' }),
    nextOffset: z.int().meta({ description: 'Where to read on, also later while the subtask runs' }),
  })
  .meta({ id: 'SubtaskLog' });
export type SubtaskLogView = z.input<typeof subtaskLog>;
