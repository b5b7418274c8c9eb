import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { get, Agent as HttpsAgent } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { agentError, agentInfo } from '@openocp/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpsServer } from './https-server.ts';
import { AgentProcess } from './testing/agent-process.ts';
import { makeCertificates, type TestCertificates } from './testing/certificates.ts';
import { FakeHome } from './testing/fake-home.ts';

let certificates: TestCertificates;
let home: FakeHome;
let foreign: FakeHome;
let agent: AgentProcess;

beforeAll(async () => {
  certificates = await makeCertificates();
  home = new FakeHome();
  foreign = new FakeHome();
  mkdirSync(join(home.path, 'empty'));
  agent = new AgentProcess(certificates, [home.path, join(home.path, 'empty'), join(home.path, 'missing')]);
  await agent.start();
});

afterAll(async () => {
  await agent.remove();
  await home.remove();
  await foreign.remove();
});

async function inspectError(path: string): Promise<string> {
  const body = JSON.stringify({ home: path, address: '127.0.0.1', ports: [] });
  const answer = await agent.send({ method: 'POST', path: '/v1/processes/inspect', body });
  return agentError.parse(answer.body).error;
}

test('the control plane is served', async () => {
  const { status, body } = await agent.send({ path: '/v1/info' });
  expect(status).toBe(200);
  expect(agentInfo.parse(body)).toMatchObject({ host: '127.0.0.1', pid: agent.pid });
});

test('a caller without a certificate is refused', async () => {
  await expect(agent.send({ path: '/v1/info', credentials: null })).rejects.toThrow(
    /CERTIFICATE_REQUIRED|alert/i,
  );
});

test('a caller with the right name from another authority is refused', async () => {
  const credentials = certificates.otherAuthority;
  await expect(agent.send({ path: '/v1/info', credentials })).rejects.toThrow(/alert|hang up|ECONNRESET/i);
});

test('a caller of our authority with another name is refused', async () => {
  const credentials = certificates.otherName;
  await expect(agent.send({ path: '/v1/info', credentials })).rejects.toThrow(/hang up|ECONNRESET/i);
});

test.each([
  ["an agent's, stolen", 'agent'],
  ["an agent's with the name of the control plane", 'otherRole'],
  ['expired', 'expired'],
  ['signed by itself', 'selfSigned'],
] as const)('a caller whose certificate is %s is refused', async (_what, name) => {
  const credentials = certificates[name];
  await expect(agent.send({ path: '/v1/info', credentials })).rejects.toThrow(/alert|hang up|ECONNRESET/i);
  expect((await agent.send({ path: '/v1/info' })).status).toBe(200);
});

test('a certificate that expires ends the connection that it opened', async () => {
  const { agent: own, ca, controlPlane } = certificates;
  let now = Date.now();
  const server = createHttpsServer({
    identity: { ...own, authority: ca },
    controlPlaneName: 'openocp-control-plane',
    routes: { 'GET /v1/info': () => ({}) },
    log: pino({ level: 'silent' }),
    now: () => now,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections: unknown[] = [];
  server.on('secureConnection', (socket) => connections.push(socket));
  const tls = { ca, cert: controlPlane.certificate, key: controlPlane.key };
  const client = new HttpsAgent({ ...tls, keepAlive: true });
  const { port } = server.address() as AddressInfo;
  const call = async () => {
    const [response] = await once(
      get({ host: '127.0.0.1', port, path: '/v1/info', agent: client }),
      'response',
    );
    response.resume();
    await once(response, 'close');
    return response.statusCode;
  };
  try {
    expect([await call(), await call()]).toEqual([200, 200]);
    now += 2 * 86_400_000;
    await expect(call()).rejects.toThrow(/hang up|ECONNRESET/);
    expect(connections).toHaveLength(1);
  } finally {
    client.destroy();
    server.close();
  }
});

test('TLS older than 1.3 is refused', async () => {
  await expect(agent.send({ path: '/v1/info', maxVersion: 'TLSv1.2' })).rejects.toThrow(/version/i);
});

test('unknown paths and methods are 404 in the error shape', async () => {
  for (const request of [
    { path: '/' },
    { path: '/v1/processes/stop' },
    { method: 'POST', path: '/v1/info' },
  ]) {
    const { status, body } = await agent.send(request);
    expect(status).toBe(404);
    expect(agentError.parse(body).error).toBe('invalid-request');
  }
});

test.each([
  ['not JSON', '{', undefined],
  ['another shape', '{"home":"/tmp"}', undefined],
  ['an unknown field', '{"home":"/tmp","address":"::1","ports":[],"force":true}', undefined],
  ['another content type', '{}', { 'content-type': 'text/plain' }],
  ['more than 64 KiB', JSON.stringify({ home: 'x'.repeat(70_000) }), undefined],
])('a body that is %s is refused', async (_what, body, headers) => {
  const { status, body: answer } = await agent.send({
    method: 'POST',
    path: '/v1/processes/inspect',
    body,
    ...(headers && { headers }),
  });
  expect(status).toBe(400);
  expect(agentError.parse(answer).error).toBe('invalid-request');
});

test('homes outside the list are refused, whether they exist or not', async () => {
  expect(await inspectError(foreign.path)).toBe('home-not-allowed');
  expect(await inspectError('/nowhere/at/all')).toBe('home-not-allowed');
  expect(await inspectError(`${home.path}/../${foreign.path.split('/').at(-1)}`)).toBe('home-not-allowed');
});

test('an allowed home that is missing or holds no database is not found', async () => {
  expect(await inspectError(join(home.path, 'missing'))).toBe('home-not-found');
  expect(await inspectError(join(home.path, 'empty'))).toBe('home-not-found');
});

test('an allowed path that becomes a link to another home is refused', async () => {
  const path = join(home.path, 'empty');
  renameSync(path, `${path}-moved`);
  symlinkSync(foreign.path, path);
  expect(await inspectError(path)).toBe('home-not-allowed');
  rmSync(path);
  renameSync(`${path}-moved`, path);
});

test('an address that is none is refused, ports that are taken are told', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect((await agent.inspect(home.path, [1, port])).listeningPorts).toEqual([port]);
  listener.close();
  const body = JSON.stringify({ home: home.path, address: 'example.test', ports: [1] });
  const answer = await agent.send({ method: 'POST', path: '/v1/processes/inspect', body });
  expect(agentError.parse(answer.body).message).toContain('not an IP address');
});
