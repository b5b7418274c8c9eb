/** `openocp task list|show|log|follow|retry|skip|cancel|rollback|pause|resume|abort`. */
import type { Command } from 'commander';
import { z } from 'zod';
import { pageOf, type Subtask, subtaskLog, type Task, taskHead } from '../answers.ts';
import { CliFailure } from '../failure.ts';
import { findCluster } from '../find-objects.ts';
import { fetchTask, hasEnded } from '../follow-task.ts';
import { followToEnd, followUnlessTold } from '../run-operation.ts';
import type { Outside, Session, SessionOptions } from '../session.ts';
import { renderTask, renderTasks } from '../task-tables.ts';
import {
  act,
  addFollowOption,
  addSessionOptions,
  choice,
  collect,
  positiveInteger,
} from './common-options.ts';

interface ListFlags extends SessionOptions {
  readonly status?: readonly string[];
  readonly name?: string;
  readonly page: number;
  readonly size: number;
}

interface FollowFlags extends SessionOptions {
  readonly follow: boolean;
}

const path = (taskId: number) => `/api/v2/tasks/instances/${taskId}`;

async function listTasks(session: Session, { status = [], name, page, size }: ListFlags): Promise<void> {
  const { client, terminal, cluster } = session;
  const query = new URLSearchParams({ page: String(page), size: String(size) });
  if (status.length > 0) query.set('status', status.map((each) => each.toUpperCase()).join(','));
  if (name !== undefined) query.set('name', name);
  if (cluster !== undefined) query.set('clusterId', String((await findCluster(client, cluster)).id));
  const { value, raw } = await client.get(pageOf(taskHead), `/api/v2/tasks/instances?${query.toString()}`);
  session.show(raw, () => renderTasks(value.contents, value.page.totalElements, terminal.paint));
}

async function showTask(session: Session, taskId: number): Promise<void> {
  const { value, raw } = await fetchTask(session.client, taskId);
  session.show(raw, () => renderTask(value, session.terminal.paint));
}

/** @param asked id or name; without it the only one that can be meant */
function chooseSubtask(
  task: Task,
  asked: string | undefined,
  isMeant: (subtask: Subtask) => boolean,
): Subtask {
  const found = task.subtasks.filter((each) =>
    asked === undefined ? isMeant(each) : String(each.id) === asked || each.name === asked,
  );
  const [first, second] = found;
  const all = task.subtasks.map(({ id, name, status }) => `${id} ${name} (${status})`).join(', ');
  if (first === undefined)
    throw new CliFailure(
      'missing',
      asked === undefined
        ? `Task ${task.id} (${task.status}) has no subtask that this could be for. Subtasks: ${all}.`
        : `Task ${task.id} has no subtask ${asked}. Subtasks: ${all}.`,
    );
  if (second === undefined) return first;
  const names = found.map(({ id, name }) => `${id} ${name}`).join(', ');
  throw new CliFailure('usage', `Several subtasks of task ${task.id} can be meant; name one: ${names}.`);
}

async function showLog(session: Session, taskId: number, asked: string | undefined): Promise<void> {
  const { value: task } = await fetchTask(session.client, taskId);
  const { id } = chooseSubtask(task, asked, ({ status }) => status === 'FAILED' || status === 'RUNNING');
  const { value, raw } = await session.client.get(subtaskLog, `${path(taskId)}/subtasks/${id}/log`);
  session.show(raw, () => value.log.trimEnd());
}

async function commandTask(
  session: Session,
  taskId: number,
  verb: string,
  flags: FollowFlags,
): Promise<void> {
  await session.client.post(z.unknown(), `${path(taskId)}/${verb}`, {});
  await followUnlessTold(session, await fetchTask(session.client, taskId), flags);
}

/** Skip, cancel and retry of one subtask; what follows from it is seen by following the task. */
async function commandSubtask(
  session: Session,
  taskId: number,
  asked: string | undefined,
  verb: 'skip' | 'cancel' | 'retry',
): Promise<Subtask> {
  const { value: task } = await fetchTask(session.client, taskId);
  const offer = verb.toUpperCase();
  const found = chooseSubtask(task, asked, ({ availableOperations }) =>
    (availableOperations ?? []).includes(offer),
  );
  await session.client.post(z.unknown(), `${path(taskId)}/subtasks/${found.id}/${verb}`, {});
  return found;
}

