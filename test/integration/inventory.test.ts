/** The way of a cluster through the inventory: looked at, taken over without agents, given agents, moved out. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Stack, startStack, taskShape, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
const clusters = '/api/v2/ob/clusters';
const secret = 'Ssh-phrase-77';

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, config: { syncIntervalMs: 500 } });
});

afterAll(() => stack?.stop());

const listOf = <Item extends z.ZodType>(item: Item) => z.object({ contents: z.array(item) });
const named = z.looseObject({ id: z.int(), name: z.string() });

/** As a tool does it that knows any server of the cluster, here the last. */
function takeOverBody(more: Readonly<Record<string, unknown>> = {}) {
  const server = stack.cluster.servers.at(-1);
  return {
    connectionMode: 'direct',
    address: server?.ip,
    port: server?.sqlPort,
    rootSysPassword: stack.cluster.rootPassword,
    switchConfigUrl: true,
    ...more,
  };
}

describe('what the tools ask for before they take a cluster over', () => {
  test('a host type is created once, found by its name, and deleted', async () => {
    const body = { name: 'tiny', description: '2core 16gb' };
    const created = await stack.api.data(named, 'POST', '/api/v2/compute/hostTypes', body);
    const again = await stack.api.call('POST', '/api/v2/compute/hostTypes', body);
    expect([again.status, again.body.error?.code]).toEqual([409, 1006]);
    const { contents } = await stack.api.data(listOf(named), 'GET', '/api/v2/compute/hostTypes');
    expect(contents).toMatchObject([{ id: created.id, ...body }]);
    const path = `/api/v2/compute/hostTypes/${created.id}`;
    expect((await stack.api.call('GET', path)).body.data).toMatchObject(body);
    expect((await stack.api.call('DELETE', path)).status).toBe(200);
    expect((await stack.api.call('GET', path)).body.error?.code).toBe(1002);
  });

  test('a credential goes in and is found by its name; its secret never comes out', async () => {
    const path = '/api/v2/profiles/me/credentials';
    const body = {
      targetType: 'HOST',
      name: 'shop hosts',
      sshCredentialProperty: { type: 'PASSWORD', username: 'admin', passphrase: secret },
      obCredentialProperty: {},
    };
    const created = await stack.api.call('POST', path, body);
    expect(created.body.data).toMatchObject({ name: 'shop hosts', username: 'admin' });
    const again = await stack.api.call('POST', path, body);
    expect([again.status, again.body.error?.code]).toEqual([409, 1006]);
    const listed = await stack.api.call('GET', path);
    expect(listed.body.data).toMatchObject({ contents: [{ targetType: 'HOST', name: 'shop hosts' }] });
    expect(JSON.stringify([created, again, listed])).not.toContain(secret);
  });

  test.each([
    ['without its property', { targetType: 'HOST', name: 'x' }],
    [
      'without a passphrase',
      { targetType: 'HOST', name: 'x', sshCredentialProperty: { type: 'PASSWORD', username: 'u' } },
    ],
    ['of an unknown kind', { targetType: 'TOASTER', name: 'x' }],
    ['without a name', { targetType: 'HOST', name: ' ', sshCredentialProperty: {} }],
  ])('a credential %s is refused', async (_name, body) => {
    const answer = await stack.api.call('POST', '/api/v2/profiles/me/credentials', body);
    expect([answer.status, answer.body.error?.code]).toEqual([400, 1001]);
  });

  test('credentials are their owner’s alone', async () => {
    const other = stack.createUser('other', 'Look_0nly!', ['CLUSTER_MANAGER']);
    const path = '/api/v2/profiles/me/credentials';
    expect((await other.call('GET', path)).body.data).toMatchObject({ contents: [] });
    expect((await other.call('DELETE', `${path}/1`)).body.error?.code).toBe(1002);
  });
});

