import { task as taskSchema } from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { createSampleTask } from './sample-task.ts';
import { viewBasicTask, viewTask } from './task-view.ts';

const NOW = Date.UTC(2021, 2, 2, 8, 11, 11, 327);
const sampleTask = createSampleTask(111102, NOW);
const view = viewTask(sampleTask, 480);

/** What OCP's reference shows for the same call: keys, types, names and the order of the subtasks. */
const sample = {
  taskKeys: {
    cluster: 'object',
    context: 'string',
    creator: 'object',
    id: 'number',
    name: 'string',
    startTime: 'string',
    status: 'string',
    tasks: 'object',
  },
  clusterKeys: { id: 'number', name: 'string', obClusterId: 'number' },
  creatorKeys: { id: 'number', name: 'string' },
  subtaskKeys: {
    description: 'string',
    downstreams: 'object',
    id: 'number',
    name: 'string',
    operation: 'string',
    status: 'string',
    upstreams: 'object',
  },
  names: [
    'Prepare stop observer',
    'Stop server',
    'Stop observer process',
    'Wait observer stop',
    'Update observer status',
    'Update zone status',
    'Sync cluster info',
    'Update OB cluster status',
  ],
};

const typesOf = (value: object, keys: object) =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, typeof Reflect.get(value, key)]));

describe('the answer of a stop against the sample of OCP', () => {
  it('has every key of the sample, with its type', () => {
    expect(typesOf(view, sample.taskKeys)).toEqual(sample.taskKeys);
    expect(typesOf(view.cluster ?? {}, sample.clusterKeys)).toEqual(sample.clusterKeys);
    expect(typesOf(view.creator, sample.creatorKeys)).toEqual(sample.creatorKeys);
    for (const subtask of view.tasks) {
      expect(typesOf(subtask, sample.subtaskKeys)).toEqual(sample.subtaskKeys);
      expect([Array.isArray(subtask.upstreams), Array.isArray(subtask.downstreams)]).toEqual([true, true]);
    }
    expect(view).toMatchObject({ name: 'Stop OB server', startTime: '2021-03-02T16:11:11.327+08:00' });
  });

  it('has the same eight subtasks in the same order by upstreams and downstreams', () => {
    const byId = new Map(view.tasks.map((subtask) => [subtask.id, subtask]));
    const walked: string[] = [];
    let next = view.tasks.find((subtask) => subtask.upstreams.length === 0);
    while (next !== undefined && walked.length <= sample.names.length) {
      walked.push(next.name);
      for (const id of next.downstreams) expect(byId.get(id)?.upstreams).toEqual([next.id]);
      next = byId.get(next.downstreams[0] ?? 0);
    }
    expect(walked).toEqual(sample.names);
  });

  it('has begun with the first one, and with no other', () => {
    expect(view.tasks.map((subtask) => subtask.status)).toEqual(['RUNNING', ...Array(7).fill('PENDING')]);
  });

  it('writes the context as the sample does', () => {
    expect(view.context).toBe(
      'Context(parallelIdx=-1, stringMap={cluster_id=20, server_id=3, zone_name=zone2}, listMap={server_ids=[3]})',
    );
    expect(view.contextMap).toEqual({
      stringMap: { cluster_id: '20', server_id: '3', zone_name: 'zone2' },
      listMap: { server_ids: ['3'] },
      parallel: false,
      parallelIdx: -1,
    });
  });
});

describe('viewTask', () => {
  it('is what the contract says', () => {
    expect(taskSchema.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      clusterId: 20,
      type: 'MANUAL',
      operation: 'EXECUTE',
      executor: 'openocp-1',
    });
  });

  it('gives timeouts in seconds and counts at least one run', () => {
    expect(view.subtasks.map((subtask) => subtask.timeout)).toEqual([
      300, 300, 1200, 1800, 300, 1800, 30, 30,
    ]);
    expect(view.subtasks.map((subtask) => subtask.runTime)).toEqual(Array(8).fill(1));
  });

  it('shows what subtasks found out over what was known at the start, in the order of the steps', () => {
    const subtasks = sampleTask.subtasks.map((subtask) => ({
      ...subtask,
      annotations:
        subtask.step < 2 ? { zone_name: `from step ${subtask.step}`, [`step_${subtask.step}`]: 'x' } : {},
    }));
    const { contextMap } = viewTask({ ...sampleTask, subtasks: subtasks.reverse() }, 0);
    expect(contextMap.stringMap).toEqual({
      cluster_id: '20',
      server_id: '3',
      zone_name: 'from step 1',
      step_0: 'x',
      step_1: 'x',
    });
  });

  it('shows why a subtask failed and what one waits for', () => {
    const [first, second, ...rest] = sampleTask.subtasks;
    if (first === undefined || second === undefined) throw new Error('the sample has eight subtasks');
    const waitingFor = {
      what: 'leaders to leave',
      since: NOW,
      until: NOW + 1000,
      evidence: '3 leaders left',
    };
    const subtasks = [{ ...first, failure: 'no majority' }, { ...second, waitingFor }, ...rest];
    const [failed, waiting] = viewTask({ ...sampleTask, subtasks }, 0).subtasks;
    expect(failed?.failure).toBe('no majority');
    expect(waiting?.waitingFor).toEqual({
      what: 'leaders to leave',
      since: '2021-03-02T08:11:11.327+00:00',
      until: '2021-03-02T08:11:12.327+00:00',
      evidence: '3 leaders left',
    });
  });

  it('leaves out what a task without a cluster, or one that has not begun, does not have', () => {
    const bare = viewTask({ ...sampleTask, attributes: {}, startTime: undefined, owner: undefined }, 0);
    for (const key of ['cluster', 'clusterId', 'startTime', 'finishTime'])
      expect(bare).not.toHaveProperty(key);
    expect(bare.context).toBe('Context(parallelIdx=-1, stringMap={}, listMap={})');
    expect(bare.executor).toBe('openocp-1');
  });

  it('shows in a list the head and short subtasks only', () => {
    const basic = viewBasicTask(sampleTask, 480);
    expect(basic).toMatchObject({ id: 111102, cluster: { id: 20 }, status: 'RUNNING' });
    expect(basic).not.toHaveProperty('context');
    expect(Object.keys(basic.subtasks[0] ?? {}).sort()).toEqual([
      'description',
      'id',
      'name',
      'operation',
      'status',
    ]);
  });
});
