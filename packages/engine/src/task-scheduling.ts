/** The part of the state machine that moves by itself: which subtasks start now, and how the task ends. */

import type { Subtask } from './task.ts';
import type { StepTraits, TaskDraft } from './task-draft.ts';
import type { SubtaskChange } from './task-store.ts';

/** Statuses of a subtask that will change again without anybody's help. */
const liveStatuses: ReadonlySet<Subtask['status']> = new Set(['READY', 'RUNNING', 'CANCELING']);

export function advance(draft: TaskDraft): void {
  if (draft.task.status !== 'RUNNING') return;
  if (draft.task.isQueued) {
    // Its first steps are READY, and begin when it has its claims.
  } else if (draft.task.operation === 'ROLLBACK') startRunnable(draft, canUndo);
  else startRunnable(draft, canRun);
  if (!draft.subtasks.some((subtask) => liveStatuses.has(subtask.status))) endTask(draft);
}

function startRunnable(draft: TaskDraft, isRunnable: (draft: TaskDraft, subtask: Subtask) => boolean): void {
  let slots = draft.rules.concurrency - runningCount(draft);
  // Those that already wait go first: order of steps, which is the order of ids.
  const candidates = draft.subtasks.filter(
    (subtask) => subtask.status === 'READY' || isRunnable(draft, subtask),
  );
  candidates.sort((a, b) => Number(b.status === 'READY') - Number(a.status === 'READY') || a.step - b.step);
  for (const subtask of candidates) {
    if (slots > 0) start(draft, subtask);
    else if (subtask.status !== 'READY') draft.changeSubtask({ subtaskId: subtask.id, status: 'READY' });
    slots -= 1;
  }
}

function runningCount(draft: TaskDraft): number {
  return draft.subtasks.filter((subtask) => subtask.status === 'RUNNING' || subtask.status === 'CANCELING')
    .length;
}

function canRun(draft: TaskDraft, subtask: Subtask): boolean {
  return (
    subtask.status === 'PENDING' &&
    subtask.upstreams.every((id) => draft.subtask(id)?.status === 'SUCCESSFUL')
  );
}

function canUndo(draft: TaskDraft, subtask: Subtask): boolean {
  return (
    subtask.status === 'SUCCESSFUL' &&
    subtask.downstreams.every((id) => draft.subtask(id)?.status === 'PENDING')
  );
}

function start(draft: TaskDraft, subtask: Subtask): void {
  const { rules, origin } = draft;
  const isFirstRun = subtask.operation === 'EXECUTE';
  const undoesFirst = subtask.operation === 'RETRY' && hasUndo(rules.steps[subtask.step]);
  const change: SubtaskChange = {
    subtaskId: subtask.id,
    status: 'RUNNING',
    mode: subtask.operation === 'ROLLBACK' || undoesFirst ? 'undo' : 'run',
    failure: null,
    startTime: origin.now,
    finishTime: null,
    executor: origin.instance,
    ...(isFirstRun ? { attempt: subtask.attempt + 1 } : {}),
    // An undo may still want to know what the run had found out; a run starts afresh.
    ...(subtask.operation === 'RETRY' ? { result: null } : {}),
  };
  const started = draft.changeSubtask(change);
  draft.log(started, 'INFO', startText(started, origin.instance));
}

/** What the program no longer knows is taken to have one. */
function hasUndo(step: StepTraits | undefined): boolean {
  return step === undefined || typeof step.definition.undo === 'function';
}

export function startText(subtask: Subtask, instance: string): string {
  const verb = subtask.mode === 'undo' ? 'Undo' : 'Run';
  return `${verb} subtask, id=${subtask.id}, name=${subtask.name}, attempt=${subtask.attempt}, executor=${instance}`;
}

function endTask(draft: TaskDraft): void {
  const { task, subtasks } = draft;
  const goal = task.operation === 'ROLLBACK' ? 'PENDING' : 'SUCCESSFUL';
  const isDone = subtasks.every((subtask) => subtask.status === goal);
  draft.changeTask({ status: isDone ? 'SUCCESSFUL' : 'FAILED', finishTime: draft.origin.now });
  if (isDone || (task.operation !== 'ROLLBACK' && hasChangedNothing(draft))) draft.releaseClaims();
}

/** Only steps that look have run, or none at all, so the task blocks nobody. */
function hasChangedNothing(draft: TaskDraft): boolean {
  return draft.subtasks.every(
    ({ status, startTime, step }) =>
      status === 'PENDING' ||
      startTime === undefined ||
      draft.rules.steps[step]?.definition.effects === 'none',
  );
}
