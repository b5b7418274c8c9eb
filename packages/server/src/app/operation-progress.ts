/**
 * Which unfinished operation holds a cluster, how far it is, and who waits behind it: what the statuses and the locks shown
 * by the API rest on.
 */
import type { ClaimHolder, Task } from '@openocp/engine';
import { z } from 'zod';
import { isPassed } from '../domain/passed-step.ts';
import type { Holder, OperationProgress } from '../planning/operation-phase.ts';
import { findBatchInProgress } from '../planning/rolling-progress.ts';
import type { ClaimingTask } from '../store/task-list.ts';

const subjects = z.object({
  clusterId: z.int().optional(),
  serverIds: z.array(z.int()).default([]),
  zoneNames: z.array(z.string()).default([]),
});

/** What the metadata store tells; every instance sees the same. */
export interface ProgressSource {
  /** Unfinished tasks that hold one of the claims or wait for it, oldest first. */
  listTasksByClaims(claims: readonly string[]): Promise<readonly ClaimingTask[]>;
}

export type ListProgress = (clusterIds: readonly number[]) => Promise<ReadonlyMap<number, OperationProgress>>;

export function createListProgress(
  source: ProgressSource,
  claimOf: (clusterId: number) => string,
): ListProgress {
  return async (clusterIds) => {
    const found = new Map<number, OperationProgress>();
    if (clusterIds.length === 0) return found;
    const claiming = await source.listTasksByClaims(clusterIds.map(claimOf));
    const byCluster = Map.groupBy(
      claiming,
      ({ task }) => subjects.safeParse(task.attributes).data?.clusterId,
    );
    for (const [clusterId, members] of byCluster) {
      const held = members.find(({ task }) => !task.isQueued);
      if (clusterId === undefined || held === undefined) continue;
      const queue = members
        .filter(({ task }) => task.isQueued)
        .map(({ task, since }) => holderOf(task, since));
      found.set(clusterId, deriveProgress(held, queue));
    }
    return found;
  };
}

const rolling = z.object({
  batches: z.array(z.object({ zoneName: z.string(), serverIds: z.array(z.int()) })),
});

/** Of a rolling operation only the batch that is down; of every other all that it works on. */
function deriveSubjects(task: Task, holder: Holder): Pick<OperationProgress, 'serverIds' | 'zoneNames'> {
  const { batches } = rolling.safeParse(task.parameters).data ?? {};
  if (batches === undefined) return holder;
  const steps = task.subtasks
    .toSorted((a, b) => a.step - b.step)
    .map(({ name, status, result }) => ({
      name,
      isDone: status === 'SUCCESSFUL',
      isPassed: isPassed(result),
    }));
  const batch = task.operation === 'ROLLBACK' ? undefined : findBatchInProgress(steps, batches);
  return { serverIds: batch?.serverIds ?? [], zoneNames: batch === undefined ? [] : [batch.zoneName] };
}

function deriveProgress({ task, since }: ClaimingTask, queue: readonly Holder[]): OperationProgress {
  const succeeded = task.subtasks.filter((subtask) => subtask.status === 'SUCCESSFUL');
  const holder = holderOf(task, since);
  const { serverIds, zoneNames } = deriveSubjects(task, holder);
  return {
    definition: task.definition,
    serverIds,
    zoneNames,
    rollingBack: task.operation === 'ROLLBACK',
    succeeded: new Set(succeeded.map((subtask) => subtask.name)),
    steps: new Set(task.subtasks.map((subtask) => subtask.name)),
    holder,
    queue,
  };
}

function holderOf({ id, name, status, submitter, attributes }: Task, since: number): Holder {
  return describeHolder({ taskId: id, taskName: name, taskStatus: status, submitter, attributes, since });
}

export function describeHolder(
  holder: Pick<ClaimHolder, 'taskId' | 'taskName' | 'taskStatus' | 'submitter' | 'attributes' | 'since'>,
): Holder {
  const { taskId, taskName, taskStatus, submitter, attributes, since } = holder;
  const { serverIds = [], zoneNames = [] } = subjects.safeParse(attributes).data ?? {};
  const status = taskStatus === 'FAILED' ? 'FAILED' : 'RUNNING';
  return { taskId, taskName, status, username: submitter.name, since, serverIds, zoneNames };
}
