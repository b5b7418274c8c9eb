/** No address that somebody names, however it is spelt, leads where the control plane must not connect to. */
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, fingerprintOf, issueCertificate } from '../security/certificate-authority.ts';
import {
  type AgentClient,
  AgentUnreachable,
  type ClientIdentity,
  createAgentClient,
} from './agent-client.ts';
import { ClusterSessions } from './oceanbase/cluster-sessions.ts';
import { ConnectionFailure } from './oceanbase/kernel-error.ts';
import { createOutboundPolicy, type OutboundPolicy, OutboundRefusal } from './outbound-policy.ts';

const closed = createOutboundPolicy({ allowLoopback: false, onlyNetworks: [] });
const open = createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] });

/** One certificate is good, at whatever host. */
function createClient(
  identity: Pick<ClientIdentity, 'certificate' | 'key' | 'authority'>,
  fingerprint: string,
  outbound: OutboundPolicy,
): AgentClient {
  const never = Number.POSITIVE_INFINITY;
  return createAgentClient({
    identify: async () => ({ ...identity, renewAfterMs: never, expireTime: never }),
    trust: { listGood: async () => [{ fingerprint }], endOlder: async () => undefined },
    outbound,
    clock: Date.now,
    monotonicNow: () => performance.now(),
  });
}

const metadata = [
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  'fe80::1',
  'fe80::1%lo',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  '0.0.0.0',
  '::',
  '224.0.0.1',
  '255.255.255.255',
  'ff02::1',
];
const loopback = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'];
/** `getaddrinfo` understands them, so they are names that resolve to the address. */
const spellings = ['127.1', '2130706433', '0x7f.1', '017700000001', 'localhost'];

const resolve = (policy: typeof closed, name: string, all: boolean) =>
  new Promise((done, fail) => {
    policy.lookup(name, { all }, (error, found) => (error === null ? done(found) : fail(error)));
  });

describe('an address', () => {
  it.each(metadata)('%s is always refused', (address) => {
    for (const policy of [closed, open]) expect(() => policy.check(address)).toThrow(OutboundRefusal);
  });

  it.each(loopback)('%s is refused unless loopback is allowed', (address) => {
    expect(() => closed.check(address)).toThrow(/outbound\.allowLoopback/);
    open.check(address);
  });

  it.each(spellings)('%s is refused when it is resolved', async (name) => {
    for (const all of [true, false]) {
      await expect(resolve(closed, name, all)).rejects.toThrow(OutboundRefusal);
      await expect(resolve(open, name, all)).resolves.toBeDefined();
    }
  });

  it.each(['10.0.0.1', '192.168.1.1', '172.16.0.9', '8.8.8.8', 'fd12::1', '2001:db8::1'])(
    '%s is the business of whoever runs the cluster',
    (address) => closed.check(address),
  );

  it('outside of the configured networks is refused, also when it looks like IPv6', () => {
    const bound = createOutboundPolicy({ allowLoopback: true, onlyNetworks: ['10.1.0.0/16', 'fd12::/64'] });
    for (const address of ['10.1.9.9', '::ffff:10.1.9.9', 'fd12::7']) bound.check(address);
    for (const address of ['10.2.0.1', '::ffff:10.2.0.1', '127.0.0.1', 'fd12:1::7', '169.254.169.254'])
      expect(() => bound.check(address), address).toThrow(OutboundRefusal);
  });
});

const servers: Server[] = [];
const clients: AgentClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port, and how many have come to it. */
async function countConnections(): Promise<{ port: number; count: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  return { port: await listen(server), count: () => connections };
}

describe('what connects', () => {
  it('a session with a server: nothing arrives at a refused address, by number or by name', async () => {
    const { port, count } = await countConnections();
    const sessions = new ClusterSessions(closed);
    for (const ip of ['127.0.0.1', '127.1', 'localhost', '::ffff:127.0.0.1']) {
      const connecting = sessions.connect(
        { ip, rpcPort: 0, sqlPort: port },
        { user: 'u', password: '' },
        3000,
      );
      await expect(connecting).rejects.toThrow(ConnectionFailure);
      await expect(connecting).rejects.toThrow(/is refused: it is this host itself/);
    }
    expect(count()).toBe(0);
  });

  it('a session to an allowed address does arrive', async () => {
    const { port, count } = await countConnections();
    const sessions = new ClusterSessions(open);
    const endpoint = { ip: '127.0.0.1', rpcPort: 0, sqlPort: port };
    await expect(sessions.connect(endpoint, { user: 'u', password: '' }, 300)).rejects.toThrow();
    expect(count()).toBe(1);
  });

  it('a call to an agent: nothing arrives at a refused address, by number or by name', async () => {
    const { port, count } = await countConnections();
    const client = createClient({ certificate: '', key: '', authority: '' }, '', closed);
    clients.push(client);
    for (const host of ['127.0.0.1', '127.1', '[::ffff:127.0.0.1]', 'localhost', '0x7f000001']) {
      const call = client.info(`https://${host}:${port}`);
      await expect(call).rejects.toThrow(AgentUnreachable);
      await expect(call).rejects.toThrow(/is refused: it is this host itself/);
    }
    expect(count()).toBe(0);
  });

  it('an agent that redirects is not followed', async () => {
    const authority = await createAuthority(new Date());
    const own = await issueCertificate(
      authority,
      { commonName: 'agent', hosts: ['127.0.0.1'], usage: 'server' },
      new Date(),
    );
    const target = await countConnections();
    const agent = createHttpsServer({ cert: own.certificate, key: own.key }, (_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${target.port}/latest/meta-data/` }).end('{}');
    });
    const port = await listen(agent);
    const identity = { ...own, authority: authority.certificate };
    const client = createClient(identity, fingerprintOf(own.certificate), open);
    clients.push(client);
    await expect(client.info(`https://127.0.0.1:${port}`)).rejects.toThrow(/status 302/);
    expect(target.count()).toBe(0);
  });
});
