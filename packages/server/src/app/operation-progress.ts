/** Which unfinished operation holds a cluster, and how far it is: what the statuses shown by the API rest on. */
import type { Task } from '@openocp/engine';
import { z } from 'zod';
import type { OperationProgress } from '../planning/operation-phase.ts';

const subjects = z.object({
  clusterId: z.int(),
  serverIds: z.array(z.int()).default([]),
  zoneNames: z.array(z.string()).default([]),
});

/** What the metadata store tells; every instance sees the same. */
export interface ProgressSource {
  /** Unfinished tasks that hold one of the claims. */
  listTasksByClaims(claims: readonly string[]): Promise<readonly Task[]>;
}

export type ListProgress = (clusterIds: readonly number[]) => Promise<ReadonlyMap<number, OperationProgress>>;

export function createListProgress(
  source: ProgressSource,
  claimOf: (clusterId: number) => string,
): ListProgress {
  return async (clusterIds) => {
    if (clusterIds.length === 0) return new Map();
    const tasks = await source.listTasksByClaims(clusterIds.map(claimOf));
    return new Map(
      tasks.flatMap((task) => {
        const parsed = subjects.safeParse(task.attributes);
        return parsed.success ? [[parsed.data.clusterId, deriveProgress(task, parsed.data)] as const] : [];
      }),
    );
  };
}

function deriveProgress(task: Task, { serverIds, zoneNames }: z.infer<typeof subjects>): OperationProgress {
  const succeeded = task.subtasks.filter((subtask) => subtask.status === 'SUCCESSFUL');
  return {
    definition: task.definition,
    serverIds,
    zoneNames,
    rollingBack: task.operation === 'ROLLBACK',
    succeeded: new Set(succeeded.map((subtask) => subtask.name)),
    steps: new Set(task.subtasks.map((subtask) => subtask.name)),
    holder: { taskId: task.id, taskName: task.name, username: task.submitter.name },
  };
}
