/** What a person can ask of a task. As a schema, because a command may travel through the store to another instance. */
import { z } from 'zod';

const by = z.string().exactOptional();

export const taskCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['retry-task', 'rollback-task', 'release-task']), by }),
  z.object({ kind: z.enum(['retry-subtask', 'skip-subtask', 'cancel-subtask']), subtaskId: z.int(), by }),
]);
export type TaskCommand = Readonly<z.infer<typeof taskCommand>>;
