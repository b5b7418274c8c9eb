/**
 * The context of a task: what it is about, as text maps. OCP shows it as a Java `toString`; clients read it, so the text
 * is exact. All values are strings.
 */
import type { ContextMap } from '@openocp/contract';
import type { Task } from '@openocp/engine';
import { z } from 'zod';

/**
 * What the product keeps in a task's `attributes`: ids to find the task by, and the context's display entries. No
 * secrets: it is answered to everyone who may read tasks.
 */
export const taskAttributes = z.object({
  clusterId: z.int().optional(),
  clusterName: z.string().optional(),
  obClusterId: z.int().optional(),
  tenantId: z.int().optional(),
  hostId: z.int().optional(),
  /** Absent for a task that a user asked for. */
  type: z.enum(['MANUAL', 'SYS_ONECE', 'SCHEDULED', 'SYS_SCHEDULED']).optional(),
  stringMap: z.record(z.string(), z.string()).optional(),
  listMap: z.record(z.string(), z.array(z.string())).optional(),
});
export type TaskAttributes = z.infer<typeof taskAttributes>;

/** What the submitter wrote, and over it what the subtasks found out, in the order of their steps. */
export function deriveContextMap(task: Task, attributes: TaskAttributes): ContextMap {
  const inOrder = [...task.subtasks].sort((a, b) => a.step - b.step);
  const layers = [attributes.stringMap ?? {}, ...inOrder.map((subtask) => subtask.annotations)];
  return {
    stringMap: Object.fromEntries(layers.flatMap((layer) => Object.entries(layer))),
    listMap: { ...attributes.listMap },
    parallel: false,
    parallelIdx: -1,
  };
}

function renderMap<Value>(map: Readonly<Record<string, Value>>, render: (value: Value) => string): string {
  return `{${Object.entries(map)
    .map(([key, value]) => `${key}=${render(value)}`)
    .join(', ')}}`;
}

/** `Context(parallelIdx=-1, stringMap={k=v, k=v}, listMap={k=[a, b]})` */
export function renderContext({ parallelIdx, stringMap, listMap }: ContextMap): string {
  const strings = renderMap(stringMap, (value) => value);
  const lists = renderMap(listMap, (values) => `[${values.join(', ')}]`);
  return `Context(parallelIdx=${parallelIdx}, stringMap=${strings}, listMap=${lists})`;
}
