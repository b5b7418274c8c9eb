/** Tells one who was away what it missed, read from the store page by page. */
import type { StreamItem } from '@openocp/contract';
import type { Engine, Task } from '@openocp/engine';
import type { EventFeed, FeedRange } from '../store/event-feed.ts';
import type { ServerStates } from './server-states.ts';
import { tellTask } from './task-changes.ts';
import { isFor, itemOf, type Listener, tellLine, tellServer, tellState } from './told.ts';

export interface MissedEventSources {
  readonly feed: EventFeed;
  readonly engine: Pick<Engine, 'fetchSettled'>;
  readonly servers: ServerStates;
  readonly offsetMinutes: number;
}

const linesPerPage = 200;

/**
 * @param after the last line that the listener has seen; 0 for one who wants to hear everything that is kept
 * @param upTo the last line that was told before it began to listen
 */
export async function* tellMissed(
  sources: MissedEventSources,
  listener: Listener,
  after: number,
  upTo: number,
): AsyncGenerator<StreamItem[], undefined> {
  // The line was removed with its task long ago, and others with theirs that nobody can tell of any more.
  const isKept = after === 0 || (await sources.feed.listByIds([after])).length > 0;
  if (!isKept) return yield* tellReset(sources.servers, listener, upTo);
  yield [{ id: after }, ...presentServers(sources.servers, listener)];
  const range = rangeOf(listener, upTo);
  // The line at `after` counts too: the state that followed it may have been lost with the connection.
  const lastLines = await sources.feed.listTasks({ ...range, after: after - 1 });
  for (const [taskId, lastId] of lastLines) {
    if (lastId === after) yield await presentTask(sources, taskId, upTo);
  }
  let position = after;
  for (;;) {
    const lines = await sources.feed.list({ ...range, after: position }, linesPerPage);
    const items: StreamItem[] = [];
    for (const line of lines) {
      const task = await sources.engine.fetchSettled(line.taskId);
      if (task !== undefined) items.push(tellLine(line, task, sources.offsetMinutes).item);
      if (lastLines.get(line.taskId) === line.id)
        items.push(...(await presentTask(sources, line.taskId, upTo)));
      position = line.id;
    }
    if (lines.length < linesPerPage) {
      yield [...items, { id: upTo }];
      return undefined;
    }
    yield items;
  }
}

/** For one who was away too long, or who names a place that is not in this sequence. */
export async function* tellReset(
  servers: ServerStates,
  listener: Listener,
  upTo: number,
): AsyncGenerator<StreamItem[], undefined> {
  const reason = 'Events are missing between your last one and this one; read again what you show.';
  yield [itemOf({ event: 'reset', data: { reason } }, upTo), ...presentServers(servers, listener)];
  return undefined;
}

export function hasEnded({ status }: Task): boolean {
  return status !== 'RUNNING';
}

function presentServers(servers: ServerStates, listener: Listener): StreamItem[] {
  const all = servers.known.map(tellServer);
  return all.filter((told) => isFor(listener, told)).map(({ item }) => item);
}

async function presentTask(
  { engine, feed, offsetMinutes }: MissedEventSources,
  taskId: number,
  upTo: number,
): Promise<StreamItem[]> {
  const task = await engine.fetchSettled(taskId);
  if (task === undefined) return [];
  // Its last lines, and its end behind them, are told to all listeners together.
  if (hasEnded(task) && (await feed.listTasks({ taskId, after: upTo })).size > 0) return [];
  return tellTask(task, offsetMinutes).map((event) => tellState(event, task).item);
}

function rangeOf({ clusterId, taskId }: Listener, upTo: number): Omit<FeedRange, 'after'> {
  return {
    upTo,
    ...(taskId === undefined ? {} : { taskId }),
    ...(clusterId === undefined ? {} : { clusterId }),
  };
}
