import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadObserverConfig, parseObserverArguments } from './observer-config.ts';

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

  it('refuses unknown options', () => {
    expect(() => parseObserverArguments(['--frob'])).toThrow(ConfigError);
  });
});
