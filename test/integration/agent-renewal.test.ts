/** A real agent gets its next certificate while it serves, and survives whatever happens on the way. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { agentNameOf } from '@openocp/contract';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { signForHost } from '../../packages/server/src/app/agent-enrolment.ts';
import { type AgentRenewal, renewAgent } from '../../packages/server/src/reconcilers/agent-certificates.ts';
import { type AgentClient, createAgentClient } from '../../packages/server/src/remote/agent-client.ts';
import { createOutboundPolicy } from '../../packages/server/src/remote/outbound-policy.ts';
import {
  createAuthority,
  expireTimeOf,
  fingerprintOf,
  issueCertificate,
  type KeyPair,
} from '../../packages/server/src/security/certificate-authority.ts';
import { enrolledLifeMs } from '../../packages/server/src/security/certificate-lives.ts';
import { issueClientIdentity } from '../../packages/server/src/security/client-identity.ts';
import { type AgentTrustStore, createAgentTrustStore } from '../../packages/server/src/store/agent-trust.ts';
import { type MetadataDatabase, openDatabase } from '../../packages/server/src/store/database.ts';
import { EnrollingAgent } from './enrolling-agent.ts';

const host = '127.0.0.51';
const dayMs = 86_400_000;

const folder = mkdtempSync(join(tmpdir(), 'openocp-renewal-'));
let database: MetadataDatabase;
let authority: KeyPair;
let trust: AgentTrustStore;
let agents: AgentClient;
let agent: EnrollingAgent;

beforeAll(async () => {
  database = await openDatabase(`sqlite:${join(folder, 'metadata.db')}`);
  authority = await createAuthority(new Date());
  trust = createAgentTrustStore(database, Date.now);
  agents = createAgentClient({
    trust,
    clock: Date.now,
    monotonicNow: () => performance.now(),
    outbound: createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] }),
    identify: () => issueClientIdentity(authority, Date.now()),
  });
});

afterAll(async () => {
  agents.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An agent whose certificate has lived for so many days. */
async function startAgent(days: number): Promise<void> {
  await trust.revoke(host);
  agent = new EnrollingAgent(host);
  const request = {
    commonName: agentNameOf(host),
    hosts: [host],
    usage: 'server',
    lifeMs: enrolledLifeMs,
  } as const;
  const own = await issueCertificate(authority, request, new Date(Date.now() - days * dayMs));
  await trust.insert({ host, ...recordOf(own.certificate) });
  mkdirSync(dirname(agent.identityFile), { recursive: true });
  writeFileSync(agent.identityFile, JSON.stringify({ ...own, authority: authority.certificate }));
  await agent.start();
}

const recordOf = (certificate: string) => ({
  fingerprint: fingerprintOf(certificate),
  expireTime: expireTimeOf(certificate),
});

afterEach(() => agent.remove());

function renewal(fields: Partial<AgentRenewal> = {}): AgentRenewal {
  const sign = (request: string, name: string) => signForHost(authority, request, name, Date.now());
  return { agents, trust, sign, lifeMs: enrolledLifeMs, clock: Date.now, ...fields };
}

const goodOnes = async () => (await trust.listGood(host)).map(({ fingerprint }) => fingerprint);
const onDisk = () =>
  fingerprintOf(
    z.looseObject({ certificate: z.string() }).parse(JSON.parse(readFileSync(agent.identityFile, 'utf8')))
      .certificate,
  );

test('with more than a third of its life left nothing is done', async () => {
  await startAgent(59);
  expect(await renewAgent(renewal(), agent.url)).toBeUndefined();
});

test('the next certificate takes over while calls go on, the former ends, and a killed agent comes back with it', async () => {
  await startAgent(61);
  const [former] = await goodOnes();
  let renewing = true;
  const calls = async () => {
    let answered = 0;
    while (renewing || answered === 0) {
      await agents.info(agent.url);
      answered += 1;
    }
    return answered;
  };
  const traffic = [calls(), calls(), calls()];
  const issued = await renewAgent(renewal(), agent.url).finally(() => {
    renewing = false;
  });
  for (const answered of await Promise.all(traffic)) expect(answered).toBeGreaterThan(0);
  expect(issued?.fingerprint).not.toBe(former);
  expect(await goodOnes()).toEqual([issued?.fingerprint]);
  expect(onDisk()).toBe(issued?.fingerprint);
  await agent.end('SIGKILL');
  await agent.start();
  expect(await agents.info(agent.url)).toMatchObject({ host });
});