describe('the check before a take-over', () => {
  const check = async (body: unknown) => {
    const result = z.object({
      valid: z.boolean(),
      messages: z.array(z.string()),
      notes: z.array(z.string()),
    });
    return (await stack.api.data(z.looseObject({ result }), 'POST', `${clusters}/takeOverPreCheck`, body))
      .result;
  };

  test('tells every finding at once', async () => {
    const hostInfo = { hostTypeId: 4711, credentialId: 4712 };
    const result = await check(
      takeOverBody({ hostInfo, agents: [{ host: '10.9.9.9', url: 'https://10.9.9.9:1' }] }),
    );
    expect(result).toMatchObject({
      valid: false,
      messages: [expect.stringMatching(/no host type 4711/), expect.stringMatching(/no credential 4712/)],
      notes: [expect.stringMatching(/No agent was named for/), expect.stringMatching(/10\.9\.9\.9/)],
    });
  });

  test('tells a wrong password in the words of the kernel', async () => {
    const { valid, messages } = await check(takeOverBody({ rootSysPassword: 'wrong' }));
    expect(valid).toBe(false);
    expect(messages[0]).toMatch(/OceanBase error 1045 .*Access denied/);
  });

  test('refuses the take-over itself with the same findings', async () => {
    const answer = await stack.api.call(
      'POST',
      `${clusters}/takeOver`,
      takeOverBody({ hostInfo: { hostTypeId: 4711 } }),
    );
    expect(answer.body.error).toMatchObject({
      code: 11050,
      details: { messages: [expect.stringMatching(/4711/)] },
    });
  });
});

