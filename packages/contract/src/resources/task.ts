/**
 * A task as the API shows it. OCP has shown tasks in several generations; where they disagree the first one wins
 * (`cluster` and `creator` as objects, `context` as text, `tasks`), and the later fields stand beside it.
 */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { messageText, nameText } from '../words/word-fields.ts';
import { clusterType } from './ob-cluster.ts';

export const taskStatuses = ['RUNNING', 'FAILED', 'SUCCESSFUL'] as const;
/** `SYS_ONECE` is OCP's spelling. */
export const taskTypes = ['MANUAL', 'SYS_ONECE', 'SCHEDULED', 'SYS_SCHEDULED'] as const;
export const taskStatus = z.enum(taskStatuses);
export const taskType = z.enum(taskTypes);
export const taskOperation = z.enum(['EXECUTE', 'RETRY', 'ROLLBACK', 'SKIP', 'CANCEL']);
export const subtaskStatus = z.enum(['PENDING', 'READY', 'RUNNING', 'CANCELING', 'FAILED', 'SUCCESSFUL']);
export const subtaskOperation = z.enum([...taskOperation.options, 'ROLLBACK_SKIP']);

export const namedRef = z.object({ id: z.int(), name: z.string() });

export const taskCluster = namedRef.extend({ obClusterId: z.int(), type: clusterType.optional() });

const taskTenant = namedRef.extend({ obTenantId: z.int(), mode: z.enum(['ORACLE', 'MYSQL']) });

/** What may be done with a task, or with a subtask, in its present state. */
const taskAction = z.enum(['RETRY', 'ROLLBACK', 'RELEASE', 'PAUSE', 'RESUME', 'ABORT']);
const subtaskAction = z.enum(['RETRY', 'SKIP', 'CANCEL']);
export type TaskAction = z.infer<typeof taskAction>;
export type SubtaskAction = z.infer<typeof subtaskAction>;

export const waitingFor = z
  .object({
    what: messageText,
    since: dateTime,
    until: dateTime.meta({ description: 'When it gives up' }),
    evidence: messageText.meta({ description: 'What was seen at the last look' }),
  })
  .meta({ description: 'What a running subtask waits for; absent while it does not wait' });

/** The form of a subtask in lists. */
export const basicSubtask = z
  .object({
    id: z.int(),
    name: nameText,
    description: nameText,
    status: subtaskStatus,
    operation: subtaskOperation,
  })
  .meta({ id: 'BasicSubtask' });

/** The form of OCP's first generation, under `tasks`. */
export const linkedSubtask = basicSubtask
  .extend({ upstreams: z.array(z.int()), downstreams: z.array(z.int()) })
  .meta({ id: 'LinkedSubtask' });
export type LinkedSubtask = z.input<typeof linkedSubtask>;

/** The full form, under `subtasks`. */
export const fullSubtask = linkedSubtask
  .extend({
    taskId: z.int(),
    /** An ordinal; the order of work is in `upstreams` and `downstreams` alone. */
    seriesId: z.int(),
    nodeType: z.string(),
    /** Position among its parallel twins, -1 when it is the only one. */
    parallelIdx: z.int(),
    /** Attempts begun, at least 1. */
    runTime: z.int(),
    /** Seconds. */
    timeout: z.int(),
    prohibitRollback: z.boolean(),
    prohibitSkip: z.boolean(),
    createTime: dateTime,
    startTime: dateTime.optional(),
    finishTime: dateTime.optional(),
    /** The instance that ran it last. */
    executor: z.string().optional(),
    /** Why the last attempt failed. */
    failure: messageText.optional(),
    waitingFor: waitingFor.optional(),
    availableOperations: z
      .array(subtaskAction)
      .meta({ description: 'What may be done with this subtask in its present state' }),
  })
  .meta({ id: 'Subtask' });
export type FullSubtask = z.input<typeof fullSubtask>;

export const contextMap = z.object({
  stringMap: z.record(z.string(), z.string()),
  listMap: z.record(z.string(), z.array(z.string())),
  parallel: z.boolean(),
  parallelIdx: z.int(),
});
export type ContextMap = z.input<typeof contextMap>;

const taskHead = {
  id: z.int(),
  name: nameText,
  status: taskStatus,
  operation: taskOperation,
  type: taskType,
  taskDefinitionId: z.int(),
  creator: namedRef,
  clusterId: z.int().optional(),
  cluster: taskCluster.optional(),
  tenantId: z.int().optional(),
  tenant: taskTenant.optional(),
  hostId: z.int().optional(),
  prohibitRollback: z.boolean(),
  /** True while it waits for its cluster and nothing of it has begun; its first subtask says who is in its way. */
  queued: z.boolean().optional(),
  /** The instance that runs it, or ran it last. */
  executor: z.string().optional(),
  createTime: dateTime,
  startTime: dateTime.optional(),
  finishTime: dateTime.optional(),
};

export const basicTask = z.object({ ...taskHead, subtasks: z.array(basicSubtask) }).meta({ id: 'BasicTask' });
export type BasicTask = z.input<typeof basicTask>;

export const task = z
  .object({
    ...taskHead,
    /** `Context(parallelIdx=-1, stringMap={...}, listMap={...})` */
    context: z.string(),
    /** The same as `context`, for programs. */
    contextMap,
    availableOperations: z
      .array(taskAction)
      .meta({ description: 'What may be done with this task in its present state' }),
    tasks: z.array(linkedSubtask),
    subtasks: z.array(fullSubtask),
  })
  .meta({ id: 'Task' });
export type TaskView = z.input<typeof task>;