test('two instances that renew at once leave the agent with a certificate that is good', async () => {
  await startAgent(61);
  const former = onDisk();
  const results = await Promise.allSettled([1, 2, 3].map(() => renewAgent(renewal(), agent.url)));
  expect(results.map(({ status }) => status)).toContain('fulfilled');
  expect(onDisk()).not.toBe(former);
  expect(await agents.info(agent.url)).toMatchObject({ host });
  expect(await goodOnes()).toContain(onDisk());
  expect(await goodOnes()).not.toContain(former);
});

test('of two answers to one request the first counts, in whatever order they were signed', async () => {
  await startAgent(61);
  const { request } = await agents.requestCertificate(agent.url);
  const [older, newer] = [
    await signForHost(authority, request, host, Date.now()),
    await signForHost(authority, request, host, Date.now()),
  ];
  for (const { issued } of [older, newer]) await trust.insert(issued);
  const { fingerprint } = newer.issued;
  expect(await agents.installCertificate(agent.url, newer.certificate)).toEqual({ fingerprint });
  expect(await agents.installCertificate(agent.url, older.certificate)).toEqual({ fingerprint });
  expect(onDisk()).toBe(fingerprint);
  expect(await agents.info(agent.url)).toMatchObject({ host });
});

test('a certificate that never arrives spoils nothing: the agent keeps its own, and is renewed the next time', async () => {
  await startAgent(61);
  const former = onDisk();
  const lost = {
    ...agents,
    installCertificate: async () => Promise.reject(new Error('the answer was lost')),
  };
  await expect(renewAgent(renewal({ agents: lost }), agent.url)).rejects.toThrow('lost');
  expect(await agents.info(agent.url)).toMatchObject({ host });
  expect(onDisk()).toBe(former);
  const issued = await renewAgent(renewal(), agent.url);
  expect(await goodOnes()).toEqual([issued?.fingerprint]);
});

test('a host that is revoked while its certificate is signed gets no new one', async () => {
  await startAgent(61);
  const sign: AgentRenewal['sign'] = async (request, name) => {
    await trust.revoke(host);
    return signForHost(authority, request, name, Date.now());
  };
  expect(await renewAgent(renewal({ sign }), agent.url)).toBeUndefined();
  expect(await goodOnes()).toEqual([]);
});

test('the agent refuses a certificate that would make it a stranger, and keeps the one it has', async () => {
  await startAgent(61);
  const former = onDisk();
  const other = await createAuthority(new Date());
  const { request } = await agents.requestCertificate(agent.url);
  const now = Date.now();
  const foreign = await signForHost(other, request, host, now);
  await expect(agents.installCertificate(agent.url, foreign.certificate)).rejects.toThrow(
    'not of the authority',
  );
  const names = { commonName: agentNameOf(host), hosts: [host], usage: 'server' } as const;
  const otherKey = await issueCertificate(authority, names, new Date());
  await expect(agents.installCertificate(agent.url, otherKey.certificate)).rejects.toThrow(
    'belong to the key',
  );
  const early = await signForHost(authority, request, host, now - 100 * dayMs);
  await expect(agents.installCertificate(agent.url, early.certificate)).rejects.toThrow('is valid from');
  expect(onDisk()).toBe(former);
  expect(await agents.info(agent.url)).toMatchObject({ host });
});

test('a file that was half written when the agent died is no obstacle', async () => {
  await startAgent(61);
  await agent.end('SIGKILL');
  writeFileSync(`${agent.identityFile}.new`, '{"certificate":"-----BEGIN');
  await agent.start();
  expect(await renewAgent(renewal(), agent.url)).toBeDefined();
  expect(await agents.info(agent.url)).toMatchObject({ host });
});
