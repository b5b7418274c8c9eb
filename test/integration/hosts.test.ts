/** Hosts as the API shows them: those of a cluster that was taken over, and what is refused. */
import { type ObHost, obHost } from '@openocp/contract';
import { type Stack, startStack, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const hostsPath = '/api/v2/compute/hosts';
const page = z.object({ contents: z.array(obHost), page: z.object({ totalElements: z.int() }) });

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    serversPerZone: 1,
    observerOptions: { __sim_time_scale: '0.2' },
    config: { hostLookIntervalMs: 500 },
  });
  await stack.takeOver();
});

afterAll(() => stack?.stop());

async function list(query = ''): Promise<ObHost[]> {
  return (await stack.api.data(page, 'GET', `${hostsPath}${query}`)).contents;
}

async function first(): Promise<ObHost> {
  const [host] = await list();
  if (host === undefined) throw new Error('there is no host');
  return host;
}

test('a take-over records the host of every server, with its agent and its home', async () => {
  const hosts = await list();
  expect(hosts.map((host) => host.innerIpAddress)).toEqual(stack.servers.map(({ ip }) => ip));
  for (const [index, host] of hosts.entries()) {
    const server = stack.servers[index];
    expect(host.status).toBe('ONLINE');
    expect(host.hostAgentStatus).toBe('AVAILABLE');
    expect(host.operatingSystem).toBe('Linux');
    expect(host.services.map(({ type }) => type)).toEqual(['OB_CLUSTER', 'OCP_AGENT']);
    expect(host.homes).toEqual([{ path: server?.home, serverId: server?.id }]);
  }
  const { contents: servers } = await stack.api.data(
    z.object({ contents: z.array(z.looseObject({ ip: z.string(), hostId: z.int() })) }),
    'GET',
    `/api/v2/ob/clusters/${stack.clusterId}/servers`,
  );
  expect(servers.map(({ hostId }) => hostId)).toEqual(hosts.map(({ id }) => id));
});

test('the filters narrow the list', async () => {
  const host = await first();
  expect(await list(`?keyword=${host.innerIpAddress}`)).toHaveLength(1);
  expect(await list('?status=OFFLINE')).toEqual([]);
  expect(await list('?excludedServiceType=OB_CLUSTER')).toEqual([]);
  for (const { name } of host.services) expect(await list(`?keyword=${name.toUpperCase()}`)).toHaveLength(3);
  expect((await list('?sort=id,desc&size=1')).map(({ id }) => id)).toEqual([
    Math.max(...(await list()).map(({ id }) => id)),
  ]);
});

test('a host with servers is not forgotten, one that is known is not registered again', async () => {
  const { id, innerIpAddress, agentUrl } = await first();
  const refused = await stack.api.call('DELETE', `${hostsPath}/${id}`);
  expect([refused.status, refused.body.error?.code]).toEqual([400, 7004]);
  const again = await stack.api.call('POST', hostsPath, { innerIpAddress, agentUrl });
  expect([again.status, again.body.error?.code]).toEqual([409, 7001]);
  expect(await first()).toMatchObject({ id, innerIpAddress });
});

test("an agent of another host is not taken for the host's own", async () => {
  const { agentUrl } = await first();
  const answer = await stack.api.call('POST', hostsPath, { innerIpAddress: '127.0.0.99', agentUrl });
  expect([answer.status, answer.body.error?.code]).toEqual([500, 7102]);
  expect(answer.body.error?.message).toContain('is that of host');
});

test('an address where no agent listens is refused with the reason', async () => {
  const answer = await stack.api.call('POST', hostsPath, {
    innerIpAddress: '127.0.0.99',
    agentUrl: 'https://127.0.0.99:1',
  });
  expect([answer.status, answer.body.error?.code]).toEqual([500, 7101]);
});

test('bad input and unknown hosts are told apart', async () => {
  const bad = await stack.api.call('POST', hostsPath, { innerIpAddress: 'nowhere', agentUrl: 'http://x' });
  expect([bad.status, bad.body.error?.code]).toEqual([400, 1001]);
  expect((await stack.api.call('GET', `${hostsPath}/999999`)).body.error?.code).toBe(7005);
  expect((await stack.api.call('DELETE', `${hostsPath}/999999`)).status).toBe(404);
});

test('a silent agent makes its host OFFLINE, until it answers again', async () => {
  const { id, innerIpAddress } = await first();
  const agent = stack.agents.find(({ host }) => host === innerIpAddress);
  const becomes = (status: ObHost['status']) =>
    waitFor(
      `the host to be ${status}`,
      async () => {
        const host = await stack.api.data(obHost, 'GET', `${hostsPath}/${id}`);
        return host.status === status ? true : undefined;
      },
      { timeoutMs: 60_000 },
    );
  agent?.process.signal('SIGSTOP');
  try {
    await becomes('OFFLINE');
    expect((await list('?status=OFFLINE')).map((host) => host.id)).toEqual([id]);
    expect((await list('?status=ONLINE')).map((host) => host.id)).not.toContain(id);
    expect((await list('?sort=status,asc')).map(({ status }) => status)).toEqual([
      'OFFLINE',
      'ONLINE',
      'ONLINE',
    ]);
  } finally {
    agent?.process.signal('SIGCONT');
  }
  await becomes('ONLINE');
});
