/** Parameters, resources and the password of a cluster: asked of the cluster, changed in the cluster, read back from it. */
import { queryServer, type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let path: string;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1 });
  await stack.takeOver();
  path = `/api/v2/ob/clusters/${stack.clusterId}`;
});

afterAll(() => stack?.stop());

const parameter = z.looseObject({
  name: z.string(),
  readonly: z.boolean(),
  currentValue: z.looseObject({
    values: z.array(z.string()),
    valueToServers: z.record(z.string(), z.array(z.string())),
    singleValueInCluster: z.boolean(),
  }),
});

async function valuesOf(name: string): Promise<string[] | undefined> {
  const { contents } = await stack.api.data(
    z.object({ contents: z.array(parameter) }),
    'GET',
    `${path}/parameters`,
  );
  return contents.find((each) => each.name === name)?.currentValue.values;
}

const put = (body: unknown) => stack.api.call('PUT', `${path}/parameters`, body);

describe('parameters', () => {
  test('are listed with the value of every server', async () => {
    const { contents } = await stack.api.data(
      z.object({ contents: z.array(parameter) }),
      'GET',
      `${path}/parameters`,
    );
    const zone = contents.find(({ name }) => name === 'zone');
    expect(zone).toMatchObject({
      readonly: true,
      currentValue: { values: ['zone1', 'zone2', 'zone3'], singleValueInCluster: false },
    });
    expect(zone?.currentValue.valueToServers.zone2).toEqual([
      `${stack.servers[1]?.ip}:${stack.servers[1]?.port}`,
    ]);
  });

  test('what is known of them is listed for the versions of all clusters', async () => {
    const info = z.looseObject({ name: z.string(), type: z.string(), version: z.string() });
    const { contents } = await stack.api.data(
      z.object({ contents: z.array(info) }),
      'GET',
      '/api/v2/ob/clusters/parameterInfo',
    );
    expect(contents.filter(({ name }) => name === 'lease_time')).toMatchObject([{ type: 'TIME' }]);
  });

  test('several are changed at once, numbers and truth values bare; the answer comes when they are in effect', async () => {
    const answer = await put([
      { name: 'server_permanent_offline_time', value: '2h' },
      { name: 'enable_rebalance', value: false },
      { name: 'cpu_count', value: 24 },
    ]);
    expect(answer).toMatchObject({ status: 200, body: { successful: true } });
    const names = ['server_permanent_offline_time', 'enable_rebalance', 'cpu_count'];
    expect(await Promise.all(names.map(valuesOf))).toEqual([['2h'], ['False'], ['24']]);
    const first = stack.servers[0] ?? { ip: '', sqlPort: 0 };
    const rows = await stack.sql(
      first,
      "SELECT DISTINCT value FROM oceanbase.GV$OB_PARAMETERS WHERE name = 'server_permanent_offline_time'",
    );
    expect(rows).toEqual([{ value: '2h' }]);
  });

  test.each([
    ['no such parameter', [{ name: 'no_such_thing', value: '1' }], 400, 11055],
    ['a read-only one', [{ name: 'rpc_port', value: '1' }], 400, 11056],
    ['a value of another type', [{ name: 'lease_time', value: 'soon' }], 400, 11057],
    [
      'the same one twice',
      [
        { name: 'lease_time', value: '9s' },
        { name: 'lease_time', value: '8s' },
      ],
      400,
      11057,
    ],
    ['a name that is none', [{ name: 'x = 1, lease_time', value: '9s' }], 400, 1001],
    ['no value', [{ name: 'lease_time' }], 400, 1001],
    ['nothing', [], 400, 1001],
    ['no list', 'text', 400, 1003],
  ])('a change of %s is refused, and changes nothing', async (_name, body, status, code) => {
    const answer = await put(body);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(await valuesOf('lease_time')).toEqual(['10s']);
  });

  test('a value that only the kernel knows to be wrong is refused in its words', async () => {
    const answer = await put([{ name: 'lease_time', value: '2d' }]);
    expect(answer.body.error).toMatchObject({ code: 11057, details: { errno: 4147 } });
    expect(answer.body.error?.message).toMatch(/OceanBase error 4147 .* within its range/);
  });

  test('one fault among good changes keeps all of them from being made; every fault is told', async () => {
    const answer = await put([
      { name: 'lease_time', value: '20s' },
      { name: 'nonsense', value: '1' },
      { name: 'zone', value: 'z' },
    ]);
    expect(answer.body.error?.subErrors).toMatchObject([{ field: 'nonsense' }, { field: 'zone' }]);
    expect(await valuesOf('lease_time')).toEqual(['10s']);
  });

  test('a text with quotes and backslashes arrives as it is', async () => {
    const value = 'a\'b\\c; -- "d"';
    await put([{ name: 'enable_sql_audit', value: 'on' }]);
    expect((await put([{ name: '__sim_multi_zone_check', value }])).status).toBe(200);
    expect(await valuesOf('__sim_multi_zone_check')).toEqual([value]);
    await put([{ name: '__sim_multi_zone_check', value: 'on' }]);
  });
});

