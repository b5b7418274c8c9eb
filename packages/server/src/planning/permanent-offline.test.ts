import { expect, it } from 'vitest';
import {
  type DownServer,
  derivePermanentOffline,
  planReturn,
  type ReturnWindow,
} from './permanent-offline.ts';

const hour = 3_600_000;
const down: DownServer = {
  process: 'absent',
  innerStatus: 'ACTIVE',
  lastOfflineTime: null,
  processEndTime: 0,
};
const derive = (changes: Partial<DownServer>, now = 1, limitMs: number | undefined = hour) =>
  derivePermanentOffline({ ...down, ...changes }, limitMs, now);

it('counts from the last heartbeat: the end of the process, or a lease before the kernel noticed', () => {
  expect(derive({ processEndTime: 5_000 })).toEqual({ at: hour + 5_000, state: 'COUNTING' });
  const unseen = { processEndTime: null, lastOfflineTime: 15_000 };
  expect(derive(unseen).at).toBe(hour + 5_000);
  expect(derive({ process: 'unknown', innerStatus: 'INACTIVE', ...unseen }).at).toBe(hour + 5_000);
  expect(derive({ processEndTime: 7_000, lastOfflineTime: 15_000 }).at).toBe(hour + 5_000);
});

it('says nothing where it does not apply or is not known', () => {
  const none = { at: null, state: 'NONE' };
  expect(derive({ process: 'up', lastOfflineTime: 15_000 })).toEqual(none);
  expect(derive({ process: 'unknown', lastOfflineTime: 15_000 })).toEqual(none);
  expect(derive({ processEndTime: null })).toEqual(none);
  expect(derivePermanentOffline(down, undefined, 1)).toEqual(none);
});

it('warns in the last minutes, or in the last fifth of a long time', () => {
  expect(derive({}, hour - 720_001).state).toBe('COUNTING');
  expect(derive({}, hour - 720_000).state).toBe('NEAR');
  expect(derive({}, 40 * hour - 1, 50 * hour).state).toBe('COUNTING');
  expect(derive({}, 40 * hour, 50 * hour).state).toBe('NEAR');
  expect(derive({}, hour).state).toBe('PASSED');
});

const stopped = { isHeld: false, isUp: false, hasPassed: false };
const asked: ReturnWindow = {
  serverId: 1,
  clusterId: 1,
  returnBy: 100,
  startsServer: true,
  userId: 1,
  username: 'dba',
  stopTaskId: 1,
  startTaskId: 0,
};

it.each([
  ['waits before the time', asked, stopped, 99, 'wait'],
  ['starts the server at the time', asked, stopped, 100, 'start'],
  ['starts it once', { ...asked, startTaskId: 5 }, stopped, 200, 'wait'],
  ['starts nothing that nobody wants started', { ...asked, startsServer: false }, stopped, 200, 'wait'],
  ['waits for an operation under way', asked, { ...stopped, isHeld: true, isUp: true }, 200, 'wait'],
  [
    'waits while the stop is being asked for',
    { ...asked, stopTaskId: 0 },
    { ...stopped, isUp: true },
    50,
    'wait',
  ],
  ['puts back when the server is up', asked, { ...stopped, isUp: true }, 50, 'close'],
  ['puts back when nothing can be saved', asked, { ...stopped, hasPassed: true }, 50, 'close'],
] as const)('%s', (_title, window, server, now, action) => {
  expect(planReturn(window, server, now)).toBe(action);
});
