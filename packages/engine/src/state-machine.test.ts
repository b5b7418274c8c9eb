/** What moves by itself, and what never may. */
import { describe, expect, it } from 'vitest';
import { chain, DrivenTask, diamond, origin } from './driven-task.ts';
import { beginChange, type TaskEvent } from './state-machine.ts';
import { isLegalSubtaskChange } from './transitions.ts';

describe('forward', () => {
  it('starts a subtask only after all its upstreams have succeeded', () => {
    const task = new DrivenTask(diamond);
    expect(task.statuses).toBe('RUNNING PENDING PENDING PENDING');
    task.ends(1);
    expect(task.statuses).toBe('SUCCESSFUL RUNNING RUNNING PENDING');
    task.ends(3);
    expect(task.statuses).toBe('SUCCESSFUL RUNNING SUCCESSFUL PENDING');
    task.ends(2);
    expect(task.statuses).toBe('SUCCESSFUL SUCCESSFUL SUCCESSFUL RUNNING');
    task.ends(4);
    expect(task.state).toBe('SUCCESSFUL EXECUTE');
    expect(task.releasedClaims).toBe(true);
  });

  it('takes both ends of a fork in one change', () => {
    const task = new DrivenTask(diamond).ends(1);
    task.send(task.end(2), task.end(3));
    expect(task.statuses).toBe('SUCCESSFUL SUCCESSFUL SUCCESSFUL RUNNING');
  });

  it('keeps subtasks READY beyond the limit of concurrent ones', () => {
    const task = new DrivenTask([{}, { after: [0] }, { after: [0] }, { after: [0] }], 1).ends(1);
    expect(task.statuses).toBe('SUCCESSFUL RUNNING READY READY');
    task.ends(2);
    expect(task.statuses).toBe('SUCCESSFUL SUCCESSFUL RUNNING READY');
  });

  it('turns a task FAILED only when nothing of it is running any more', () => {
    const task = new DrivenTask(diamond).ends(1).fails(2);
    expect(task.state).toBe('RUNNING EXECUTE');
    task.ends(3);
    expect(task.state).toBe('FAILED EXECUTE');
    expect(task.statuses).toBe('SUCCESSFUL FAILED SUCCESSFUL PENDING');
  });

  it('keeps the claims of a task that failed after it changed something', () => {
    const task = new DrivenTask([{ effects: 'none' }, { after: [0] }]).ends(1).fails(2);
    expect(task.releasedClaims).toBe(false);
  });

  it('gives up the claims of a task that failed before it changed anything', () => {
    const task = new DrivenTask([{ effects: 'none' }, { after: [0] }]).fails(1);
    expect(task.state).toBe('FAILED EXECUTE');
    expect(task.releasedClaims).toBe(true);
  });

  it('ignores the end of a run that is not the current one', () => {
    const task = new DrivenTask(chain(2)).fails(1);
    const late = { ...task.end(1), attempt: 1 } as TaskEvent;
    task.send({ kind: 'retry-task' });
    const before = task.task;
    task.send(late);
    expect(task.task).toBe(before);
  });
});

describe('a new owner', () => {
  it('keeps what runs at its attempt, and does not run what was being cancelled', () => {
    const task = new DrivenTask(diamond).ends(1).send({ kind: 'cancel-subtask', subtaskId: 2 });
    task.send({ kind: 'taken-over' });
    expect(task.statuses).toBe('SUCCESSFUL CANCELING RUNNING PENDING');
    expect(task.subtask(3)).toMatchObject({ attempt: 1, executor: 'here' });
    task.ends(2, { kind: 'unobserved' });
    expect(task.subtask(2)).toMatchObject({ status: 'FAILED' });
    expect(task.subtask(2).failure).toMatch(/^Cancelled\. Its owner was lost before it settled/);
  });

  it('fails a task whose operation it does not know, with the reason, and keeps its claims', () => {
    const task = new DrivenTask([{}, { after: [0] }, { after: [0] }], 1).ends(1);
    expect(task.statuses).toBe('SUCCESSFUL RUNNING READY');
    task.send({ kind: 'abandoned', reason: 'no such operation' });
    expect(task.statuses).toBe('SUCCESSFUL FAILED FAILED');
    expect(task.subtask(3)).toMatchObject({ failure: 'no such operation', attempt: 1 });
    expect(task.state).toBe('FAILED EXECUTE');
    expect(task.releasedClaims).toBe(false);
  });
});

describe('the table of legal changes', () => {
  it('knows no way out of order', () => {
    const state = { operation: 'EXECUTE', mode: 'run' } as const;
    expect(isLegalSubtaskChange({ ...state, status: 'PENDING' }, { ...state, status: 'SUCCESSFUL' })).toBe(
      false,
    );
    expect(isLegalSubtaskChange({ ...state, status: 'FAILED' }, { ...state, status: 'SUCCESSFUL' })).toBe(
      false,
    );
    expect(isLegalSubtaskChange({ ...state, status: 'SUCCESSFUL' }, { ...state, status: 'RUNNING' })).toBe(
      false,
    );
    expect(isLegalSubtaskChange({ ...state, status: 'CANCELING' }, { ...state, status: 'SUCCESSFUL' })).toBe(
      false,
    );
  });

  it('is asserted on every change', () => {
    const { task, rules } = new DrivenTask(chain(2));
    const draft = beginChange(task, rules, origin);
    expect(() => draft.changeSubtask({ subtaskId: 2, status: 'SUCCESSFUL' })).toThrow(/Illegal change/);
    expect(() => draft.changeTask({ status: 'SUCCESSFUL' })).not.toThrow();
    expect(() => draft.changeTask({ status: 'FAILED' })).toThrow(/Illegal change/);
  });
});
