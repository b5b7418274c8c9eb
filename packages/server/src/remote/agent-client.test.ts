/** Whom the control plane believes to be the agent of a host. None of the others may hear a word of the request. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { agentNameOf } from '@openocp/contract';
import { afterEach, beforeAll, expect, test } from 'vitest';
import {
  type CertificateRequest,
  createAuthority,
  fingerprintOf,
  issueCertificate,
  type KeyPair,
} from '../security/certificate-authority.ts';
import { issueClientIdentity } from '../security/client-identity.ts';
import {
  type AgentClient,
  AgentUnreachable,
  type ClientIdentity,
  createAgentClient,
} from './agent-client.ts';
import { createOutboundPolicy } from './outbound-policy.ts';

const host = '127.0.0.31';
const otherHost = '127.0.0.32';
const dayMs = 86_400_000;
const info = { version: '1', host, pid: 1, bootId: 'b', startTime: 1, homes: [] };

let authority: KeyPair;
let stranger: KeyPair;
/** Good fingerprints by host, as the metadata has them. */
let good: Map<string, string[]>;
let ended: string[];
let client: AgentClient;
let identified: number;
let now: number;
let elapsed: number;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await createAuthority(new Date());
  stranger = await createAuthority(new Date());
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function identify(): Promise<ClientIdentity> {
  identified += 1;
  const own = await issueClientIdentity(authority, Date.now());
  return { ...own, renewAfterMs: dayMs / 2, expireTime: now + dayMs };
}

function startClient(): void {
  good = new Map();
  ended = [];
  identified = 0;
  now = Date.now();
  elapsed = 0;
  client = createAgentClient({
    identify,
    clock: () => now,
    monotonicNow: () => elapsed,
    outbound: createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] }),
    trust: {
      listGood: async (name) => (good.get(name) ?? []).map((fingerprint) => ({ fingerprint })),
      endOlder: async (name, fingerprint) => {
        ended.push(`${name} ${fingerprint}`);
      },
    },
  });
  ends.push(() => client.close());
}

interface FakeAgent {
  readonly url: string;
  readonly server: Server;
  readonly paths: string[];
  readonly callers: number[];
}

async function startAgent(own: KeyPair, at = host): Promise<FakeAgent> {
  const paths: string[] = [];
  const callers: number[] = [];
  const tls = { cert: own.certificate, key: own.key, ca: authority.certificate, requestCert: true };
  const server = createServer(tls, (request, response) => {
    paths.push(String(request.url));
    response.end(JSON.stringify(info));
  });
  server.on('secureConnection', (socket) => callers.push(socket.remotePort ?? 0));
  server.listen(0, at);
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `https://${at}:${(server.address() as AddressInfo).port}`, server, paths, callers };
}

function issue(
  fields: Partial<CertificateRequest> = {},
  from = authority,
  at = new Date(),
): Promise<KeyPair> {
  return issueCertificate(
    from,
    { commonName: agentNameOf(host), hosts: [host], usage: 'server', ...fields },
    at,
  );
}

const trustOn = (name: string, { certificate }: KeyPair) => good.set(name, [fingerprintOf(certificate)]);

test('the agent with the certificate on record is believed, and older ones are ended once for a connection', async () => {
  startClient();
  const own = await issue();
  trustOn(host, own);
  const { url, callers } = await startAgent(own);
  expect(await client.info(url)).toEqual(info);
  // The connection is free a turn after its answer was read.
  await setImmediate();
  expect(await client.info(url)).toEqual(info);
  expect(callers).toHaveLength(1);
  expect(ended).toEqual([`${host} ${fingerprintOf(own.certificate)}`]);
});

test.each<[string, () => Promise<KeyPair>, RegExp]>([
  ['of another authority', () => issue({}, stranger), /unable to verify|self-signed|signature/i],
  ['signed by itself', () => createAuthority(new Date()), /self-signed|purpose/i],
  [
    'that has expired',
    () => issue({ lifeMs: dayMs }, authority, new Date(Date.now() - 2 * dayMs)),
    /expired/,
  ],
  ['that is not valid yet', () => issue({}, authority, new Date(Date.now() + dayMs)), /not yet valid/],
  ['for calling agents', () => issue({ usage: 'client' }), /purpose/],
  [
    'of host A at host B',
    () => issue({ commonName: agentNameOf(otherHost), hosts: [otherHost] }),
    /127\.0\.0\.31/,
  ],
])(
  'a certificate %s is refused even if it is on record, and hears no request',
  async (_what, make, reason) => {
    startClient();
    const own = await make();
    trustOn(host, own);
    const { url, paths } = await startAgent(own);
    const error = await client.info(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentUnreachable);
    expect(error).toMatchObject({ delivered: false, message: expect.stringMatching(reason) });
    expect(paths).toEqual([]);
  },
);

test('a certificate of our authority for this very host that is not on record is refused', async () => {
  startClient();
  trustOn(host, await issue());
  const { url, paths } = await startAgent(await issue());
  await expect(client.info(url)).rejects.toThrow('not good for host 127.0.0.31: it was revoked or replaced');
  expect(paths).toEqual([]);
});

test('a certificate that comes on record while the connection is made is no reason to refuse', async () => {
  startClient();
  trustOn(host, await issue());
  const own = await issue();
  const { url, server, paths } = await startAgent(own);
  // After the record was read, and before the agent shows its certificate.
  server.once('connection', () => trustOn(host, own));
  expect(await client.info(url)).toEqual(info);
  expect(paths).toHaveLength(1);
});

test('the record of one host says nothing about another', async () => {
  startClient();
  const own = await issue({ hosts: [host, otherHost] });
  trustOn(otherHost, own);
  const { url, paths } = await startAgent(own);
  await expect(client.info(url)).rejects.toThrow('no certificate of host 127.0.0.31 is good');
  expect(paths).toEqual([]);
});

test('after a revocation not even the connection that is open is used', async () => {
  startClient();
  const own = await issue();
  trustOn(host, own);
  const { url, paths } = await startAgent(own);
  await client.info(url);
  await setImmediate();
  trustOn(host, await issue());
  await expect(client.info(url)).rejects.toThrow('revoked or replaced');
  good.clear();
  await expect(client.info(url)).rejects.toThrow('all were revoked');
  expect(paths).toHaveLength(1);
});

test('a record that cannot be read sends nothing, and says so', async () => {
  startClient();
  const own = await issue();
  const { url, paths } = await startAgent(own);
  good.get = () => {
    throw new Error('database is gone');
  };
  const error = await client.info(url).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ delivered: false, message: expect.stringContaining('cannot be read') });
  expect(paths).toEqual([]);
});

test('our own certificate is made once, and again when it gets old, with no call lost', async () => {
  startClient();
  const own = await issue();
  trustOn(host, own);
  const { url } = await startAgent(own);
  await Promise.all([client.info(url), client.info(url)]);
  expect(identified).toBe(1);
  elapsed += dayMs / 2;
  await Promise.all([1, 2, 3, 4].map(() => client.info(url)));
  expect(identified).toBe(2);
  // A wall clock that jumps is no reason, unless the certificate is over by it.
  now += dayMs - 1;
  await client.info(url);
  expect(identified).toBe(2);
  now += 1;
  await client.info(url);
  expect(identified).toBe(3);
});
