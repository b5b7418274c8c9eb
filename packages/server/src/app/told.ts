/** One event with what decides who hears it. */
import {
  formatDateTime,
  type LogEntry,
  permits,
  type ServerState,
  type StreamEvent,
  type StreamItem,
} from '@openocp/contract';
import type { Task } from '@openocp/engine';
import type { StoredLogLine } from '../store/task-list.ts';

export interface Told {
  readonly item: StreamItem;
  readonly event: StreamEvent['event'];
  readonly clusterId: number | undefined;
  /** Undefined for what concerns no task. */
  readonly taskId: number | undefined;
}

export interface Listener {
  readonly permissions: readonly string[];
  readonly clusterId: number | undefined;
  readonly taskId: number | undefined;
}

/** Who may listen at all may read all tasks; servers are read by cluster. */
export function isFor(listener: Listener, { event, clusterId, taskId }: Told): boolean {
  if (listener.taskId !== undefined && taskId !== listener.taskId) return false;
  if (listener.clusterId !== undefined && clusterId !== listener.clusterId) return false;
  return event !== 'server' || permits(listener.permissions, `CLUSTER:${clusterId}:READ`);
}

export function tellLine(line: StoredLogLine, task: Task, offsetMinutes: number): Told {
  const { taskId, subtaskId, attempt, operation, level, text } = line;
  const time = formatDateTime(line.time, offsetMinutes);
  const data: LogEntry = { taskId, subtaskId, attempt, operation, level, time, text };
  return { ...about(task), event: 'log', item: itemOf({ event: 'log', data }, line.id) };
}

export function tellState(event: StreamEvent, task: Task): Told {
  return { ...about(task), event: event.event, item: itemOf(event) };
}

export function tellServer(data: ServerState): Told {
  const event = 'server';
  return { event, clusterId: data.clusterId, taskId: undefined, item: itemOf({ event, data }) };
}

export function itemOf({ event, data }: StreamEvent, id?: number): StreamItem {
  return { event, json: JSON.stringify(data), ...(id === undefined ? {} : { id }) };
}

function about({ id, attributes }: Task): Pick<Told, 'clusterId' | 'taskId'> {
  const { clusterId } = attributes;
  return { taskId: id, clusterId: typeof clusterId === 'number' ? clusterId : undefined };
}