describe('resources', () => {
  const numbers = z.looseObject({
    cpuTotal: z.number(),
    memoryTotalByte: z.int(),
    dataDiskUsedByte: z.int(),
  });

  test('of the cluster are the sums of its servers', async () => {
    const total = await stack.api.data(
      numbers.extend({ silentServers: z.array(z.string()) }),
      'GET',
      `${path}/stats`,
    );
    const { contents } = await stack.api.data(
      z.object({ contents: z.array(numbers) }),
      'GET',
      `${path}/serverStats`,
    );
    expect(contents).toHaveLength(3);
    for (const name of ['cpuTotal', 'memoryTotalByte', 'dataDiskUsedByte'] as const) {
      expect(total[name]).toBe(contents.reduce((sum, each) => sum + each[name], 0));
    }
    expect(total.silentServers).toEqual([]);
  });

  test('of units name tenant, server and size; an unlimited rate is left out', async () => {
    const { contents } = await stack.api.data(
      z.object({ contents: z.array(z.record(z.string(), z.unknown())) }),
      'GET',
      `${path}/units`,
    );
    const addresses = stack.servers.map(({ ip, port }) => `${ip}:${port}`);
    expect(contents.length).toBeGreaterThanOrEqual(3);
    for (const unit of contents) {
      expect(addresses).toContain(`${String(unit.svrIp)}:${String(unit.svrPort)}`);
      expect(unit).toMatchObject({ migrateType: 'NOT_IN_MIGRATE', manualMigrate: false });
      expect(unit.unitConfig).not.toHaveProperty('maxIops');
    }
    expect(new Set(contents.map((unit) => unit.tenantName))).toContain('sys');
  });
});

describe('the password of root@sys', () => {
  const change = (body: unknown) => stack.api.call('POST', `${path}/changePassword`, body);

  test('a weak one is refused', async () => {
    const answer = await change({ newPassword: 'short' });
    expect([answer.status, answer.body.error?.code]).toEqual([400, 3009]);
  });

  test('is changed in the cluster and here; quotes are no trouble', async () => {
    const newPassword = "New';Word-1";
    expect((await change({ newPassword })).body).toMatchObject({ successful: true });
    const [first] = stack.servers;
    if (first === undefined) throw new Error('no servers');
    await expect(stack.sql(first, 'SELECT 1')).rejects.toThrow(/Access denied/);
    expect((await put([{ name: 'lease_time', value: '11s' }])).status).toBe(200);
  });

  test('when it was changed past us, the present one is asked for', async () => {
    const [first] = stack.servers;
    if (first === undefined) throw new Error('no servers');
    await queryServer(first, "New';Word-1", "SET PASSWORD = PASSWORD('Past-us-4')");
    const wrong = await change({ newPassword: 'Other-Word2', currentPassword: 'Wr0ng-word' });
    expect([wrong.status, wrong.body.error?.code]).toEqual([400, 3011]);
    const right = await change({ newPassword: 'Back-again3', currentPassword: 'Past-us-4' });
    expect(right.body).toMatchObject({ successful: true });
    expect(await stack.clusterStatuses()).toEqual(['RUNNING']);
    await expect(queryServer(first, 'Back-again3', 'SELECT 1')).resolves.toHaveLength(1);
  });

  test('is nowhere in the log of the control plane', () => {
    for (const secret of ["New';Word-1", 'Other-Word2', 'Wr0ng-word', 'Past-us-4', 'Back-again3']) {
      expect(stack.controlPlane.output).not.toContain(secret);
    }
  });
});

test('reading and writing need their own rights', async () => {
  const viewer = stack.createUser('viewer2', 'Look_0nly!', ['CLUSTER_VIEWER']);
  const nobody = stack.createUser('nobody2', 'Look_0nly!', ['PROFILE']);
  for (const what of ['parameters', 'stats', 'serverStats', 'units']) {
    expect((await viewer.call('GET', `${path}/${what}`)).status).toBe(200);
    expect((await nobody.call('GET', `${path}/${what}`)).status).toBe(403);
  }
  expect((await nobody.call('GET', '/api/v2/ob/clusters/parameterInfo')).status).toBe(403);
  const change = [{ name: 'lease_time', value: '9s' }];
  expect((await viewer.call('PUT', `${path}/parameters`, change)).status).toBe(403);
  expect((await viewer.call('POST', `${path}/changePassword`, { newPassword: 'Any-word1' })).status).toBe(
    403,
  );
  expect((await stack.api.call('GET', '/api/v2/ob/clusters/4711/stats')).body.error?.code).toBe(11001);
});