async function cancel(session: Session, taskId: number, asked: string | undefined): Promise<void> {
  const { name } = await commandSubtask(session, taskId, asked, 'cancel');
  // It ends as failed, which is what was asked for, and no failure of this command.
  const task = await fetchTask(session.client, taskId);
  const how = hasEnded(task.value) ? task.value.status : 'ending';
  session.show(
    task.raw,
    () =>
      `Subtask ${name} of task ${taskId} was told to end; the task is ${how}. Then retry, skip or roll it back: openocp task show ${taskId}`,
  );
}

/** Adds the commands below `openocp task`. */
export function addTaskCommands(parent: Command, outside: Outside): void {
  const child = (name: string, description: string) =>
    addSessionOptions(parent.command(name).description(description), false);
  const ofTask = (name: string, description: string) =>
    child(name, description).argument('<task>', 'id of the task', positiveInteger);
  const subtaskArgument = [
    '[subtask]',
    'id or name of the subtask; needed when several can be meant',
  ] as const;

  const list = addSessionOptions(parent.command('list').description('list tasks, the newest first'), true)
    .addOption(
      choice('--status <status>', 'only tasks in this state; may be repeated', [
        'running',
        'failed',
        'successful',
      ]).argParser(collect),
    )
    .option('--name <text>', 'only tasks with this in their name')
    .option('--page <n>', 'page, from 1', positiveInteger, 1)
    .option('--size <n>', 'tasks of a page', positiveInteger, 20);
  act<ListFlags, []>(list, outside, listTasks);

  act<SessionOptions, [number]>(
    ofTask('show', 'show a task with its subtasks'),
    outside,
    (session, _flags, taskId) => showTask(session, taskId),
  );
  act<SessionOptions, [number, string | undefined]>(
    ofTask('log', 'print the log of a subtask, also while it runs').argument(...subtaskArgument),
    outside,
    (session, _flags, taskId, subtask) => showLog(session, taskId, subtask),
  );
  act<SessionOptions, [number]>(
    ofTask('follow', 'follow a task to its end; Ctrl-C leaves it running'),
    outside,
    async (session, _flags, taskId) => {
      // A wrong number or address is told at once; from then on a lost connection is waited for.
      await fetchTask(session.client, taskId);
      await followToEnd(session, taskId);
    },
  );
  addTaskVerbs(ofTask, subtaskArgument, outside);
}

function addTaskVerbs(
  ofTask: (name: string, description: string) => Command,
  subtaskArgument: readonly [string, string],
  outside: Outside,
): void {
  act<FollowFlags, [number, string | undefined]>(
    addFollowOption(ofTask('retry', 'retry what failed, or one subtask')).argument(...subtaskArgument),
    outside,
    async (session, flags, taskId, subtask) => {
      if (subtask === undefined) return commandTask(session, taskId, 'retry', flags);
      await commandSubtask(session, taskId, subtask, 'retry');
      await followUnlessTold(session, await fetchTask(session.client, taskId), flags);
    },
  );
  act<FollowFlags, [number, string | undefined]>(
    addFollowOption(ofTask('skip', 'declare a failed subtask done without running it')).argument(
      ...subtaskArgument,
    ),
    outside,
    async (session, flags, taskId, subtask) => {
      await commandSubtask(session, taskId, subtask, 'skip');
      await followUnlessTold(session, await fetchTask(session.client, taskId), flags);
    },
  );
  act<SessionOptions, [number, string | undefined]>(
    ofTask('cancel', 'cancel a running subtask; it ends as failed, and the task with it').argument(
      ...subtaskArgument,
    ),
    outside,
    (session, _flags, taskId, subtask) => cancel(session, taskId, subtask),
  );
  const verbs = {
    rollback: 'undo everything that a failed task has done, the last first',
    pause: 'pause a task at its next boundary',
    resume: 'go on with a paused task',
    abort: 'end a task at its next boundary',
  } as const;
  for (const [verb, description] of Object.entries(verbs)) {
    act<FollowFlags, [number]>(
      addFollowOption(ofTask(verb, description)),
      outside,
      (session, flags, taskId) => commandTask(session, taskId, verb, flags),
    );
  }
}
