/** The control plane and its command line as they are installed: no repository and no installed packages around them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { preCheckAnswer } from '@openocp/contract';
import { ApiClient, readListening, StackProcess } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  singleServerPassword,
  startSingleServer,
} from '../../packages/simulator/src/testing/single-server.ts';
import { bundleControlPlane } from '../../scripts/bundle.ts';

const password = 'Bundled_0123456789';

let folder: string;
let program: string;
let configFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-bundle-'));
  program = await bundleControlPlane(join(folder, 'openocp'));
  configFile = join(folder, 'openocp.yaml');
  const outbound = { allowLoopback: true };
  const config = { dataDir: join(folder, 'data'), http: { port: 0 }, adminPassword: password, outbound };
  writeFileSync(configFile, JSON.stringify(config));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By its first line, as an operator starts it. */
function run(...words: string[]) {
  return promisify(execFile)(program, words, { cwd: folder, env: environment() });
}

function environment(): Record<string, string> {
  // The first line asks for `node` on the path: the one that runs these tests.
  return { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: folder };
}

test('it serves the API, reads a cluster, issues certificates beside the running server, and keeps its compiled code beside itself', async () => {
  const observer = await startSingleServer('127.32.0.31');
  const server = new StackProcess('control plane', {
    argv: [program, 'server', '--config', configFile],
    cwd: folder,
    env: environment(),
  });
  try {
    const { url } = await server.waitForLine(readListening, 60_000);
    const api = new ApiClient(url, 'admin', password);
    const me = await api.data(z.looseObject({ username: z.string() }), 'GET', '/api/v2/iam/me');
    expect(me.username).toBe('admin');
    const target = { address: observer.ip, port: observer.sqlPort, rootSysPassword: singleServerPassword };
    const found = await api.data(preCheckAnswer, 'POST', '/api/v2/ob/clusters/takeOverPreCheck', {
      connectionMode: 'direct',
      ...target,
    });
    expect(found).toMatchObject({ clusterName: 'single', obClusterId: 7 });
    const words = ['agent-certificate', '--config', configFile, '--host', '10.0.0.1', '--out', folder];
    expect((await run(...words)).stdout).toMatch(/agent\.crt/);
  } finally {
    await server.end();
    observer.close();
  }
  expect(readdirSync(join(program, '..', '.cache'))).not.toEqual([]);
});

test('the command line is in it, and the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('packages/cli/package.json', 'utf8')) as { version: string };
  expect((await run('--version')).stdout.trim()).toBe(version);
  expect((await run('server', 'stop', '--help')).stdout).toMatch(/--force/);
});

test('the command line reads its configuration file', async () => {
  const file = join(folder, 'cli.yaml');
  writeFileSync(file, 'url: nowhere');
  const failure = await run('cluster', 'list', '--config', file).catch(
    (error: unknown) => error as { stderr: string },
  );
  expect(failure.stderr).toMatch(/must be an http:/);
});

test('a shared database is reached by what is in it', async () => {
  const failure = await run(
    'server',
    '--config',
    configFile,
    '--db',
    'mysql://root@127.0.0.1:1/openocp',
  ).catch((error: unknown) => error as { stderr: string; stdout: string });
  expect(`${failure.stdout}${failure.stderr}`).toMatch(/ECONNREFUSED/);
});

test('nothing in it makes the engine keep two bytes for a letter', () => {
  const files = readdirSync(join(program, '..')).filter((name) => name.endsWith('.mjs'));
  for (const name of files) {
    const bytes = readFileSync(join(program, '..', name));
    expect(bytes.toString('utf8').length, name).toBe(bytes.length);
  }
});

test('the licences of what is in it lie beside it', () => {
  const licences = readFileSync(join(program, '..', 'LICENSES.txt'), 'utf8');
  for (const name of ['fastify', 'mysql2', 'kysely', '@peculiar/x509']) {
    expect(licences).toContain(`\n${name}\n${'-'.repeat(name.length)}\n`);
  }
});
