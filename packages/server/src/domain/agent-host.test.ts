import { expect, test } from 'vitest';
import { agentHostOf, canonicalHost } from './agent-host.ts';

test.each([
  ['10.0.0.1', 'https://10.0.0.1:62888', '10.0.0.1'],
  ['FE80:0:0::1', 'https://[fe80::0:1]:62888', 'fe80::1'],
  ['Node-1.Example.COM', 'https://NODE-1.example.com:62888/', 'node-1.example.com'],
])('%s and %s are the same host', (host, url, spelling) => {
  expect([canonicalHost(host), agentHostOf(url)]).toEqual([spelling, spelling]);
});
