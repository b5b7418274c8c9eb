/** The demo as a user runs it: it tells its story and leaves nothing, or stays and survives what is done to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiClient, findFreePort, listFolderProcesses, waitFor } from '@openocp/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

const program = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

const readyFile = z.strictObject({
  url: z.string(),
  user: z.string(),
  password: z.string(),
  accessKeyId: z.string(),
  accessKeySecret: z.string(),
  clusterId: z.int(),
  sysPassword: z.string(),
  controlPlane: z.strictObject({
    pid: z.int(),
    argv: z.tuple([z.string()], z.string()),
    cwd: z.string(),
    env: z.record(z.string(), z.string()),
  }),
  agents: z.array(z.strictObject({ host: z.string(), url: z.string(), pid: z.int() })).length(6),
  servers: z
    .array(
      z.strictObject({
        id: z.int(),
        ip: z.string(),
        port: z.int(),
        sqlPort: z.int(),
        zone: z.string(),
        pid: z.int(),
        home: z.string(),
        agentUrl: z.string(),
      }),
    )
    .length(6),
});

let folder: string;
let started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-demo-test-'));
});

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
  rmSync(folder, { recursive: true, force: true });
});

interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function startDemo(args: readonly string[]): Demo {
  return follow(spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }));
}

function follow(child: ChildProcess): Demo {
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, output: () => output, ended };
}

test('without a terminal it prints the story of one stop in plain lines, exits 0 and leaves nothing', async () => {
  const demo = startDemo([]);
  expect(await demo.ended, demo.output()).toBe(0);
  const text = demo.output();
  for (const part of [
    'done     Stop observer process',
    'process          gone',
    'others serving   5',
    'Summary',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('\u001b[');
});

test('with --stay it survives the death of its parts, and takes everything with it at the end, whoever started it', async () => {
  const file = join(folder, 'ready.json');
  const port = await findFreePort('127.0.0.1');
  const demo = startDemo(['--stay', '--ready-file', file, '--port', String(port)]);
  await waitFor('the ready file', () => (existsSync(file) ? true : undefined), { timeoutMs: 90_000 });
  const ready = readyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(ready.url).toBe(`http://127.0.0.1:${port}`);
  const api = new ApiClient(ready.url, ready.user, ready.password);
  const clusterPath = `/api/v2/ob/clusters/${ready.clusterId}`;
  expect((await api.call('GET', clusterPath)).status).toBe(200);

  const [observer] = ready.servers;
  if (observer === undefined) throw new Error('no servers');
  process.kill(observer.pid, 'SIGKILL');
  process.kill(ready.controlPlane.pid, 'SIGKILL');
  const says = (part: string) =>
    waitFor(`the demo to say ${part}`, () => (demo.output().includes(part) ? true : undefined), {
      timeoutMs: 30_000,
    });
  await says(`(pid ${observer.pid}) has ended`);
  await says(`control plane (pid ${ready.controlPlane.pid}) has ended`);
  expect(demo.child.exitCode).toBeNull();

  const { argv, cwd, env } = ready.controlPlane;
  const [command, ...args] = argv;
  const again = spawn(command, args, { cwd, env, stdio: 'ignore', detached: true });
  started.push(again);
  await waitFor(
    'the API on the same address',
    async () => ((await api.call('GET', clusterPath)).status === 200 ? true : undefined),
    { timeoutMs: 30_000 },
  );

  demo.child.kill('SIGTERM');
  expect(await demo.ended, demo.output()).toBe(0);
  const data = dirname(dirname(observer.home));
  expect(listFolderProcesses(data)).toEqual([]);
  expect(existsSync(data)).toBe(false);
});

test('started by npm, it ends with npm', async () => {
  const file = join(folder, 'ready.json');
  const args = ['run', '-s', 'demo', '--', '--stay', '--ready-file', file];
  const demo = follow(
    spawn('npm', args, { cwd: dirname(dirname(program)), stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  await waitFor('the ready file', () => (existsSync(file) ? true : undefined), { timeoutMs: 90_000 });
  const [observer] = readyFile.parse(JSON.parse(readFileSync(file, 'utf8'))).servers;
  const data = dirname(dirname(observer?.home ?? ''));
  demo.child.kill('SIGTERM');
  await waitFor('everything to be gone', () => (existsSync(data) ? undefined : true), { timeoutMs: 30_000 });
  expect(listFolderProcesses(data)).toEqual([]);
});
