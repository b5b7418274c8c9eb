/** From a token to an agent that is trusted, and every way in which that must not happen. */
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentInvitation, agentRevocation, auditEvent, obHost } from '@openocp/contract';
import { loadConfig } from '@openocp/server/config';
import { type ControlPlane, startControlPlane } from '@openocp/server/control-plane';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { EnrollingAgent } from './enrolling-agent.ts';

const agentsPath = '/api/v2/compute/agents';
const adminPassword = 'Enrol_test_1';
const envelope = z.looseObject({
  data: z.unknown().optional(),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
});

const folder = mkdtempSync(join(tmpdir(), 'openocp-trust-'));
const agents: EnrollingAgent[] = [];
let controlPlane: ControlPlane;
const log: string[] = [];

beforeAll(async () => {
  const config = loadConfig(undefined, {
    OPENOCP__DATA_DIR: folder,
    OPENOCP__HTTP__PORT: '0',
    OPENOCP__OUTBOUND__ALLOW_LOOPBACK: 'true',
    OPENOCP__ADMIN_PASSWORD: adminPassword,
  });
  const logger = pino({ level: 'trace' }, { write: (line: string) => log.push(line) });
  controlPlane = await startControlPlane(config, logger);
});

afterAll(async () => {
  for (const agent of agents) await agent.remove();
  await controlPlane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function createAgent(host: string, name = host): EnrollingAgent {
  const agent = new EnrollingAgent(host, name);
  agents.push(agent);
  return agent;
}

async function call(method: 'GET' | 'POST', path: string, body?: object) {
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  const response = await fetch(new URL(path, controlPlane.url), {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: envelope.parse(await response.json()) };
}

const post = (path: string, body: object) => call('POST', path, body);

async function invite(host: string): Promise<string> {
  const { body } = await post(`${agentsPath}/invite`, { host });
  return agentInvitation.parse(body.data).token;
}

const register = (host: string, agentUrl: string) =>
  post('/api/v2/compute/hosts', { innerIpAddress: host, agentUrl });

test('an agent enrols with a token, is registered, and its key has never left its host', async () => {
  const agent = createAgent('127.0.0.41');
  const token = await invite(agent.host);
  expect(await agent.enroll(controlPlane.url, token)).toEqual({ code: 0, error: '' });
  const { body } = await register(agent.host, await agent.start());
  expect(obHost.parse(body.data)).toMatchObject({ innerIpAddress: agent.host, hostAgentStatus: 'AVAILABLE' });
  expect(statSync(agent.identityFile).mode & 0o777).toBe(0o600);
  const { key } = z.object({ key: z.string() }).parse(JSON.parse(readFileSync(agent.identityFile, 'utf8')));
  const secrets = [token.split('.').at(-1) ?? '', key.split('\n')[1] ?? ''];
  const stored =
    readFileSync(join(folder, 'openocp.db'), 'latin1') +
    readFileSync(join(folder, 'openocp.db-wal'), 'latin1');
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(30);
    expect(stored).not.toContain(secret);
    expect(log.join()).not.toContain(secret);
  }
});

test('a token is good once: of several agents that come at once, exactly one wins', async () => {
  const token = await invite('127.0.0.42');
  const contenders = [1, 2, 3].map(() => createAgent('127.0.0.42'));
  const endings = await Promise.all(contenders.map((agent) => agent.enroll(controlPlane.url, token)));
  expect(endings.filter(({ code }) => code === 0)).toHaveLength(1);
  expect(contenders.filter((agent) => agent.isEnrolled)).toHaveLength(1);
  const late = createAgent('127.0.0.42');
  const { code, error } = await late.enroll(controlPlane.url, token);
  expect([code, late.isEnrolled]).toEqual([1, false]);
  expect(error).toContain('was used or revoked at');
});

test("a host's certificate and key, stolen, serve at no other host and open no other agent", async () => {
  const robbed = createAgent('127.0.0.38');
  const other = createAgent('127.0.0.39');
  for (const agent of [robbed, other])
    expect((await agent.enroll(controlPlane.url, await invite(agent.host))).code).toBe(0);
  const thief = createAgent(other.host, robbed.host);
  cpSync(join(robbed.folder, 'data'), join(thief.folder, 'data'), { recursive: true });
  const { body } = await register(other.host, await thief.start());
  expect([body.error?.code, body.error?.message]).toEqual([7101, expect.stringMatching(/altnames/)]);

  const stolen = z
    .object({ certificate: z.string(), key: z.string(), authority: z.string() })
    .parse(JSON.parse(readFileSync(robbed.identityFile, 'utf8')));
  const asClient = { cert: stolen.certificate, key: stolen.key, ca: stolen.authority, agent: false };
  const url = new URL('/v1/info', await other.start());
  const answer = new Promise((resolve, reject) => {
    request(url, asClient, resolve).on('error', reject).end();
  });
  await expect(answer).rejects.toThrow(/alert|hang up|ECONNRESET/i);
  expect((await register(other.host, other.url)).status).toBe(200);
});

test('a token for another host gives nothing, and stays good for its own', async () => {
  const token = await invite('127.0.0.43');
  const thief = createAgent('127.0.0.44');
  const { code, error } = await thief.enroll(controlPlane.url, token);
  expect([code, thief.isEnrolled]).toEqual([1, false]);
  expect(error).toContain('"host" in the agent\'s configuration must be 127.0.0.43');
  expect((await createAgent('127.0.0.43').enroll(controlPlane.url, token)).code).toBe(0);
});

test('an authority that is not the one in the token is not believed', async () => {
  const agent = createAgent('127.0.0.45');
  const token = (await invite(agent.host)).split('.');
  token[2] = '0'.repeat(64);
  const { code, error } = await agent.enroll(controlPlane.url, token.join('.'));
  expect([code, agent.isEnrolled]).toEqual([1, false]);
  expect(error).toContain('another authority than the token names');
});

test('a request that was exchanged on its way is refused, and does not use the token up', async () => {
  const agent = createAgent('127.0.0.46');
  const token = await invite(agent.host);
  const [, tokenId] = token.split('.');
  const other = createAgent('127.0.0.46');
  const request = `-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n`;
  const answer = await post(`${agentsPath}/enrol`, {
    invitation: tokenId,
    request,
    proof: `${'A'.repeat(86)}==`,
  });
  expect([answer.status, answer.body.error?.code]).toEqual([403, 7031]);
  expect((await other.enroll(controlPlane.url, token)).code).toBe(0);
});

test('text that is no token, and an agent that is not enrolled, end with what to do', async () => {
  const agent = createAgent('127.0.0.47');
  expect((await agent.enroll(controlPlane.url, 'secret')).error).toContain('holds no enrolment token');
  await expect(agent.start()).rejects.toThrow('ended');
});

test('a revoked agent is refused at once, also on the connection that is open, until it enrols again', async () => {
  const agent = createAgent('127.0.0.48');
  await agent.enroll(controlPlane.url, await invite(agent.host));
  const url = await agent.start();
  const { body } = await register(agent.host, url);
  expect(obHost.parse(body.data).hostAgentStatus).toBe('AVAILABLE');
  const unused = await invite(agent.host);
  const revoked = await post(`${agentsPath}/revoke`, { host: agent.host });
  expect(agentRevocation.parse(revoked.body.data)).toEqual({ host: agent.host, certificates: 1, tokens: 1 });
  const refused = await register(agent.host, url);
  expect([refused.status, refused.body.error?.code]).toEqual([500, 7101]);
  expect(refused.body.error?.message).toContain('or all were revoked; enrol the agent');
  expect((await agent.enroll(controlPlane.url, unused)).error).toContain('was used or revoked');
  await agent.end();
  expect((await agent.enroll(controlPlane.url, await invite(agent.host))).code).toBe(0);
  const again = await register(agent.host, await agent.start());
  expect(again.body.error?.code).toBe(7001);
});

test('who invited, enrolled and revoked which host, and who was refused, is in the audit without a secret', async () => {
  const agent = createAgent('127.0.0.49');
  const token = await invite(agent.host);
  await agent.enroll(controlPlane.url, token);
  await agent.enroll(controlPlane.url, token);
  await post(`${agentsPath}/revoke`, { host: agent.host });
  const { body } = await call('GET', '/api/v2/audit/events?size=100&sort=id,asc');
  const { contents } = z.object({ contents: z.array(auditEvent) }).parse(body.data);
  const describeEvent = (event: z.output<typeof auditEvent>) =>
    `${event.operationEvent} ${event.operatorName} ${event.status}`;
  const ofHost = ({ resourceId, eventInfo, status }: z.output<typeof auditEvent>) =>
    status === 'SUCCESS' && (resourceId === agent.host || eventInfo.includes(agent.host));
  expect(contents.filter(ofHost).map(describeEvent)).toEqual([
    'INVITE_OCP_AGENT admin SUCCESS',
    'ENROL_OCP_AGENT  SUCCESS',
    'REVOKE_OCP_AGENT admin SUCCESS',
  ]);
  // Refusals of one kind from one address are one event, with their count.
  expect(contents.map(describeEvent)).toContain('ENROL_OCP_AGENT  FAILED');
  const seed = token.split('.').at(-1) ?? '';
  expect(seed.length).toBeGreaterThan(30);
  expect(JSON.stringify(contents)).not.toContain(seed);
});
