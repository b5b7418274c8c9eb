/**
 * Follows a task to its end: by the stream of events, or by asking every second where there is none (an older control
 * plane, or a user who may read this task and not all of them). A broken connection is made again and resumes where it
 * broke; the task itself knows nothing of who follows it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { subtask, type Task, task, taskHead } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { readEvents, type SentEvent } from './event-stream.ts';
import { ApiFailure, CliFailure } from './failure.ts';

export interface FollowOptions {
  /** Aborted when the person has seen enough. */
  readonly signal: AbortSignal;
  /** Called with every new state, the first and the last one too. */
  readonly onState: (task: Task) => void;
  /** Told that the connection was lost, once each time. */
  readonly onTrouble: (message: string) => void;
  /** How long a control plane may be away before this gives up. */
  readonly giveUpMs?: number;
}

const defaultGiveUpMs = 120_000;
const pollMs = 1_000;
const againMs = 500;
/** The stream shows life every few seconds; a connection that is silent for longer is dead. */
const silenceMs = 30_000;

const ends: ReadonlySet<string> = new Set(['SUCCESSFUL', 'FAILED', 'PAUSED']);

export const hasEnded = ({ status }: { readonly status: string }) => ends.has(status);

export async function fetchTask(client: ApiClient, taskId: number) {
  return client.get(task, `/api/v2/tasks/instances/${taskId}`);
}

/** @returns the task as it is when it has ended, or has been paused. @throws CliFailure */
export async function followTask(client: ApiClient, taskId: number, options: FollowOptions): Promise<Task> {
  let canStream = true;
  let lastEventId: string | undefined;
  let lostAt: number | undefined;
  for (;;) {
    try {
      const ended = canStream
        ? await followStream(client, taskId, options, lastEventId, (id) => {
            lastEventId = id ?? lastEventId;
            lostAt = undefined;
          })
        : await look(client, taskId, options);
      if (ended !== undefined) return ended;
      lostAt = undefined;
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof ApiFailure && canStream && isWithoutStream(error)) {
        canStream = false;
        continue;
      }
      lostAt = judgeLoss(error, lostAt, taskId, options);
    }
    await pause(canStream ? againMs : pollMs, undefined, { signal: options.signal });
  }
}

const isWithoutStream = ({ error }: ApiFailure) => [403, 404, 405].includes(error.httpStatus);

/** @returns since when the connection is lost. @throws what cannot get better, or has not for too long */
function judgeLoss(
  error: unknown,
  lostAt: number | undefined,
  taskId: number,
  { onTrouble, giveUpMs = defaultGiveUpMs }: FollowOptions,
): number {
  const isPassing =
    error instanceof ApiFailure
      ? error.error.httpStatus >= 500
      : error instanceof CliFailure
        ? error.kind === 'remote'
        : error instanceof TypeError || (error instanceof DOMException && error.name === 'AbortError');
  if (!isPassing) throw error;
  const now = performance.now();
  if (lostAt === undefined) {
    onTrouble(`The connection to the control plane was lost; trying again. Task ${taskId} does not need it.`);
    return now;
  }
  if (now - lostAt < giveUpMs) return lostAt;
  throw new CliFailure(
    'remote',
    `The control plane has not answered for ${Math.round(giveUpMs / 1000)} s. Task ${taskId} goes on when it is back; then: openocp task follow ${taskId}`,
    { cause: error },
  );
}

async function look(
  client: ApiClient,
  taskId: number,
  { onState }: FollowOptions,
): Promise<Task | undefined> {
  const { value } = await fetchTask(client, taskId);
  onState(value);
  return hasEnded(value) ? value : undefined;
}

/** One connection: subscribes first and then looks, so that nothing falls in between. */
async function followStream(
  client: ApiClient,
  taskId: number,
  options: FollowOptions,
  lastEventId: string | undefined,
  onPlace: (id: string | undefined) => void,
): Promise<Task | undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const signal = AbortSignal.any([options.signal, silence.signal]);
    const { body } = await client.open(`/api/v2/events?taskId=${taskId}`, headers, signal);
    // Taken at once: fetch cancels a body that nobody reads as soon as its response is collected.
    const parts = body?.values();
    let known = (await fetchTask(client, taskId)).value;
    options.onState(known);
    if (hasEnded(known) || parts === undefined) return hasEnded(known) ? known : undefined;
    for await (const sent of readEvents(parts, () => timer.refresh())) {
      onPlace(sent.id);
      const next = sent.event === 'reset' ? (await fetchTask(client, taskId)).value : applyEvent(known, sent);
      if (next === known) continue;
      known = next;
      // An event has the form of lists; the whole task says what can be done now.
      if (hasEnded(known)) return await look(client, taskId, options);
      options.onState(known);
    }
    return undefined;
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** @returns the same object when the event says nothing about this task */
function applyEvent(known: Task, { event, data }: SentEvent): Task {
  if (event === 'task') {
    const head = taskHead.safeParse(data);
    if (!head.success || head.data.id !== known.id) return known;
    return { ...known, status: head.data.status, operation: head.data.operation };
  }
  const changed = event === 'subtask' ? subtask.safeParse(data) : undefined;
  if (changed?.success !== true) return known;
  const index = known.subtasks.findIndex(({ id }) => id === changed.data.id);
  return index < 0 ? known : { ...known, subtasks: known.subtasks.with(index, changed.data) };
}
