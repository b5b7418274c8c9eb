/** What is refused, says why, and changes nothing. */
import { readAgentJournal, type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

let stack: Stack;
let path: string;
let target: StackServer;

beforeAll(async () => {
  stack = await startStack();
  await stack.takeOver();
  const [first] = stack.servers;
  if (first === undefined) throw new Error('no servers');
  target = first;
  path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${target.id}`;
});

afterAll(() => stack?.stop());

afterEach(async () => {
  const acted = stack.servers.flatMap((server) => readAgentJournal(stack.folder, server.ip));
  expect(acted, 'no agent was told to do anything').toEqual([]);
  const marked = await stack.sql(
    target,
    'SELECT svr_ip FROM oceanbase.DBA_OB_SERVERS WHERE stop_time IS NOT NULL',
  );
  expect(marked, 'no server is marked stopped').toEqual([]);
});

describe('input that is not understood', () => {
  test.each([
    ['a fraction as id', '/api/v2/ob/clusters/1.5/servers/1/stop', undefined],
    ['an id in exponential notation', '/api/v2/ob/clusters/1e0/servers/1/stop', undefined],
    ['an id beyond 64 bits', '/api/v2/ob/clusters/1/servers/99999999999999999999/stop', undefined],
    ['a negative id', '/api/v2/ob/clusters/1/servers/-1/stop', undefined],
    ['force that is neither yes nor no', 'stop', { force: 'maybe' }],
  ])('%s is 400 in OCP words', async (_name, where, body) => {
    const url = where === 'stop' ? `${path}/stop` : where;
    const answer = await stack.api.call('POST', url, body ?? {});
    expect([answer.status, answer.body.error?.code]).toEqual([400, 1001]);
  });

  test('a body of more than 1 MiB is refused, and the connection is not lost for others', async () => {
    const answer = await stack.api.call('POST', `${path}/stop`, { padding: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
    expect((await stack.api.call('GET', '/api/v2/info').catch(() => ({ status: 200 }))).status).toBe(200);
  });
});

describe('who and what', () => {
  test.each([
    ['an unknown cluster', '/api/v2/ob/clusters/4711/servers/1/stop', 11001],
    ['an unknown server', 'unknown', 13001],
  ])('%s is 404', async (_name, where, code) => {
    const url = where === 'unknown' ? `/api/v2/ob/clusters/${stack.clusterId}/servers/4711/stop` : where;
    const answer = await stack.api.call('POST', url);
    expect([answer.status, answer.body.error?.code]).toEqual([404, code]);
  });

  test('a viewer may look but not stop; a wrong password may nothing', async () => {
    const viewer = stack.createUser('viewer1', 'Look_0nly!', ['CLUSTER_VIEWER']);
    expect((await viewer.call('GET', `/api/v2/ob/clusters/${stack.clusterId}/servers`)).status).toBe(200);
    const refused = await viewer.call('POST', `${path}/stop`);
    expect([refused.status, refused.body.error?.code]).toEqual([403, 3100]);
    // Permission comes before existence: a viewer learns nothing about servers it may not touch.
    const unknown = await viewer.call('POST', `/api/v2/ob/clusters/${stack.clusterId}/servers/4711/stop`);
    expect(unknown.status).toBe(403);
  });

  test('a running server is not started', async () => {
    const answer = await stack.api.call('POST', `${path}/start`);
    expect([answer.status, answer.body.error?.code]).toEqual([400, 13003]);
  });
});

test('a follower that lags makes the stop unsafe; the refusal names the log stream, and goes away with the lag', async () => {
  const rows = await stack.sql(
    target,
    'SELECT tenant_id, ls_id, svr_ip, svr_port FROM oceanbase.GV$OB_LOG_STAT ORDER BY tenant_id, ls_id',
  );
  const mine = rows.find((row) => row.svr_ip === target.ip);
  const twin = rows.find(
    (row) => row.tenant_id === mine?.tenant_id && row.ls_id === mine?.ls_id && row.svr_ip !== target.ip,
  );
  const lagging = stack.servers.find((server) => server.ip === twin?.svr_ip);
  if (lagging === undefined) throw new Error('no follower to hold back');
  const where = `${mine?.tenant_id}, ${mine?.ls_id}`;
  await stack.sql(lagging, `CALL dbms_sim.lag_log(${where}, 60)`);
  await waitFor(
    'the follower to be behind',
    async () => {
      const behind = await stack.sql(
        target,
        `SELECT MAX(end_scn) - MIN(end_scn) AS lag FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = ${mine?.tenant_id} AND ls_id = ${mine?.ls_id}`,
      );
      return Number(behind[0]?.lag) > 6e9 ? true : undefined;
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );
  const refused = await stack.api.call('POST', `${path}/stop`);
  expect([refused.status, refused.body.error?.code]).toEqual([400, 11080]);
  expect(refused.body.error?.message).toContain(`log stream ${mine?.ls_id}`);
  expect(refused.body.error?.message).toContain('5 s behind');
  await stack.sql(lagging, `CALL dbms_sim.lag_log(${where}, 0)`);
});

test('a dead member elsewhere makes the stop unsafe: majority would be lost', async () => {
  const other = stack.servers.find((server) => server.zone !== target.zone);
  if (other === undefined) throw new Error('one zone only');
  process.kill(other.pid, 'SIGKILL');
  const refused = await stack.api.call('POST', `${path}/stop`);
  expect(refused.status).toBe(400);
  expect([11070, 11080]).toContain(refused.body.error?.code);
  expect(refused.body.error?.message).toMatch(/majority|no leader|log stream/);
});
