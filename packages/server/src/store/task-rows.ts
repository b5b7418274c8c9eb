/** From rows to tasks and back. */
import type { JsonValue, Subtask, Task } from '@openocp/engine';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { Database } from './schema.ts';
import type { SubtaskTable, TaskTable } from './task-tables.ts';

type TaskRow = Selectable<TaskTable>;
type SubtaskRow = Selectable<SubtaskTable>;

const json = z.json();
const jsonObject = z.record(z.string(), json);
const annotationMap = z.record(z.string(), z.string());
const names = z.array(z.string());
const steps = z.array(z.int());

/** How often a task is read again because it changed while its parts were read. */
const mostReads = 5;
const tasksPerRead = 200;

/**
 * Reads tasks with their subtasks, each as it was at one moment, in the order of `ids`. No transaction: on a shared
 * database that would be one more round trip, and on SQLite it would queue behind writers.
 */
export async function readTasks(db: Kysely<Database>, ids: readonly number[]): Promise<Task[]> {
  const tasks = new Map<number, Task>();
  let missing = [...ids];
  for (let read = 1; missing.length > 0; read += 1) {
    const rows = await db.selectFrom('task').selectAll().where('id', 'in', missing).execute();
    const subtasks = await db
      .selectFrom('subtask')
      .selectAll()
      .where('task_id', 'in', missing)
      .orderBy('task_id')
      .orderBy('step')
      .execute();
    const after = await db.selectFrom('task').select(['id', 'revision']).where('id', 'in', missing).execute();
    const revisions = new Map(after.map((row) => [row.id, row.revision]));
    const byTask = Map.groupBy(subtasks, (row) => row.task_id);
    missing = [];
    for (const row of rows) {
      const isTorn = revisions.get(row.id) !== row.revision;
      if (isTorn && read < mostReads) missing.push(row.id);
      else tasks.set(row.id, taskOf(row, byTask.get(row.id) ?? []));
    }
  }
  return ids.flatMap((id) => tasks.get(id) ?? []);
}

/**
 * Reads single tasks, those that are asked for in the same turn together: after a restart thousands of tasks change hands
 * at once.
 */
export class TaskReader {
  readonly #db: Kysely<Database>;
  #next: { readonly ids: Set<number>; readonly tasks: Promise<Map<number, Task>> } | undefined;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async fetch(taskId: number): Promise<Task | undefined> {
    this.#next ??= this.#gather();
    const { ids, tasks } = this.#next;
    ids.add(taskId);
    return (await tasks).get(taskId);
  }

  #gather(): { ids: Set<number>; tasks: Promise<Map<number, Task>> } {
    const ids = new Set<number>();
    const read = async (): Promise<Map<number, Task>> => {
      await new Promise((resolve) => setImmediate(resolve));
      this.#next = undefined;
      const tasks = new Map<number, Task>();
      const wanted = [...ids];
      for (let first = 0; first < wanted.length; first += tasksPerRead) {
        const chunk = await readTasks(this.#db, wanted.slice(first, first + tasksPerRead));
        for (const task of chunk) tasks.set(task.id, task);
      }
      return tasks;
    };
    return { ids, tasks: read() };
  }
}

function taskOf(row: TaskRow, subtaskRows: readonly SubtaskRow[]): Task {
  return {
    id: row.id,
    definition: row.definition,
    name: row.name,
    parameters: json.parse(JSON.parse(row.parameters_json)),
    attributes: jsonObject.parse(JSON.parse(row.attributes_json)),
    submitter: { id: row.submitter_id, name: row.submitter_name },
    status: row.status,
    operation: row.operation,
    prohibitRollback: row.prohibit_rollback !== 0,
    claims: names.parse(JSON.parse(row.claims_json)),
    fence: row.fence,
    owner: row.owner ?? undefined,
    createTime: row.create_time,
    startTime: row.start_time ?? undefined,
    finishTime: row.finish_time ?? undefined,
    subtasks: subtasksOf(subtaskRows),
  };
}

function subtasksOf(rows: readonly SubtaskRow[]): Subtask[] {
  const idOfStep = new Map(rows.map((row) => [row.step, row.id]));
  const downstreams = new Map<number, number[]>();
  const parsed = rows.map((row) => {
    const upstreams = steps.parse(JSON.parse(row.upstream_steps_json)).map((step) => idOfStep.get(step) ?? 0);
    for (const upstream of upstreams) {
      const known = downstreams.get(upstream);
      if (known === undefined) downstreams.set(upstream, [row.id]);
      else known.push(row.id);
    }
    return { row, upstreams };
  });
  return parsed.map(({ row, upstreams }) => subtaskOf(row, upstreams, downstreams.get(row.id) ?? []));
}

function subtaskOf(row: SubtaskRow, upstreams: readonly number[], downstreams: readonly number[]): Subtask {
  return {
    id: row.id,
    step: row.step,
    name: row.name,
    parallelIdx: row.parallel_idx,
    timeoutMs: row.timeout_ms,
    prohibitRollback: row.prohibit_rollback !== 0,
    prohibitSkip: row.prohibit_skip !== 0,
    upstreams,
    downstreams,
    status: row.status,
    operation: row.operation,
    mode: row.mode,
    attempt: row.attempt,
    result: row.result_json === null ? undefined : json.parse(JSON.parse(row.result_json)),
    annotations: row.annotations_json === null ? {} : annotationMap.parse(JSON.parse(row.annotations_json)),
    failure: row.failure ?? undefined,
    waitingFor: undefined,
    createTime: row.create_time,
    startTime: row.start_time ?? undefined,
    finishTime: row.finish_time ?? undefined,
    executor: row.executor ?? undefined,
  };
}

/** Ids that the product wants to list by, when the submitter gave them. */
export function listingColumns(attributes: Readonly<Record<string, JsonValue>>) {
  const id = (key: string): number | null => {
    const value = attributes[key];
    return Number.isSafeInteger(value) ? (value as number) : null;
  };
  const { clusterName } = attributes;
  return {
    cluster_id: id('clusterId'),
    cluster_name: typeof clusterName === 'string' ? clusterName.slice(0, 255) : null,
    tenant_id: id('tenantId'),
    host_id: id('hostId'),
  };
}
