import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConfigError,
  loadObserverConfig,
  parseObserverArguments,
  simulatorFileOf,
} from './observer-config.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'openocp-config-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const first =
  '-z zone1 -p 2881 -P 2882 -n ob -c 9 -I 127.0.0.1 -r 127.0.0.1:2882:2881 -o lease_time=5s,cpu_count=8'.split(
    ' ',
  );

describe('observer configuration', () => {
  it('of the first start is that of all later ones', () => {
    const config = loadObserverConfig(home, parseObserverArguments(first));
    expect(config).toMatchObject({
      zone: 'zone1',
      sqlPort: 2881,
      rpcPort: 2882,
      clusterId: 9,
      ip: '127.0.0.1',
    });
    expect(config.options.get('lease_time')).toBe('5s');
    expect(loadObserverConfig(home, parseObserverArguments([]))).toEqual(config);
    const changed = loadObserverConfig(home, parseObserverArguments(['-p', '3881', '-o', 'cpu_count=4']));
    expect(changed).toMatchObject({ sqlPort: 3881, rpcPort: 2882 });
    expect([...changed.options]).toEqual([
      ['lease_time', '5s'],
      ['cpu_count', '4'],
    ]);
  });

  it.each([
    [['-z', 'zone1', '-I', 'nowhere'], 'local_ip'],
    [['-I', '127.0.0.1'], 'zone'],
    [['-z', 'z', '-I', '127.0.0.1', '-p', '80'], 'mysql_port'],
    [['-z', 'z', '-I', '127.0.0.1', '-c', '0'], 'cluster_id'],
  ])('refuses %j', (args, text) => {
    expect(() => loadObserverConfig(home, parseObserverArguments(args))).toThrow(text);
  });

  it('takes every option of the kernel, short and long, and keeps data where it is told to', () => {
    const given = [
      ...[
        '--zone',
        'zone1',
        '-p',
        '2881',
        '--rpc_port',
        '2882',
        '-N',
        '--appname',
        'ob',
        '-c',
        '9',
        '-d',
        '/data/ob',
      ],
      ...[
        '-i',
        'lo',
        '--local_ip',
        '127.0.0.1',
        '-r',
        '127.0.0.1:2882:2881',
        '-l',
        'INFO',
        '-m',
        'normal',
        '-f',
        '1',
      ],
    ];
    const config = loadObserverConfig(home, parseObserverArguments(given));
    expect(config).toMatchObject({ zone: 'zone1', rpcPort: 2882, clusterName: 'ob', dataDir: '/data/ob' });
    expect(parseObserverArguments(['-6', '-h', '-V'])).toEqual({ ipv6: true, help: true, version: true });
  });

  it('knows the simulator’s own options of the home, which those of the command line override', () => {
    mkdirSync(join(home, 'etc'));
    writeFileSync(simulatorFileOf(home), JSON.stringify({ __sim_time_scale: '0.1', cpu_count: '2' }));
    const { options } = loadObserverConfig(home, parseObserverArguments(first));
    expect([options.get('__sim_time_scale'), options.get('cpu_count')]).toEqual(['0.1', '8']);
  });

  it('takes the address of the host when it is given none', () => {
    mkdirSync(join(home, 'etc'));
    writeFileSync(simulatorFileOf(home), JSON.stringify({ __sim_host_ip: '127.0.0.9' }));
    const given = ['-z', 'z', '-p', '2881', '-P', '2882', '-d', 'data', '-r', '127.0.0.1:2882:2881'];
    expect(loadObserverConfig(home, parseObserverArguments(given)).ip).toBe('127.0.0.9');
  });

  it('refuses unknown options', () => {
    expect(() => parseObserverArguments(['--frob'])).toThrow(ConfigError);
  });
});
