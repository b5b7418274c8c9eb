/** From rows to tasks and back. */
import type { JsonValue, Subtask, Task } from '@openocp/engine';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';
import { SharedTexts } from './shared-texts.ts';
import { readWaits, type WaitRows, waitOf } from './subtask-waits.ts';
import type { SubtaskTable, TaskTable } from './tables/task-tables.ts';

type TaskRow = Selectable<TaskTable> & { is_queued: unknown };
type SubtaskRow = Selectable<SubtaskTable>;

const jsonObject = z.record(z.string(), z.custom<JsonValue>());
const annotationMap = z.record(z.string(), z.string());
const names = z.array(z.string());
const steps = z.array(z.int());

/** How often a task is read again because it changed while its parts were read. */
const mostReads = 5;

/**
 * Reads tasks with their subtasks, each as it was at one moment, in the order of `ids`. No transaction: on a shared
 * database that would be one more round trip, and on SQLite it would queue behind writers.
 */
export async function readTasks(db: Kysely<Database>, ids: readonly number[]): Promise<Task[]> {
  const tasks = new Map<number, Task>();
  let missing = [...ids];
  for (let read = 1; missing.length > 0; read += 1) {
    const rows = await listKept(db, 'tasks', missing, (...ids) => selectTasks(db, ids));
    const subtasks = await listKept(db, 'subtasks', missing, (...ids) => selectSubtasks(db, ids));
    const running = rows.filter(({ status }) => status === 'RUNNING').map(({ id }) => id);
    const waits = await readWaits(db, running);
    const after = await listKept(db, 'revisions of tasks', missing, (...ids) =>
      db.selectFrom('task').select(['id', 'revision']).where('id', 'in', ids),
    );
    const revisions = new Map(after.map((row) => [row.id, row.revision]));
    const byTask = Map.groupBy(subtasks, (row) => row.task_id);
    missing = [];
    for (const row of rows) {
      const isTorn = revisions.get(row.id) !== row.revision;
      if (isTorn && read < mostReads) missing.push(row.id);
      else tasks.set(row.id, taskOf(row, byTask.get(row.id) ?? [], waits));
    }
  }
  return ids.flatMap((id) => tasks.get(id) ?? []);
}

function selectTasks(db: Kysely<Database>, ids: readonly number[]) {
  return db
    .selectFrom('task')
    .selectAll()
    .select((eb) => [
      eb
        .exists(eb.selectFrom('claim_queue').select('claim').whereRef('claim_queue.task_id', '=', 'task.id'))
        .as('is_queued'),
    ])
    .where('id', 'in', ids);
}

function selectSubtasks(db: Kysely<Database>, ids: readonly number[]) {
  return db.selectFrom('subtask').selectAll().where('task_id', 'in', ids).orderBy('task_id').orderBy('step');
}

const texts = new SharedTexts();
const share = <T extends string>(text: T): T => texts.share(text);
const noAnnotations = {};
const none: readonly number[] = [];

/** What `JSON.parse` gives is JSON; no schema need walk through it once more. */
function parseJson(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

export function parseAttributes(text: string): Record<string, JsonValue> {
  return jsonObject.parse(JSON.parse(text));
}

function taskOf(row: TaskRow, subtaskRows: readonly SubtaskRow[], waits: WaitRows): Task {
  return {
    id: row.id,
    definition: share(row.definition),
    name: share(row.name),
    parameters: parseJson(row.parameters_json),
    attributes: parseAttributes(row.attributes_json),
    submitter: { id: row.submitter_id, name: share(row.submitter_name) },
    status: share(row.status),
    operation: share(row.operation),
    prohibitRollback: row.prohibit_rollback !== 0,
    claims: names.parse(JSON.parse(row.claims_json)),
    isQueued: Number(row.is_queued) === 1,
    fence: row.fence,
    owner: row.owner === null ? undefined : share(row.owner),
    createTime: row.create_time,
    startTime: row.start_time ?? undefined,
    finishTime: row.finish_time ?? undefined,
    subtasks: subtasksOf(subtaskRows, waits),
  };
}

function subtasksOf(rows: readonly SubtaskRow[], waits: WaitRows): Subtask[] {
  const idOfStep = new Map(rows.map((row) => [row.step, row.id]));
  const downstreams = new Map<number, number[]>();
  const parsed = rows.map((row) => {
    const before = upstreamSteps(row.upstream_steps_json);
    const upstreams = before.length === 0 ? none : before.map((step) => idOfStep.get(step) ?? 0);
    for (const upstream of upstreams) {
      const known = downstreams.get(upstream);
      if (known === undefined) downstreams.set(upstream, [row.id]);
      else known.push(row.id);
    }
    return { row, upstreams };
  });
  return parsed.map(({ row, upstreams }) =>
    subtaskOf(row, upstreams, downstreams.get(row.id) ?? none, waits),
  );
}

/** There are as many texts as ways to follow other steps; ten thousand tasks have them again and again. */
const knownSteps = new Map<string, readonly number[]>([['[]', none]]);
const mostKnownSteps = 1000;

function upstreamSteps(text: string): readonly number[] {
  const known = knownSteps.get(text);
  if (known !== undefined) return known;
  const parsed = steps.parse(JSON.parse(text));
  if (knownSteps.size < mostKnownSteps) knownSteps.set(text, parsed);
  return parsed;
}

function subtaskOf(
  row: SubtaskRow,
  upstreams: readonly number[],
  downstreams: readonly number[],
  waits: WaitRows,
): Subtask {
  return {
    id: row.id,
    step: row.step,
    name: share(row.name),
    parallelIdx: row.parallel_idx,
    timeoutMs: row.timeout_ms,
    prohibitRollback: row.prohibit_rollback !== 0,
    prohibitSkip: row.prohibit_skip !== 0,
    upstreams,
    downstreams,
    status: share(row.status),
    operation: share(row.operation),
    mode: share(row.mode),
    attempt: row.attempt,
    result: row.result_json === null ? undefined : parseJson(row.result_json),
    annotations:
      row.annotations_json === null ? noAnnotations : annotationMap.parse(JSON.parse(row.annotations_json)),
    failure: row.failure ?? undefined,
    waitingFor: waitOf(row, waits),
    createTime: row.create_time,
    startTime: row.start_time ?? undefined,
    finishTime: row.finish_time ?? undefined,
    executor: row.executor === null ? undefined : share(row.executor),
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
