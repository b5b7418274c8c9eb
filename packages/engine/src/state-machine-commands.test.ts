/** What commands do to the state of a task, and when they are refused. */
import { describe, expect, it } from 'vitest';
import { chain, DrivenTask, diamond, failed, type StepShape } from './driven-task.ts';
import {
  RollbackProhibited,
  SkipProhibited,
  SubtaskNotFound,
  SubtaskStateConflict,
  TaskStateConflict,
} from './engine-errors.ts';
import type { RunOutcome, TaskEvent } from './state-machine.ts';
import type { TaskCommand } from './task-command.ts';

describe('retry', () => {
  it('undoes the failed attempt, then runs with the next attempt', () => {
    const task = new DrivenTask(chain(2)).ends(1).fails(2).send({ kind: 'retry-task' });
    expect(task.state).toBe('RUNNING RETRY');
    expect(task.subtask(2)).toMatchObject({
      status: 'RUNNING',
      operation: 'RETRY',
      mode: 'undo',
      attempt: 2,
    });
    expect(task.subtask(2).failure).toBeUndefined();
    task.ends(2);
    expect(task.subtask(2)).toMatchObject({ status: 'RUNNING', operation: 'RETRY', mode: 'run', attempt: 2 });
    task.ends(2);
    expect(task.state).toBe('SUCCESSFUL RETRY');
  });

  it('runs at once when there is nothing to undo', () => {
    const task = new DrivenTask([{ nothingToUndo: 'it only looks' }]).fails(1).send({ kind: 'retry-task' });
    expect(task.subtask(1)).toMatchObject({ status: 'RUNNING', mode: 'run', attempt: 2 });
  });

  it('of a task sets all its failed subtasks going, of a subtask only that one', () => {
    const bothFailed = () => new DrivenTask(diamond).ends(1).fails(2).fails(3);
    expect(bothFailed().send({ kind: 'retry-task' }).statuses).toBe('SUCCESSFUL RUNNING RUNNING PENDING');
    const one = bothFailed().send({ kind: 'retry-subtask', subtaskId: 3 });
    expect(one.statuses).toBe('SUCCESSFUL FAILED RUNNING PENDING');
    expect(one.ends(3).ends(3).state).toBe('FAILED RETRY');
  });

  it('of a subtask is possible while others of the task still run', () => {
    const task = new DrivenTask(diamond).ends(1).fails(2).send({ kind: 'retry-subtask', subtaskId: 2 });
    expect(task.statuses).toBe('SUCCESSFUL RUNNING RUNNING PENDING');
    expect(task.state).toBe('RUNNING EXECUTE');
  });

  it('whose undo fails is FAILED again and can be retried', () => {
    const task = new DrivenTask(chain(1)).fails(1).send({ kind: 'retry-task' }).fails(1);
    expect(task.state).toBe('FAILED RETRY');
    task.send({ kind: 'retry-task' });
    expect(task.subtask(1)).toMatchObject({ mode: 'undo', attempt: 3 });
  });

  it('is refused for a task that runs, has succeeded or is being rolled back', () => {
    const retry: TaskCommand = { kind: 'retry-task' };
    expect(() => new DrivenTask(chain(1)).send(retry)).toThrow(TaskStateConflict);
    expect(() => new DrivenTask(chain(1)).ends(1).send(retry)).toThrow(TaskStateConflict);
    const rolledBack = new DrivenTask(chain(1)).fails(1).send({ kind: 'rollback-task' }).fails(1);
    expect(() => rolledBack.send(retry)).toThrow(TaskStateConflict);
    expect(() => rolledBack.send({ kind: 'retry-subtask', subtaskId: 1 })).toThrow(SubtaskStateConflict);
  });

  it('is refused for a subtask that has not failed, or does not exist', () => {
    const task = new DrivenTask(chain(2)).ends(1).fails(2);
    expect(() => task.send({ kind: 'retry-subtask', subtaskId: 1 })).toThrow(SubtaskStateConflict);
    expect(() => task.send({ kind: 'retry-subtask', subtaskId: 99 })).toThrow(SubtaskNotFound);
  });
});

