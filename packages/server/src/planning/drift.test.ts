import { expect, test } from 'vitest';
import { type DriftSubject, deriveClusterDrift, deriveServerDrift } from './drift.ts';

const asLeft: DriftSubject = {
  address: '10.0.0.1:2882',
  intent: 'RUNNING',
  innerStatus: 'ACTIVE',
  stopTime: null,
  startServiceTime: 1,
  zoneName: 'zone1',
  zoneInnerStatus: 'ACTIVE',
  process: 'up',
  hasAgent: true,
  marks: [],
};
const restarted = { kind: 'PROCESS_RESTARTED', evidence: 'pid 7 became pid 8' } as const;
const added = { kind: 'ADDED_ELSEWHERE', evidence: 'appeared' } as const;

test.each<[string, Partial<DriftSubject>, string[]]>([
  ['is as it was left', {}, []],
  ['was stopped elsewhere', { stopTime: 5 }, ['STOPPED_ELSEWHERE']],
  ['is in a zone that was stopped elsewhere', { zoneInnerStatus: 'INACTIVE' }, ['STOPPED_ELSEWHERE']],
  ['is in a zone that was stopped from here', { intent: 'SERVICE_STOPPED', zoneInnerStatus: 'INACTIVE' }, []],
  ['was stopped from here', { intent: 'SERVICE_STOPPED', stopTime: 5 }, []],
  ['was started elsewhere', { intent: 'SERVICE_STOPPED' }, ['STARTED_ELSEWHERE']],
  ['was started elsewhere, process too', { intent: 'PROCESS_STOPPED' }, ['STARTED_ELSEWHERE']],
  ['has a process again, not in service', { intent: 'PROCESS_STOPPED', stopTime: 5 }, ['STARTED_ELSEWHERE']],
  [
    'is stopped from here and looked at too early',
    { intent: 'PROCESS_STOPPED', process: 'absent', stopTime: 5 },
    [],
  ],
  [
    'is stopped from here, no agent to ask',
    { intent: 'PROCESS_STOPPED', process: 'unknown', stopTime: 5 },
    [],
  ],
  ['has lost its process', { process: 'absent' }, ['PROCESS_GONE']],
  [
    'lost its process after its service was stopped',
    { intent: 'SERVICE_STOPPED', stopTime: 5, process: 'absent' },
    ['PROCESS_GONE'],
  ],
  ['cannot be asked about its process', { process: 'unknown' }, []],
  ['was restarted elsewhere', { marks: [restarted] }, ['PROCESS_RESTARTED']],
  ['was added elsewhere', { marks: [added], hasAgent: false }, ['ADDED_ELSEWHERE']],
  ['was added elsewhere and has its agent by now', { marks: [added] }, []],
  ['was removed', { innerStatus: null, stopTime: 5 }, ['REMOVED_ELSEWHERE']],
])('a server that %s', (_name, changes, kinds) => {
  const drift = deriveServerDrift({ ...asLeft, ...changes });
  expect(drift.map(({ kind }) => kind)).toEqual(kinds);
  for (const { evidence, remedy } of drift) expect([evidence, remedy]).not.toContain('');
});

test('a refused login is a changed password; any other silence is none', () => {
  expect(deriveClusterDrift(null)).toEqual([]);
  expect(deriveClusterDrift('no server of the cluster answered: timeout')).toEqual([]);
  const [drift] = deriveClusterDrift("OceanBase error 1045 (42000): Access denied for user 'root'@'x'");
  expect(drift).toMatchObject({ kind: 'PASSWORD_CHANGED' });
});