describe('a cluster without agents', () => {
  const path = () => `${clusters}/${stack.clusterId}`;
  let hostTypeId: number;

  test('is taken over through any of its servers', async () => {
    ({ id: hostTypeId } = await stack.api.data(named, 'POST', '/api/v2/compute/hostTypes', {
      name: 'large',
    }));
    const credentials = await stack.api.data(listOf(named), 'GET', '/api/v2/profiles/me/credentials');
    const hostInfo = {
      kind: 'DEDICATED_PHYSICAL_MACHINE',
      hostTypeId,
      sshPort: 22,
      credentialId: credentials.contents[0]?.id,
    };
    const task = await stack.api.data(taskShape, 'POST', `${clusters}/takeOver`, takeOverBody({ hostInfo }));
    await stack.waitForTask(task.id);
    await stack.adopt(task.clusterId ?? 0);
    const { contents } = await stack.api.data(
      listOf(z.looseObject({ status: z.string(), hostTypeName: z.string() })),
      'GET',
      `${path()}/servers`,
    );
    expect(contents.map(({ status, hostTypeName }) => [status, hostTypeName])).toEqual(
      Array.from({ length: 3 }, () => ['RUNNING', 'large']),
    );
  });

  test('is looked at again and again; servers and zones that did not change keep their times', async () => {
    const timed = z.looseObject({ updateTime: z.string() });
    const times = async (what: string) =>
      (await stack.api.data(listOf(timed), 'GET', `${path()}/${what}`)).contents.map(
        ({ updateTime }) => updateTime,
      );
    const look = async () =>
      (await stack.api.data(z.looseObject({ syncTime: z.string() }), 'GET', path())).syncTime;
    const [first, servers, zones] = [await look(), await times('servers'), await times('zones')];
    await waitFor('the next look', async () => ((await look()) > first ? true : undefined), {
      timeoutMs: 10_000,
    });
    expect([await times('servers'), await times('zones')]).toEqual([servers, zones]);
  });

  test('shows what SQL tells', async () => {
    for (const what of ['zones', 'servers', 'parameters', 'stats', 'serverStats', 'units']) {
      expect((await stack.api.call('GET', `${path()}/${what}`)).status).toBe(200);
    }
  });

  test('refuses what needs an agent, and says how to get one', async () => {
    const id = stack.servers[0]?.id;
    const answer = await stack.api.call('POST', `${path()}/servers/${id}/stop`, { type: 'STOP_PROCESS' });
    expect([answer.status, answer.body.error?.code]).toEqual([400, 7013]);
    expect(answer.body.error?.message).toMatch(/connectAgents/);
  });

  test('offers no operation that needs one, and says why', async () => {
    const offers = z.looseObject({
      availableOperations: z.array(z.string()),
      unavailableOperations: z.record(z.string(), z.string()),
    });
    // A new server comes with the agent of its own host.
    for (const [what, offered] of [
      ['servers', ['stopService']],
      ['zones', ['addServer']],
    ] as const) {
      const { contents } = await stack.api.data(listOf(offers), 'GET', `${path()}/${what}`);
      expect(contents.map(({ availableOperations }) => availableOperations)).toEqual([
        offered,
        offered,
        offered,
      ]);
    }
    const { contents } = await stack.api.data(listOf(offers), 'GET', `${path()}/servers`);
    expect(contents[0]?.unavailableOperations.stopProcess).toMatch(/No agent is connected on 127/);
    expect(contents[0]?.unavailableOperations.start).toBeDefined();
  });

  test('has a server taken out of service and back by SQL alone', async () => {
    const target = stack.servers[2];
    if (target === undefined) throw new Error('the cluster has three servers');
    const server = `${path()}/servers/${target.id}`;
    const planned = z.looseObject({
      verdict: z.string(),
      subtasks: z.array(z.looseObject({ name: z.string() })),
    });
    const plan = await stack.api.data(planned, 'POST', `${server}/stop/plan`, { type: 'STOP_SERVICE' });
    expect(plan.verdict).not.toBe('BLOCKED');
    const stopped = await stack.waitForTask(
      (await stack.submit(target.id, 'stop', { type: 'STOP_SERVICE' })).id,
    );
    expect(stopped.subtasks.map(({ name }) => name)).toEqual(plan.subtasks.map(({ name }) => name));
    expect(await stack.serverStatus(target.id)).toBe('SERVICE_STOPPED');
    const refused = await stack.api.call('POST', `${server}/stop`, { type: 'STOP_PROCESS' });
    expect(refused.body.error?.message).toMatch(/connectAgents/);
    // A process that has ended is not told started; one that runs is only told so when it is proven.
    process.kill(Number(readFileSync(join(target.home, 'run/observer.pid'), 'utf8')), 'SIGKILL');
    const started = await stack.waitForEnd((await stack.submit(target.id, 'start')).id);
    const failed = started.subtasks.find(({ status }) => status === 'FAILED');
    expect(failed?.name).toBe('Prepare start observer');
    expect(failed?.failure).toMatch(/does not answer .*Connect the agent/);
    spawn(join(target.home, 'bin', 'observer'), [], {
      cwd: target.home,
      detached: true,
      stdio: 'ignore',
    }).unref();
    const answers = async () =>
      (await stack.sql(target, 'SELECT 1 AS up').catch(() => [])).length > 0 ? true : undefined;
    await waitFor('the observer to answer', answers, { timeoutMs: 60_000 });
    await stack.command(started.id, 'retry');
    const retried = await stack.waitForEnd(started.id);
    expect(retried.status).toBe('SUCCESSFUL');
    expect(retried.subtasks.map(({ name }) => name)).not.toContain('Start observer process');
    expect(await stack.serverStatus(target.id)).toBe('RUNNING');
  });

  test('keeps its host type from being deleted', async () => {
    const answer = await stack.api.call('DELETE', `/api/v2/compute/hostTypes/${hostTypeId}`);
    expect([answer.status, answer.body.error?.code]).toEqual([409, 1005]);
  });

  test('cannot be taken over twice', async () => {
    const answer = await stack.api.call('POST', `${clusters}/takeOver`, takeOverBody());
    expect([answer.status, answer.body.error?.code]).toEqual([409, 11014]);
  });

  test('gets its agents later; one that does not answer is told, and keeps nobody from being connected', async () => {
    const [silent, ...others] = stack.agents.map(({ host, url }) => ({ host, url }));
    const agents = [{ host: silent?.host, url: `https://${silent?.host}:1` }, ...others];
    const connection = z.looseObject({ connected: z.boolean(), message: z.string() });
    const connect = (body: unknown) =>
      stack.api.data(listOf(connection), 'POST', `${path()}/connectAgents`, body);
    const { contents } = await connect({ agents });
    expect(contents.map(({ connected }) => connected)).toEqual([false, true, true]);
    expect((await connect({ agents: [silent] })).contents).toMatchObject([{ connected: true }]);
    const foreign = await stack.api.call('POST', `${path()}/connectAgents`, {
      agents: [{ host: '10.9.9.9', url: 'https://10.9.9.9:1' }],
    });
    expect([foreign.status, foreign.body.error?.code]).toEqual([404, 13002]);
  });
});