describe('rollback', () => {
  it('undoes what ran in reverse topological order, each back to PENDING, and ends SUCCESSFUL', () => {
    const task = new DrivenTask(diamond).ends(1).ends(2).ends(3).fails(4).send({ kind: 'rollback-task' });
    expect(task.state).toBe('RUNNING ROLLBACK');
    expect(task.subtask(4)).toMatchObject({
      status: 'RUNNING',
      operation: 'ROLLBACK',
      mode: 'undo',
      attempt: 1,
    });
    expect(task.statuses).toBe('SUCCESSFUL SUCCESSFUL SUCCESSFUL RUNNING');
    task.ends(4);
    expect(task.statuses).toBe('SUCCESSFUL RUNNING RUNNING PENDING');
    task.ends(2);
    expect(task.statuses).toBe('SUCCESSFUL PENDING RUNNING PENDING');
    task.ends(3);
    expect(task.statuses).toBe('RUNNING PENDING PENDING PENDING');
    task.ends(1);
    expect(task.statuses).toBe('PENDING PENDING PENDING PENDING');
    expect(task.state).toBe('SUCCESSFUL ROLLBACK');
    expect(task.releasedClaims).toBe(true);
  });

  it('leaves alone what never ran', () => {
    const task = new DrivenTask(chain(3)).ends(1).fails(2).send({ kind: 'rollback-task' });
    expect(task.statuses).toBe('SUCCESSFUL RUNNING PENDING');
  });

  it('whose undo fails is FAILED, keeps the claims, and can be rolled back again as a new attempt', () => {
    const task = new DrivenTask(chain(2)).ends(1).fails(2).send({ kind: 'rollback-task' }).fails(2);
    expect(task.state).toBe('FAILED ROLLBACK');
    expect(task.releasedClaims).toBe(false);
    task.send({ kind: 'rollback-task' });
    expect(task.subtask(2)).toMatchObject({ status: 'RUNNING', mode: 'undo', attempt: 2 });
    task.ends(2).ends(1);
    expect(task.state).toBe('SUCCESSFUL ROLLBACK');
  });

  it('whose undo fails can be skipped, and goes on', () => {
    const task = new DrivenTask(chain(2)).ends(1).fails(2).send({ kind: 'rollback-task' }).fails(2);
    task.send({ kind: 'skip-subtask', subtaskId: 2 });
    expect(task.subtask(2)).toMatchObject({ status: 'PENDING', operation: 'ROLLBACK_SKIP' });
    expect(task.subtask(1)).toMatchObject({ status: 'RUNNING', mode: 'undo' });
    expect(task.ends(1).state).toBe('SUCCESSFUL ROLLBACK');
  });

  it('is refused once a step that prohibits it has succeeded, also by a skip', () => {
    const shape: StepShape[] = [{ prohibitRollback: true }, { after: [0] }];
    const task = new DrivenTask(shape).ends(1).fails(2);
    expect(task.task.prohibitRollback).toBe(true);
    expect(() => task.send({ kind: 'rollback-task' })).toThrow(RollbackProhibited);
    const skipped = new DrivenTask(shape).fails(1).send({ kind: 'skip-subtask', subtaskId: 1 }).fails(2);
    expect(() => skipped.send({ kind: 'rollback-task' })).toThrow(RollbackProhibited);
    const before = new DrivenTask(shape).fails(1).send({ kind: 'rollback-task' });
    expect(before.state).toBe('RUNNING ROLLBACK');
  });

  it('is refused once a step that prohibits it has reached its goal, though a cancel came first', () => {
    const cancel: TaskEvent = { kind: 'cancel-subtask', subtaskId: 1 };
    const task = new DrivenTask([{ prohibitRollback: true }]).send(cancel).ends(1);
    expect(task.state).toBe('FAILED EXECUTE');
    expect(() => task.send({ kind: 'rollback-task' })).toThrow(RollbackProhibited);
    const early = new DrivenTask([{ prohibitRollback: true }]).send(cancel).ends(1, { kind: 'cancelled' });
    expect(early.send({ kind: 'rollback-task' }).state).toBe('RUNNING ROLLBACK');
    // Its undo clears the way for another run, and has brought back what was before.
    const undone = new DrivenTask([{ prohibitRollback: true }]).fails(1).send({ kind: 'retry-task' });
    expect(undone.send(cancel).ends(1).send({ kind: 'rollback-task' }).state).toBe('RUNNING ROLLBACK');
  });

  it('is refused for a task that has not failed', () => {
    expect(() => new DrivenTask(chain(1)).send({ kind: 'rollback-task' })).toThrow(TaskStateConflict);
  });

  it('respects the limit of concurrent subtasks', () => {
    const task = new DrivenTask([{}, {}, { after: [0, 1] }], 1);
    task.ends(1).ends(2).fails(3).send({ kind: 'rollback-task' }).ends(3);
    expect(task.statuses).toBe('RUNNING READY PENDING');
  });
});

