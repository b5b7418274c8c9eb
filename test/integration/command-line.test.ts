/** The program `openocp` as a person and a script use it: as a process of its own, against a whole stack. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { findFreePort, type Stack, type StackServer, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const program = fileURLToPath(import.meta.resolve('@openocp/cli/main'));

let stack: Stack;
let passwordFile: string;

beforeAll(async () => {
  stack = await startStack();
  await stack.takeOver();
  passwordFile = join(stack.folder, 'password');
  writeFileSync(passwordFile, `${stack.password}\n`, { mode: 0o600 });
});

afterAll(() => stack?.stop());

function pick(index: number): StackServer {
  const server = stack.servers[index];
  if (server === undefined) throw new Error(`no server ${index}`);
  return server;
}

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of what is printed, as it is. */
  readonly onOutput?: (sofar: string, interrupt: () => void) => void;
}

/** Without a terminal, and with nothing of this process's environment but the path. */
async function openocp(
  args: readonly string[],
  { environment = {}, onOutput }: RunOptions = {},
): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: stack.folder,
      OPENOCP_URL: stack.api.url,
      OPENOCP_PASSWORD_FILE: passwordFile,
      ...environment,
    },
  });
  let out = '';
  child.stdout.on('data', (part) => {
    out += String(part);
    onOutput?.(out, () => child.kill('SIGINT'));
  });
  const [err, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, out, err };
}

const json = (run: Run) => z.looseObject({}).parse(JSON.parse(run.out));
const taskShape = z.looseObject({ id: z.int(), name: z.string(), status: z.string() });

test('lists clusters, zones and servers as tables, and one server by its address', async () => {
  const target = pick(0);
  const [clusters, zones, servers, one] = await Promise.all([
    openocp(['cluster', 'list']),
    openocp(['zone', 'list']),
    openocp(['server', 'list']),
    openocp(['server', 'show', `${target.ip}:${target.port}`]),
  ]);
  expect([clusters.code, zones.code, servers.code, one.code]).toEqual([0, 0, 0, 0]);
  expect(clusters.out).toMatch(/ID +NAME +STATUS.*\n1 +\S+ +RUNNING +6 /);
  expect(zones.out.trimEnd().split('\n')).toHaveLength(4);
  expect(servers.out).toContain(`${target.ip}:${target.port}  ${target.zone}  RUNNING`);
  expect(one.out).toMatch(new RegExp(`id +${target.id}\n`));
  expect(one.out).toContain('stopProcess');
});

