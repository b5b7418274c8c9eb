/** What holds for the graph of every operation on servers, zones and clusters, whatever it is asked to work on. */
import type { Operation, Step, StepDefinition } from '@openocp/engine';
import { describe, expect, test } from 'vitest';
import { clusterRestart } from './cluster-restart.ts';
import { clusterStart } from './cluster-start.ts';
import { clusterStop } from './cluster-stop.ts';
import { serverRestart } from './server-restart.ts';
import type { OperationServices } from './services.ts';
import { zoneRestart } from './zone-restart.ts';
import { zoneStart } from './zone-start.ts';
import { zoneStop } from './zone-stop.ts';

/** Building a graph calls none of them. */
const services = {} as OperationServices;

const zone = (serverIds: number[]) => ({
  clusterId: 1,
  zoneName: 'zone1',
  serverIds,
  allServerIds: [1, 2],
  force: false,
});
const zones = [
  { name: 'zone1', serverIds: [1, 2] },
  { name: 'zone2', serverIds: [3] },
];
const rolling = (serverIds: number[][]) => ({
  clusterId: 1,
  batches: serverIds.map((ids, index) => ({ zoneName: `zone${index}`, serverIds: ids })),
  freezeServer: true,
  healthyReadings: 1,
  force: false,
});

const cases: [string, Operation, unknown][] = [
  [
    'server-restart',
    serverRestart(services) as Operation,
    { clusterId: 1, serverId: 1, freezeServer: true, force: false },
  ],
  ['zone-stop', zoneStop(services) as Operation, zone([1, 2])],
  ['zone-stop without servers', zoneStop(services) as Operation, zone([])],
  ['zone-start', zoneStart(services) as Operation, { ...zone([1, 2]), force: undefined }],
  ['zone-start without servers', zoneStart(services) as Operation, { ...zone([]), force: undefined }],
  ['zone-restart', zoneRestart(services) as Operation, zone([1, 2])],
  ['zone-restart without servers', zoneRestart(services) as Operation, zone([])],
  ['cluster-stop', clusterStop(services) as Operation, { clusterId: 1, zones, by: 'admin', reason: '' }],
  ['cluster-start', clusterStart(services) as Operation, { clusterId: 1, zones }],
  ['cluster-restart', clusterRestart(services) as Operation, rolling([[1, 2], [3]])],
];

function stepsOf(operation: Operation, parameters: unknown): Step<unknown>[] {
  const steps: Step<unknown>[] = [];
  const step = <R>(definition: StepDefinition<R>): Step<R> => {
    const added = { index: steps.length, definition };
    steps.push(added);
    return added;
  };
  const given = JSON.parse(JSON.stringify(parameters)) as unknown;
  operation.build({ step }, operation.parameters.parse(given));
  return steps;
}

/** Indexes of all steps that must have succeeded before this one begins. */
function upstreamOf(step: Step<unknown>): Set<number> {
  const found = new Set<number>();
  const visit = ({ definition }: Step<unknown>) => {
    for (const before of definition.after) {
      if (found.has(before.index)) continue;
      found.add(before.index);
      visit(before);
    }
  };
  visit(step);
  return found;
}

describe.each(cases)('%s', (_title, operation, parameters) => {
  const steps = stepsOf(operation, parameters);
  const named = (name: string) => steps.filter(({ definition }) => definition.name === name);

  test('begins with one step, which judges, and every other comes after it', () => {
    const roots = steps.filter(({ definition }) => definition.after.length === 0);
    expect(roots.map(({ index }) => index)).toEqual([0]);
  });

  test('ends with one step, which comes after every other', () => {
    const last = steps.at(-1);
    expect(last?.definition.name).toBe('Update OB cluster status');
    expect(last === undefined ? 0 : upstreamOf(last).size).toBe(steps.length - 1);
  });

  test('no process is stopped before all that goes down with it is out of service in the kernel', () => {
    if (operation.name === 'cluster-stop') return;
    for (const kill of named('Stop observer process')) {
      const upstream = [...upstreamOf(kill)].flatMap((index) => steps[index]?.definition.name ?? []);
      expect(upstream.some((name) => name === 'Stop server' || name === 'Stop zone')).toBe(true);
    }
  });

  test('twins have different indexes', () => {
    for (const [, twins] of Map.groupBy(steps, ({ definition }) => {
      const upstream = definition.after.map(({ index }) => index).join();
      return `${definition.name} after ${upstream}`;
    })) {
      const indexes = twins.map(({ definition }) => definition.parallelIdx ?? -1);
      expect(new Set(indexes).size).toBe(twins.length);
    }
  });
});

test('in a rolling restart a batch begins only when all of the batch before it serves', () => {
  const steps = stepsOf(clusterRestart(services) as Operation, rolling([[1, 2], [3], [4]]));
  const boundaries = steps.filter(({ definition }) => definition.name === 'Set zone context');
  expect(boundaries, 'a batch of two may go one by one, too').toHaveLength(5);
  for (const [index, boundary] of boundaries.entries()) {
    const next = boundaries[index + 1];
    if (next === undefined) continue;
    const between = steps.filter((step) => step.index >= boundary.index && step.index < next.index);
    const upstream = upstreamOf(next);
    expect(between.filter((step) => !upstream.has(step.index))).toEqual([]);
  }
});