describe('skip', () => {
  it('makes a failed subtask SUCCESSFUL without a run, without a result, and goes on downstream', () => {
    const task = new DrivenTask(chain(2)).fails(1).send({ kind: 'skip-subtask', subtaskId: 1 });
    expect(task.subtask(1)).toMatchObject({
      status: 'SUCCESSFUL',
      operation: 'SKIP',
      attempt: 1,
      result: undefined,
    });
    expect(task.statuses).toBe('SUCCESSFUL RUNNING');
    expect(task.state).toBe('RUNNING SKIP');
  });

  it('of the last subtask ends the task', () => {
    const task = new DrivenTask(chain(1)).fails(1).send({ kind: 'skip-subtask', subtaskId: 1 });
    expect(task.state).toBe('SUCCESSFUL SKIP');
    expect(task.releasedClaims).toBe(true);
  });

  it('is refused for a subtask that has not failed, and for a step that prohibits it', () => {
    const task = new DrivenTask([{ prohibitSkip: true }, { after: [0] }]);
    expect(() => task.send({ kind: 'skip-subtask', subtaskId: 1 })).toThrow(SubtaskStateConflict);
    task.fails(1);
    expect(() => task.send({ kind: 'skip-subtask', subtaskId: 1 })).toThrow(SkipProhibited);
  });

  it('does not spare a skipped subtask its undo in a rollback', () => {
    const task = new DrivenTask(chain(2)).fails(1).send({ kind: 'skip-subtask', subtaskId: 1 }).fails(2);
    task.send({ kind: 'rollback-task' }).ends(2);
    expect(task.subtask(1)).toMatchObject({ status: 'RUNNING', mode: 'undo' });
  });
});

describe('cancel', () => {
  it('goes through CANCELING to FAILED, and names the cancel, whatever the body ended with', () => {
    const cancel: TaskEvent = { kind: 'cancel-subtask', subtaskId: 1, by: 'admin' };
    const outcomes: [RunOutcome, string][] = [
      [{ kind: 'cancelled' }, 'Cancelled by admin'],
      [{ kind: 'succeeded' }, 'Cancelled by admin. The step had already reached its goal'],
      [failed, 'Cancelled by admin. The step ended with: broken'],
    ];
    for (const [outcome, failure] of outcomes) {
      const task = new DrivenTask(chain(2)).send(cancel);
      expect(task.statuses).toBe('CANCELING PENDING');
      expect(task.state).toBe('RUNNING EXECUTE');
      task.ends(1, outcome);
      expect(task.subtask(1)).toMatchObject({ status: 'FAILED', failure });
      expect(task.state).toBe('FAILED EXECUTE');
    }
  });

  it('is refused for a subtask that is not RUNNING', () => {
    const task = new DrivenTask(chain(2));
    expect(() => task.send({ kind: 'cancel-subtask', subtaskId: 2 })).toThrow(SubtaskStateConflict);
    task.send({ kind: 'cancel-subtask', subtaskId: 1 });
    expect(() => task.send({ kind: 'cancel-subtask', subtaskId: 1 })).toThrow(SubtaskStateConflict);
  });

  it('of an undo leaves a rollback that can be repeated', () => {
    const task = new DrivenTask(chain(1)).fails(1).send({ kind: 'rollback-task' });
    task.send({ kind: 'cancel-subtask', subtaskId: 1 }).ends(1, { kind: 'cancelled' });
    expect(task.state).toBe('FAILED ROLLBACK');
    expect(task.send({ kind: 'rollback-task' }).ends(1).state).toBe('SUCCESSFUL ROLLBACK');
  });
});
