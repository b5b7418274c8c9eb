/** Whole commands against an API that answers what newer and older control planes answer. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';
import {
  sampleCheck,
  sampleCluster,
  sampleHost,
  samplePlan,
  sampleServer,
  sampleTask,
} from './testing/sample-answers.ts';
import { recordTerminal, ScriptedApi } from './testing/scripted-api.ts';

const stop = '/api/v2/ob/clusters/1/servers/2/stop';
const ended = sampleTask({ status: 'SUCCESSFUL', subtasks: [] });
let api: ScriptedApi;

beforeEach(async () => {
  api = await new ScriptedApi().start();
  api.on('GET /api/v2/ob/clusters', { data: { contents: [sampleCluster], page: { totalElements: 1 } } });
  api.on('GET /api/v2/ob/clusters/1/servers', {
    data: { contents: [1, 2, 3].map((id) => sampleServer(id)) },
  });
  api.on(`POST ${stop}`, { data: sampleTask() });
  api.on('GET /api/v2/tasks/instances/7', { data: ended });
});
afterEach(() => api.stop());

async function run(words: readonly string[], answers?: readonly string[], environment = {}) {
  const terminal = recordTerminal(
    { OPENOCP_URL: api.url, OPENOCP_PASSWORD: 'secret', ...environment },
    answers,
  );
  let code = 0;
  try {
    await createProgram(terminal.outside).parseAsync([...words], { from: 'user' });
  } catch (error) {
    code = await reportFailure(error, terminal.outside.terminal, words.includes('--json'));
  }
  return { code, out: terminal.out(), notes: terminal.notes(), questions: terminal.questions };
}

describe('a stop', () => {
  it('shows the plan, asks, and goes on after a yes', async () => {
    api.on(`POST ${stop}/plan`, { data: samplePlan() });
    const { code, out, questions } = await run(['server', 'stop', '10.0.0.2:2882', '-c', 'obcluster'], ['y']);
    expect([code, questions]).toEqual([
      0,
      ['Stop server 2 (10.0.0.2:2882, zone2) of cluster obcluster? [y/N] '],
    ]);
    expect(out).toContain('PASS     majority: All is well.');
    expect(out).toContain('Prepare stop observer  (about 2 s)');
    expect(out).toContain('has ended successfully');
    expect(api.listSent(`POST ${stop}`)[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('changes nothing after anything but a yes', async () => {
    api.on(`POST ${stop}/plan`, { data: samplePlan() });
    expect(await run(['server', 'stop', '2'], ['maybe'])).toMatchObject({ code: 10 });
    expect(api.listSent(`POST ${stop}`)).toEqual([]);
  });

  it('is not sent when a check refuses it, and is when that check is overridden by name', async () => {
    const failing = sampleCheck('majority', { result: 'FAIL', remedy: 'Repair server 3.' });
    api.on(`POST ${stop}/plan`, { data: samplePlan({ verdict: 'BLOCKED', checks: [failing] }) });
    const refused = await run(['server', 'stop', '2', '--yes']);
    expect([refused.code, refused.out]).toEqual([7, expect.stringContaining('remedy: Repair server 3.')]);
    expect(refused.notes).toContain('refused by check majority');
    expect(api.listSent(`POST ${stop}`)).toEqual([]);
    const words = ['server', 'stop', '2', '--yes', '--override', 'majority', '--reason', 'drill'];
    expect(await run(words)).toMatchObject({ code: 0 });
    expect(api.listSent(`POST ${stop}`)[0]?.body).toEqual({ override: ['majority'], reason: 'drill' });
  });

  it('that the plan refuses tells a program which checks say no, and what to do', async () => {
    const failing = sampleCheck('majority', { result: 'FAIL', remedy: 'Repair server 3.' });
    const checks = [sampleCheck('target'), failing];
    api.on(`POST ${stop}/plan`, { data: samplePlan({ verdict: 'BLOCKED', checks }) });
    const { out } = await run(['server', 'stop', '2', '--yes', '--json']);
    const error = { kind: 'refused', message: expect.stringContaining('majority'), checks: [failing] };
    expect(JSON.parse(out)).toEqual({ error, exitCode: 7 });
  });

  it('that is only planned is one document for a program, and the exit code tells the refusal', async () => {
    const failing = sampleCheck('majority', { result: 'FAIL' });
    const plan = samplePlan({ verdict: 'BLOCKED', checks: [failing] });
    api.on(`POST ${stop}/plan`, { data: plan });
    const { code, out } = await run(['server', 'plan', '2', '--json']);
    expect([code, JSON.parse(out)]).toEqual([7, plan]);
  });

  it('is not forced past a check that nobody can override', async () => {
    const failing = sampleCheck('one-zone', { result: 'FAIL', overridable: false });
    api.on(`POST ${stop}/plan`, { data: samplePlan({ verdict: 'BLOCKED', checks: [failing] }) });
    expect(await run(['server', 'stop', '2', '--yes', '--force'])).toMatchObject({ code: 7 });
    expect(api.listSent(`POST ${stop}`)).toEqual([]);
  });

  it('works with a control plane that knows no plans, and says so', async () => {
    const { code, out } = await run(['server', 'stop', '2', '--yes']);
    expect([code, out]).toEqual([0, expect.stringContaining('shows no plan beforehand')]);
  });

  it('prints nothing but the task with --json', async () => {
    api.on(`POST ${stop}/plan`, { data: samplePlan() });
    const { code, out, notes } = await run(['server', 'stop', '2', '--yes', '--json']);
    expect([code, JSON.parse(out)]).toEqual([0, ended]);
    expect(notes).toContain('majority');
  });

  it('sends what the options say', async () => {
    api.on(`POST ${stop}/plan`, { data: samplePlan() });
    await run(['server', 'stop', '2', '--yes', '--type', 'service', '--freeze', '--force']);
    expect(api.listSent(`POST ${stop}/plan`)[0]?.body).toEqual({
      type: 'STOP_SERVICE',
      freezeServer: true,
      force: true,
    });
  });
});

describe('a whole cluster', () => {
  it('goes down only when its name is typed', async () => {
    api.on('POST /api/v2/ob/clusters/1/stop/plan', { data: samplePlan() });
    const { code, questions } = await run(['cluster', 'stop'], ['y']);
    expect([code, questions[0]]).toEqual([10, expect.stringContaining('Type obcluster to go on')]);
  });

  it('is restarted in batches', async () => {
    api.on('POST /api/v2/ob/clusters/1/restart/plan', { data: samplePlan() });
    api.on('POST /api/v2/ob/clusters/1/restart', { data: sampleTask() });
    expect(await run(['cluster', 'restart', '--yes', '--batch-size', '2'])).toMatchObject({ code: 0 });
    expect(api.listSent('POST /api/v2/ob/clusters/1/restart')[0]?.body).toEqual({ batchSize: 2 });
  });
});

describe('the members of a cluster', () => {
  const servers = '/api/v2/ob/clusters/1/servers';
  const planAnd = (path: string, verdict = 'SAFE') => {
    api.on(`POST ${path}/plan`, { data: samplePlan({ verdict }) });
    api.on(`POST ${path}`, { data: sampleTask() });
  };
  const bodiesOf = (path: string) => api.listSent(`POST ${path}`).map(({ body }) => body);

  beforeEach(() => {
    const contents = [4, 5].map((id) => sampleHost(id));
    api.on('GET /api/v2/compute/hosts', { data: { contents, page: { totalElements: 2 } } });
    const zone = { clusterId: 1, regionName: 'r', status: 'RUNNING', innerStatus: 'ACTIVE', serverCount: 1 };
    api.on('GET /api/v2/ob/clusters/1/zones', { data: { contents: [{ name: 'zone1', ...zone }] } });
  });

  it('are added on hosts named by address or id, with what was said of their place', async () => {
    planAnd(servers);
    const words = [
      'server',
      'add',
      '--zone',
      'zone1',
      '--host',
      '10.0.1.4',
      '--host',
      '5',
      '--rpc-port',
      '3882',
    ];
    const { code, questions } = await run(words, ['y']);
    expect([code, questions]).toEqual([
      0,
      ['Add servers on 10.0.1.4, 10.0.1.5 to zone zone1 of cluster obcluster? [y/N] '],
    ]);
    expect(bodiesOf(servers)).toEqual([{ zoneName: 'zone1', servers: [4, 5], rpcPort: 3882 }]);
    expect(bodiesOf(`${servers}/plan`)).toEqual(bodiesOf(servers));
  });

  it('are deleted together, and only after a yes', async () => {
    planAnd(`${servers}/batchDelete`);
    const words = ['server', 'delete', '2', '10.0.0.3:2882', '--host-lost'];
    expect(await run(words, ['n'])).toMatchObject({ code: 10 });
    expect(bodiesOf(`${servers}/batchDelete`)).toEqual([]);
    expect(await run([...words, '--yes'])).toMatchObject({ code: 0 });
    expect(bodiesOf(`${servers}/batchDelete`)).toEqual([{ servers: [2, 3], skipHostOperation: true }]);
  });

  it('are replaced by one on another host, or only planned to be', async () => {
    planAnd(`${servers}/2/replace`);
    const words = ['server', 'replace', '2', '--host', '5', '--home', '/home/admin/free'];
    const planned = await run([...words, '--plan-only']);
    expect([planned.code, planned.out]).toEqual([
      0,
      expect.stringMatching(/^Replace server 2 \(10\.0\.0\.2:2882, zone2\) .* by one on 10\.0\.1\.5: SAFE/),
    ]);
    expect(bodiesOf(`${servers}/2/replace`)).toEqual([]);
    expect(await run([...words, '--yes'])).toMatchObject({ code: 0 });
    expect(bodiesOf(`${servers}/2/replace`)).toEqual([{ hostId: 5, home: '/home/admin/free' }]);
  });

  it('stay as they are when the plan refuses, or the host is unknown', async () => {
    planAnd(`${servers}/batchDelete`, 'BLOCKED');
    expect(await run(['server', 'delete', '2', '--yes'])).toMatchObject({ code: 7 });
    expect(bodiesOf(`${servers}/batchDelete`)).toEqual([]);
    const unknown = await run(['server', 'replace', '2', '--host', '10.9.9.9', '--yes']);
    expect([unknown.code, unknown.notes]).toEqual([
      5,
      expect.stringContaining('There is no host 10.9.9.9. Hosts: 10.0.1.4 (4), 10.0.1.5 (5).'),
    ]);
  });

  it('find their place in the list of hosts', async () => {
    const { out } = await run(['host', 'list']);
    expect(out).toMatch(
      /ID +HOST +STATUS +SERVERS +FREE HOMES +AGENT\n4 +10\.0\.1\.4 +AVAILABLE +1 +\/home\/admin\/free /,
    );
  });
});

describe('commands that an older control plane lacks', () => {
  it('say that it is older', async () => {
    const { code, notes } = await run(['task', 'pause', '7']);
    expect([code, notes]).toEqual([
      5,
      expect.stringContaining('no POST /api/v2/tasks/instances/7/pause: it is older than this command line'),
    ]);
    expect(await run(['server', 'plan', '2', '--operation', 'restart'])).toMatchObject({ code: 5 });
  });
});

describe('what was typed', () => {
  it.each([
    [['server', 'stop'], "missing required argument 'server'"],
    [['server', 'stop', '2', '--type', 'soft'], 'Allowed choices are service, process'],
    [['server', 'frobnicate'], "unknown command 'frobnicate'"],
    [['task', 'follow', 'last'], 'It must be a whole number from 1'],
    [['server', 'list', '--url', 'ftp://x'], "The address 'ftp://x' is not valid"],
  ])('%j is refused with exit code 2 and the reason', async (words, reason) => {
    const { code, notes } = await run(words);
    expect([code, notes]).toEqual([2, expect.stringContaining(reason)]);
    expect(api.requests).toEqual([]);
  });

  it('never needs a guess between clusters', async () => {
    const contents = [sampleCluster, { ...sampleCluster, id: 2, name: 'other' }];
    api.on('GET /api/v2/ob/clusters', { data: { contents, page: { totalElements: 2 } } });
    const { code, notes } = await run(['zone', 'list']);
    expect([code, notes]).toEqual([2, expect.stringContaining('obcluster (1), other (2)')]);
  });
});

describe('a session', () => {
  it('asks for the password on a terminal, once, and tells the API the language of the person', async () => {
    const terminal = recordTerminal({ OPENOCP_URL: api.url, LANG: 'zh_CN.UTF-8' }, ['p:w']);
    await createProgram(terminal.outside).parseAsync(['server', 'list'], { from: 'user' });
    expect(terminal.questions).toEqual([`Password of admin at ${api.url}: `]);
    expect(api.requests.map(({ headers }) => [headers.authorization, headers['accept-language']])).toEqual(
      api.requests.map(() => [`Basic ${btoa('admin:p:w')}`, 'zh-CN']),
    );
  });

  it('tells an answer that is not from an OpenOCP', async () => {
    api.on('GET /api/v2/ob/clusters', (_request, response) => {
      response.end('<html>');
      return undefined;
    });
    expect(await run(['cluster', 'list'])).toMatchObject({
      code: 8,
      notes: expect.stringContaining('is no OpenOCP'),
    });
  });

  it('sends a request again whose answer was lost, with the same key', async () => {
    let times = 0;
    api.on(`POST ${stop}`, (_request, response) => {
      times += 1;
      if (times > 1) return { data: sampleTask() };
      response.destroy();
      return undefined;
    });
    expect(await run(['server', 'stop', '2', '--yes'])).toMatchObject({ code: 0 });
    const keys = api.listSent(`POST ${stop}`).map(({ headers }) => headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  });
});
