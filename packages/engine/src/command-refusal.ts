/** Refusals of commands as JSON, so that the instance that asked throws what the owner would have thrown. */
import { z } from 'zod';
import {
  EngineError,
  RollbackProhibited,
  SkipProhibited,
  SubtaskNotFound,
  SubtaskStateConflict,
  TaskStateConflict,
} from './engine-errors.ts';
import type { JsonValue } from './operation.ts';
import { subtaskOperations, subtaskStatuses, taskOperations, taskStatuses } from './task.ts';

const ids = { taskId: z.int(), subtaskId: z.int() };

const refusal = z.discriminatedUnion('name', [
  z.object({ name: z.literal('SubtaskNotFound'), ...ids }),
  z.object({
    name: z.literal('TaskStateConflict'),
    taskId: z.int(),
    status: z.enum(taskStatuses),
    operation: z.enum(taskOperations),
    command: z.string(),
  }),
  z.object({
    name: z.literal('SubtaskStateConflict'),
    ...ids,
    status: z.enum(subtaskStatuses),
    operation: z.enum(subtaskOperations),
    command: z.string(),
  }),
  z.object({ name: z.literal('RollbackProhibited'), taskId: z.int() }),
  z.object({ name: z.literal('SkipProhibited'), ...ids }),
]);

/** What is no refusal of the state machine, or is one of a program with other refusals than this one. */
const otherRefusal = z.looseObject({ message: z.string() });

export function encodeRefusal(error: unknown): JsonValue {
  const message = error instanceof Error ? error.message : String(error);
  const known = refusal.safeParse(error);
  return known.success ? { ...known.data, message } : { message };
}

export function decodeRefusal(stored: JsonValue): EngineError {
  const known = refusal.safeParse(stored);
  if (!known.success) {
    return new EngineError(otherRefusal.safeParse(stored).data?.message ?? 'The owner refused the command');
  }
  const { data } = known;
  switch (data.name) {
    case 'SubtaskNotFound':
      return new SubtaskNotFound(data.taskId, data.subtaskId);
    case 'TaskStateConflict':
      return new TaskStateConflict({ ...data, id: data.taskId }, data.command);
    case 'SubtaskStateConflict':
      return new SubtaskStateConflict(data.taskId, { ...data, id: data.subtaskId }, data.command);
    case 'RollbackProhibited':
      return new RollbackProhibited(data.taskId);
    case 'SkipProhibited':
      return new SkipProhibited(data.taskId, data.subtaskId);
  }
}