test('plans an operation: checks, subtasks, a verdict, and nothing changes', async () => {
  const before = await stack.newestTask();
  const id = String(pick(0).id);
  const [stop, restart] = await Promise.all([
    openocp(['server', 'plan', id]),
    openocp(['server', 'plan', id, '--operation', 'restart', '--json']),
  ]);
  expect([stop.code, stop.out]).toEqual([0, expect.stringMatching(/^Stop server \d+ .*: SAFE\n/)]);
  expect(stop.out).toMatch(/PASS +majority: /);
  expect(stop.out).toMatch(/ {2}Stop observer process {2}\(about /);
  expect([restart.code, json(restart)]).toEqual([0, expect.objectContaining({ verdict: 'SAFE' })]);
  expect((await stack.newestTask()).id).toBe(before.id);
});

test('stops a server with --yes, says what happens, and ends when the task has', async () => {
  const target = pick(0);
  const run = await openocp(['server', 'stop', `${target.ip}:${target.port}`, '-c', '1', '--yes']);
  expect([run.err, run.code]).toEqual(['', 0]);
  expect(run.out).toMatch(/Task \d+ \(Stop OB server\) was created/);
  expect(run.out).toContain('  done     Stop observer process');
  expect(run.out).toMatch(/has ended successfully/);
  expect(await stack.serverStatus(target.id)).toBe('PROCESS_STOPPED');
});

test('a refusal has the words of the control plane, JSON on request, and an exit code of its kind', async () => {
  const [again, unknown] = await Promise.all([
    openocp(['server', 'stop', String(pick(0).id), '--yes', '--json']),
    openocp(['server', 'stop', '10.9.9.9:1', '--yes']),
  ]);
  expect(again.code).toBe(7);
  const state = { name: 'state', result: 'FAIL', evidence: expect.stringContaining('PROCESS_STOPPED') };
  expect(json(again)).toMatchObject({ error: { kind: 'refused', checks: [state] }, exitCode: 7 });
  expect(again.err).toContain('PROCESS_STOPPED');
  expect([unknown.code, unknown.out]).toEqual([5, '']);
  expect(unknown.err).toContain(`${pick(1).ip}:${pick(1).port}`);
});

test('Ctrl-C leaves the task running and says how to go on; task follow then sees it to its end', async () => {
  const target = pick(0);
  const run = await openocp(['server', 'start', String(target.id)], {
    onOutput: (sofar, interrupt) => {
      if (sofar.includes('was created')) interrupt();
    },
  });
  expect([run.code, run.err]).toEqual([130, expect.stringContaining('goes on in the control plane')]);
  const [, taskId = ''] = /openocp task follow (\d+)/.exec(run.err) ?? [];
  const followed = await openocp(['task', 'follow', taskId, '--json']);
  expect([followed.code, taskShape.parse(json(followed))]).toEqual([
    0,
    expect.objectContaining({ id: Number(taskId), status: 'SUCCESSFUL' }),
  ]);
  expect(await stack.serverStatus(target.id)).toBe('RUNNING');
});

test('lists and shows tasks, and prints the log of a subtask by its name', async () => {
  const list = await openocp(['task', 'list', '--name', 'stop ob', '--status', 'successful', '--json']);
  const { contents } = z.looseObject({ contents: z.array(taskShape) }).parse(json(list));
  const id = String(contents[0]?.id);
  const [table, shown, log] = await Promise.all([
    openocp(['task', 'list']),
    openocp(['task', 'show', id]),
    openocp(['task', 'log', id, 'Prepare stop observer']),
  ]);
  expect(table.out).toMatch(/ID +TASK +CLUSTER +STATUS/);
  expect(shown.out).toMatch(/Wait observer stop +SUCCESSFUL/);
  expect(log.out).toContain('Verdict SAFE');
});

test('a task that was cancelled says what can be done, and is rolled back from here', async () => {
  const target = pick(0);
  const agent = stack.agents.find(({ host }) => host === target.ip);
  // Its preparation asks the agent, and so lasts until it is cancelled.
  agent?.process.signal('SIGSTOP');
  const stop = ['server', 'stop', String(target.id), '--type', 'service', '--yes', '--no-follow', '--json'];
  const id = String(taskShape.parse(json(await openocp(stop))).id);
  const cancelled = await openocp(['task', 'cancel', id]);
  agent?.process.signal('SIGCONT');
  expect([cancelled.code, cancelled.err]).toEqual([0, '']);
  const failed = await openocp(['task', 'follow', id]);
  expect([failed.code, failed.out]).toEqual([9, expect.stringContaining(`openocp task rollback ${id}`)]);
  const undone = await openocp(['task', 'rollback', id]);
  expect([undone.code, undone.out]).toEqual([0, expect.stringContaining('has been rolled back')]);
});

test('whoever reads Chinese gets names, messages and errors in it; what is stored stays English', async () => {
  const chinese = { environment: { LANG: 'zh_CN.UTF-8' } };
  const { id, subtasks } = await stack.newestTask();
  const [shown, log, refused] = await Promise.all([
    openocp(['task', 'show', String(id)], chinese),
    openocp(['task', 'log', String(id), String(subtasks[0]?.id)], chinese),
    openocp(['task', 'retry', String(id)], chinese),
  ]);
  expect(shown.out).toMatch(/停止 OB 服务器\n[\s\S]*准备停止 OBServer +PENDING/);
  expect(log.out).toMatch(/ INFO 判定 SAFE/);
  expect([refused.code, refused.err]).toEqual([7, expect.stringContaining('不允许此操作')]);
  expect((await stack.newestTask()).name).toBe('Stop OB server');
  const query = new URLSearchParams({ taskId: String(id), lastEventId: '1' });
  const headers = { 'accept-language': 'zh-CN' };
  const abort = new AbortController();
  const events = await stack.api.fetch('GET', `/api/v2/events?${query.toString()}`, headers, abort.signal);
  let heard = '';
  for await (const part of (events.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    heard += part;
    if (heard.includes('"停止 OB 服务器"')) break;
  }
  abort.abort();
  expect(heard).toContain('停止 OB 服务器');
});

test('a wrong password, no password and an unreachable control plane are told apart', async () => {
  const closed = `http://127.0.0.1:${await findFreePort('127.0.0.1')}`;
  const [wrong, none, away] = await Promise.all([
    openocp(['server', 'list', '--json'], { environment: { OPENOCP_PASSWORD: 'wrong' } }),
    openocp(['server', 'list'], { environment: { OPENOCP_PASSWORD_FILE: '/nonexistent' } }),
    openocp(['server', 'list', '--url', closed]),
  ]);
  expect([wrong.code, json(wrong)]).toEqual([3, expect.objectContaining({ exitCode: 3 })]);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('/nonexistent')]);
  expect([away.code, away.err]).toEqual([
    8,
    expect.stringContaining(`${closed}: the connection was refused`),
  ]);
});

test('without a terminal and without --yes nothing is asked and nothing happens', async () => {
  const before = await stack.newestTask();
  const run = await openocp(['server', 'stop', String(pick(0).id)]);
  expect([run.code, run.err]).toEqual([2, expect.stringContaining('--yes')]);
  expect((await stack.newestTask()).id).toBe(before.id);
});

test('bare `openocp server` is the control plane itself', async () => {
  const run = await openocp(['server', '--config', '/nonexistent.yaml']);
  expect([run.code, run.err]).toEqual([1, expect.stringContaining('/nonexistent.yaml')]);
});

test.each(['bash', 'zsh'])('the completion script for %s is understood by it', async (shell) => {
  const { out, code } = await openocp(['completion', shell]);
  expect([code, out]).toEqual([0, expect.stringContaining('_openocp')]);
  const checked = spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' });
  // The shell need not be there.
  if (checked.error === undefined) expect([checked.status, checked.stderr]).toEqual([0, '']);
});