describe('what was changed past this control plane', () => {
  const shape = z.looseObject({
    id: z.int(),
    status: z.string(),
    availableOperations: z.array(z.string()),
    drift: z.array(z.object({ kind: z.string(), evidence: z.string(), remedy: z.string() })),
  });
  const waitForDrift = (serverId: number, kinds: readonly string[]) =>
    waitFor(
      `server ${serverId} to show ${kinds.join(', ') || 'no drift'}`,
      async () => {
        const path = `${clusters}/${stack.clusterId}/servers`;
        const { contents } = await stack.api.data(listOf(shape), 'GET', path);
        const server = contents.find(({ id }) => id === serverId);
        const found = server?.drift.map(({ kind }) => kind);
        return JSON.stringify(found) === JSON.stringify(kinds) ? server : undefined;
      },
      { timeoutMs: 30_000 },
    );

  test('a server stopped by somebody else is shown as such, and is not started', async () => {
    const [, second, third] = stack.servers;
    if (second === undefined || third === undefined) throw new Error('too few servers');
    await stack.sql(second, `ALTER SYSTEM STOP SERVER '${third.ip}:${third.port}'`);
    const shown = await waitForDrift(third.id, ['STOPPED_ELSEWHERE']);
    expect(shown).toMatchObject({
      status: 'SERVICE_STOPPED',
      drift: [{ remedy: expect.stringMatching(/Start it here/) }],
    });
    expect(shown.availableOperations).toContain('start');
    await stack.sql(second, `ALTER SYSTEM START SERVER '${third.ip}:${third.port}'`);
    await waitForDrift(third.id, []);
  });

  test('a stop and a start from here are no drift', async () => {
    const [, , third] = stack.servers;
    if (third === undefined) throw new Error('too few servers');
    await stack.waitForTask((await stack.submit(third.id, 'stop')).id);
    await waitForDrift(third.id, []);
    await stack.waitForTask((await stack.submit(third.id, 'start')).id);
    const rounds = await syncRounds(2);
    expect(rounds).toBeGreaterThanOrEqual(2);
    await waitForDrift(third.id, []);
  });

  test('a process that somebody else has restarted is told with both pids', async () => {
    const [, second] = stack.servers;
    if (second === undefined) throw new Error('too few servers');
    await stack.sql(second, 'CALL dbms_sim.come_back(1)');
    process.kill(second.pid, 'SIGKILL');
    const { drift } = await waitForDrift(second.id, ['PROCESS_RESTARTED']);
    expect(drift[0]?.evidence).toMatch(new RegExp(`was pid ${second.pid} and is pid \\d+`));
  });
});

/** Waits until the cluster has been looked at so many times more. */
async function syncRounds(rounds: number): Promise<number> {
  const seen = new Set<string>();
  const cluster = z.looseObject({ updateTime: z.string() });
  await waitFor(
    `${rounds} looks at the cluster`,
    async () => {
      seen.add((await stack.api.data(cluster, 'GET', `${clusters}/${stack.clusterId}`)).updateTime);
      return seen.size > rounds || undefined;
    },
    { timeoutMs: 30_000 },
  );
  return seen.size - 1;
}

describe('moving out', () => {
  test('needs the right to delete', async () => {
    const viewer = stack.createUser('viewer3', 'Look_0nly!', ['CLUSTER_VIEWER']);
    expect((await viewer.call('POST', `${clusters}/${stack.clusterId}/moveOut`)).status).toBe(403);
  });

  test('forgets the cluster and its passwords; the cluster does not notice', async () => {
    const [first] = stack.servers;
    if (first === undefined) throw new Error('no servers');
    const newPassword = 'Moved-out-9';
    await stack.api.call('POST', `${clusters}/${stack.clusterId}/changePassword`, {
      newPassword,
      saveToCredential: true,
    });
    const credentials = async () =>
      (await stack.api.data(listOf(named), 'GET', '/api/v2/profiles/me/credentials')).contents.map(
        ({ name }) => name,
      );
    expect(await credentials()).toContain(`${stack.cluster.clusterName}:${stack.cluster.obClusterId}`);
    const task = await stack.submitMoveOut();
    expect(task.name).toBe('Move out OB cluster');
    await stack.waitForTask(task.id);
    expect(await stack.listClusters()).toEqual([]);
    const gone = await stack.api.call('GET', `${clusters}/${stack.clusterId}`);
    expect([gone.status, gone.body.error?.code]).toEqual([404, 11001]);
    await waitFor(
      'the credential to be removed',
      async () =>
        ((await credentials()).includes('shop hosts') && (await credentials()).length === 1) || undefined,
      { timeoutMs: 10_000 },
    );
    expect(
      (await stack.api.call('POST', `${clusters}/takeOver`, takeOverBody({ rootSysPassword: newPassword })))
        .status,
    ).toBe(200);
    await stack.waitForTask((await stack.newestTask()).id);
  });
});

test('no secret is in the database or in a log', () => {
  const folder = join(stack.folder, 'data');
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const texts = files.map((file) => readFileSync(file, 'latin1'));
  for (const each of [secret, 'Moved-out-9', stack.cluster.rootPassword]) {
    expect([...texts, stack.controlPlane.output].some((text) => text.includes(each))).toBe(false);
  }
});
