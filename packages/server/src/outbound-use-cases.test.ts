/** Every call that names an address to connect to stands behind the outbound policy; no address that is refused is reached. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { operationIds, type Route, routes } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FilledControlPlane, startFilledControlPlane } from './testing/filled-control-plane.ts';

let controlPlane: FilledControlPlane;
let listener: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  controlPlane = await startFilledControlPlane();
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  ({ port } = listener.address() as AddressInfo);
});
afterAll(async () => {
  await controlPlane?.stop();
  listener.close();
});

async function post(path: string, body: object) {
  const response = await fetch(new URL(path, controlPlane.url), {
    method: 'POST',
    headers: { authorization: controlPlane.authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

const takeOver = (address: string) => ({
  connectionMode: 'direct',
  address,
  port,
  rootSysPassword: 'x',
});
/** What names an address, by the route. */
const calls = {
  clusterTakeOver: (host: string) => post('/api/v2/ob/clusters/takeOver', takeOver(host)),
  clusterTakeOverPreCheck: (host: string) => post('/api/v2/ob/clusters/takeOverPreCheck', takeOver(host)),
  hostRegister: (host: string) =>
    post('/api/v2/compute/hosts', { innerIpAddress: '127.0.0.1', agentUrl: urlOf(host) }),
  // The server that the cluster has, by an agent that is said to be elsewhere.
  clusterAgentsConnect: (host: string) =>
    post('/api/v2/ob/clusters/1/connectAgents', { agents: [{ host: '127.0.0.1', url: urlOf(host) }] }),
};

const urlOf = (host: string) => `https://${host.includes(':') ? `[${host}]` : host}:${port}`;

describe.each(Object.entries(calls))('%s', (_, call) => {
  it.each([
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '127.1',
    'localhost',
    '2130706433',
    '169.254.169.254',
    '10.0.0.1',
  ])('does not connect to %s', async (host) => {
    const { text } = await call(host);
    // An agent's name is not even resolved before it has a certificate on record.
    expect(text).toMatch(
      /is refused: (it is this host itself|link-local|it is in none of)|no certificate of host localhost is good/,
    );
    expect(connections).toBe(0);
  });
});

/** They name the host of an agent that will call by itself, or that is not to be trusted any more. */
const namesOnly = {
  agentInvite: (host: string) => post('/api/v2/compute/agents/invite', { host }),
  agentRevoke: (host: string) => post('/api/v2/compute/agents/revoke', { host }),
};

it.each(Object.entries(namesOnly))('%s connects to nobody', async (_, call) => {
  expect((await call('127.0.0.1')).status).toBe(200);
  expect(connections).toBe(0);
});

it('no other route takes an address', () => {
  const named = operationIds.filter((operationId) => {
    const { parameters, method }: Route = routes[operationId];
    const shape = JSON.stringify(z.toJSONSchema(parameters, { io: 'input' }));
    return (
      method !== 'GET' && /"(\w*address|\w*url|\w*host|\w*ip|endpoint)":\{[^}]*"type":"string"/i.test(shape)
    );
  });
  expect(named.sort()).toEqual(Object.keys({ ...calls, ...namesOnly }).sort());
});
