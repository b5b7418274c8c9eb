import { expect, test } from 'vitest';
import { formatAddress, parseMemberList } from './server-address.ts';

test('a member list is parsed into whole addresses, with or without timestamps, IPv6 too', () => {
  expect(parseMemberList('10.0.0.1:2882:1700000000000001,[fe80::1]:2882:1')).toEqual([
    { ip: '10.0.0.1', rpcPort: 2882 },
    { ip: 'fe80::1', rpcPort: 2882 },
  ]);
  expect(parseMemberList('10.0.0.1:2882')).toEqual([{ ip: '10.0.0.1', rpcPort: 2882 }]);
  expect(parseMemberList('')).toEqual([]);
});

test('a member list with one part that cannot be understood is not understood at all', () => {
  for (const text of [
    '10.0.0.1:2882:1,',
    '10.0.0.1',
    '10.0.0.1:99999:1',
    'a:b:c',
    '10.0.0.1:2882:1;10.0.0.2:2882:1',
  ]) {
    expect(parseMemberList(text), text).toBeUndefined();
  }
});

test('an IPv6 address is written in brackets, as the kernel does', () => {
  expect(formatAddress({ ip: 'fe80::1', rpcPort: 2882 })).toBe('[fe80::1]:2882');
});
