import { expect, test } from 'vitest';
import { deriveClusterStatuses, type ObservedServer } from './cluster-statuses.ts';
import type { OperationProgress } from './operation-phase.ts';
import { deriveServerStatus, deriveZoneStatus, type ServerObservation } from './status.ts';

const running: ServerObservation = {
  clusterReachable: true,
  innerStatus: 'ACTIVE',
  startServiceTime: 1,
  stopTime: null,
  zoneInnerStatus: 'ACTIVE',
  kernelId: 1,
  process: 'up',
  intent: 'RUNNING',
};

test.each<[string, Partial<ServerObservation>, string]>([
  ['runs', {}, 'RUNNING'],
  ['runs without an agent', { process: 'unknown' }, 'RUNNING'],
  ['has not started service', { startServiceTime: null }, 'UNAVAILABLE'],
  ['is marked stopped, process up', { stopTime: 5 }, 'SERVICE_STOPPED'],
  ['is in a stopped zone', { zoneInnerStatus: 'INACTIVE' }, 'SERVICE_STOPPED'],
  [
    'was stopped by us, process absent',
    { process: 'absent', intent: 'PROCESS_STOPPED', stopTime: 5 },
    'PROCESS_STOPPED',
  ],
  ['died by itself, kernel has not noticed', { process: 'absent' }, 'UNAVAILABLE'],
  ['is INACTIVE, process unknown', { innerStatus: 'INACTIVE', process: 'unknown' }, 'UNAVAILABLE'],
  [
    'was stopped by us, no agent',
    { innerStatus: 'INACTIVE', process: 'unknown', intent: 'PROCESS_STOPPED' },
    'PROCESS_STOPPED',
  ],
  ['is being deleted', { innerStatus: 'DELETING' }, 'DELETING'],
  ['has no row any more', { innerStatus: null }, 'DELETED'],
  ['cannot be asked about', { clusterReachable: false }, 'UNAVAILABLE'],
  [
    'was stopped by us and the cluster is unreachable',
    { clusterReachable: false, process: 'absent', intent: 'PROCESS_STOPPED' },
    'PROCESS_STOPPED',
  ],
  ['was restarted by someone after our stop', { intent: 'PROCESS_STOPPED', stopTime: 5 }, 'SERVICE_STOPPED'],
])('a server that %s', (_name, changes, expected) => {
  expect(deriveServerStatus({ ...running, ...changes })).toBe(expected);
});

test('a zone follows the kernel, unless none of its servers serves', () => {
  expect(deriveZoneStatus('ACTIVE', ['RUNNING', 'PROCESS_STOPPED'])).toBe('RUNNING');
  expect(deriveZoneStatus('ACTIVE', ['PROCESS_STOPPED', 'PROCESS_STOPPED'])).toBe('STOPPED');
  expect(deriveZoneStatus('ACTIVE', ['UNAVAILABLE', 'PROCESS_STOPPED'])).toBe('UNAVAILABLE');
  expect(deriveZoneStatus('INACTIVE', ['SERVICE_STOPPED'])).toBe('SERVICE_STOPPED');
});

const servers: ObservedServer[] = [
  {
    id: 1,
    zoneName: 'zone1',
    innerStatus: 'ACTIVE',
    startServiceTime: 1,
    stopTime: null,
    kernelId: 1,
    process: 'up',
    intent: 'RUNNING',
  },
  {
    id: 2,
    zoneName: 'zone2',
    innerStatus: 'ACTIVE',
    startServiceTime: 1,
    stopTime: null,
    kernelId: 1,
    process: 'up',
    intent: 'RUNNING',
  },
];

function statusesDuring(definition: string, succeeded: string[], changes: Partial<OperationProgress> = {}) {
  const progress: OperationProgress = {
    definition,
    serverIds: [1],
    zoneNames: ['zone1'],
    rollingBack: false,
    steps: new Set(['Stop server', 'Stop observer process', 'Update OB cluster status']),
    succeeded: new Set(succeeded),
    queue: [],
    holder: {
      taskId: 1,
      taskName: 'x',
      status: 'RUNNING',
      username: 'admin',
      since: 0,
      serverIds: [1],
      zoneNames: ['zone1'],
    },
    ...changes,
  };
  const zones = ['zone1', 'zone2'].map((name) => ({ name, innerStatus: 'ACTIVE' }));
  return deriveClusterStatuses({ phase: 'MANAGED', reachable: true, zones, servers, progress });
}

test('while a server is stopped it shows the phase, its zone and cluster are OPERATING, the rest is untouched', () => {
  const first = statusesDuring('server-stop', []);
  expect([first.cluster, first.zones.get('zone1'), first.zones.get('zone2')]).toEqual([
    'OPERATING',
    'OPERATING',
    'RUNNING',
  ]);
  expect([first.servers.get(1), first.servers.get(2)]).toEqual(['SERVICE_STOPPING', 'RUNNING']);
  expect(statusesDuring('server-stop', ['Stop server']).servers.get(1)).toBe('PROCESS_STOPPING');
  expect(statusesDuring('server-start', []).servers.get(1)).toBe('STARTING');
});

test('a stop of the service alone never shows PROCESS_STOPPING', () => {
  const steps = new Set(['Stop server', 'Update OB cluster status']);
  expect(statusesDuring('server-stop', ['Stop server'], { steps }).servers.get(1)).toBe('SERVICE_STOPPING');
});

test('the rollback of a stop shows the server STARTING', () => {
  expect(statusesDuring('server-stop', ['Stop server'], { rollingBack: true }).servers.get(1)).toBe(
    'STARTING',
  );
});
