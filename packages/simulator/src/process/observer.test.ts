import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HeartbeatRequest } from '../cluster/messages.ts';
import { planServers } from '../launcher/cluster-plan.ts';
import { genesisTables } from '../launcher/genesis.ts';
import { EffectLog } from './effects.ts';
import { LogFile } from './log-file.ts';
import { Observer } from './observer.ts';

const heartbeat: HeartbeatRequest = {
  rs: '127.0.0.1:2882',
  epoch: 1,
  serverId: 3,
  stopped: false,
  isMember: true,
  position: { term: 1, index: 1 },
};

let folder: string;
let observer: Observer;

beforeEach(() => {
  // What it would do later is not wanted here.
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'openocp-observer-'));
  const config = {
    zone: 'zone3',
    sqlPort: 2881,
    rpcPort: 2882,
    clusterName: 'c',
    clusterId: 1,
    ip: '127.0.0.3',
    rsList: '127.0.0.1:2882:2881',
    dataDir: 'store',
    options: new Map<string, string>(),
  };
  observer = new Observer({ home: folder, config, effects: new EffectLog(folder), log: new LogFile(folder) });
});

afterEach(() => {
  vi.useRealTimers();
  observer.peers.close();
  rmSync(folder, { recursive: true });
});

describe('a server without data, at its first heartbeat', () => {
  it('is not the member that root service means, and gets its replicas by the bootstrap that comes after', async () => {
    expect(observer.onHeartbeat(heartbeat)).toEqual({ refused: 'no data' });
    expect(observer.isBootstrapped).toBe(false);

    const planned = { zones: 3, serversPerZone: 1, ipBase: '127.0.0.1', basePort: 2881, dataFolder: folder };
    const servers = await planServers(planned);
    const identity = { version: '4.3.5', rootPassword: '', clusterName: 'c', clusterId: 1 } as const;
    observer.bootstrap(genesisTables({ servers, tenants: [], ...identity }));
    expect([...observer.group.replicas.keys()]).toEqual(['1.1']);
    expect(observer.onHeartbeat(heartbeat)).toMatchObject({ zone: 'zone3' });
  });

  it('joins when it was added: no log stream counts it yet', () => {
    expect(observer.onHeartbeat({ ...heartbeat, isMember: false })).toMatchObject({ zone: 'zone3' });
    expect(observer.isBootstrapped).toBe(true);
    expect(observer.group.replicas.size).toBe(0);
  });
});
