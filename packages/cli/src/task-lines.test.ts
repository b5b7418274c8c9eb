import { describe, expect, it } from 'vitest';
import { describeEnd, orderSubtasks, TaskLines } from './task-lines.ts';
import { sampleSubtask, sampleTask } from './testing/sample-answers.ts';

describe('the lines of a task', () => {
  it('are each said once: what is done, what is waited for, what failed', () => {
    const lines = new TaskLines();
    const waitingFor = { what: 'leaders to leave', until: '', evidence: '2 left' };
    const waiting = sampleTask({
      subtasks: [
        sampleSubtask(1, 'Prepare', { status: 'SUCCESSFUL' }),
        sampleSubtask(2, 'Stop', { status: 'RUNNING', waitingFor }),
      ],
    });
    expect(lines.take(sampleTask())).toEqual([]);
    expect(lines.take(waiting)).toEqual(['done     Prepare', 'waiting  Stop: leaders to leave']);
    expect(lines.take(waiting)).toEqual([]);
    const failed = sampleTask({
      status: 'FAILED',
      subtasks: [sampleSubtask(2, 'Stop', { status: 'FAILED', failure: 'no majority', upstreams: [] })],
    });
    expect(lines.take(failed)).toEqual(['failed   Stop: no majority']);
  });

  it('tell of a rollback what is undone, the last first, and nothing of what had never begun', () => {
    const lines = new TaskLines();
    const rollback = (first: string, second: string) =>
      sampleTask({
        operation: 'ROLLBACK',
        subtasks: [
          sampleSubtask(1, 'Prepare', { status: first, operation: 'ROLLBACK' }),
          sampleSubtask(2, 'Stop', { status: second, operation: 'ROLLBACK' }),
          sampleSubtask(3, 'Wait', { status: 'PENDING' }),
        ],
      });
    expect(orderSubtasks(rollback('SUCCESSFUL', 'RUNNING')).map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(lines.take(rollback('SUCCESSFUL', 'RUNNING'))).toEqual([]);
    expect(lines.take(rollback('RUNNING', 'PENDING'))).toEqual(['undone   Stop']);
    expect(lines.take(rollback('PENDING', 'PENDING'))).toEqual(['undone   Prepare']);
  });

  it('do not repeat an old failure while the task is tried again', () => {
    const again = sampleTask({
      operation: 'RETRY',
      subtasks: [sampleSubtask(1, 'Prepare', { status: 'FAILED', failure: 'x' })],
    });
    expect(new TaskLines().take(again)).toEqual([]);
  });
});

it('the end of a failed task names every way out, as commands', () => {
  const failed = sampleSubtask(2, 'Stop server', {
    status: 'FAILED',
    availableOperations: ['RETRY', 'SKIP'],
  });
  const text = describeEnd(
    sampleTask({ status: 'FAILED', subtasks: [failed], availableOperations: ['RETRY', 'ROLLBACK'] }),
  );
  for (const command of ['log 7 2', 'retry 7', 'rollback 7', 'skip 7 2'])
    expect(text).toContain(`openocp task ${command}`);
});
