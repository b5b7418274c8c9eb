/** Starts the processes of a stack, in the order of their needs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SimulatedCluster, startSimulatedCluster } from '@openocp/simulator';
import { childEnvironment } from './child-environment.ts';
import { readListening, StackProcess } from './child-process.ts';
import { endFolderProcesses } from './folder-processes.ts';
import { findFreePort } from './free-port.ts';
import { Stack, type StackAgent } from './stack.ts';

const controlPlaneProgram = fileURLToPath(import.meta.resolve('@openocp/server/main'));
const agentProgram = fileURLToPath(import.meta.resolve('@openocp/agent/main'));

const startTimeoutMs = 30_000;

export interface StackOptions {
  readonly zones?: number;
  readonly serversPerZone?: number;
  readonly tenants?: number;
  /** Extra options of every simulated observer, for example its time scale. */
  readonly observerOptions?: Readonly<Record<string, string>>;
  /** Port of the API; a free one when absent. */
  readonly port?: number;
  /** More configuration of the control plane. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Told what is being started, and what died without being asked to. */
  readonly report?: (message: string) => void;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const report = options.report ?? (() => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'openocp-'));
  let cluster: SimulatedCluster | undefined;
  try {
    report('Starting the simulated cluster');
    cluster = await startSimulatedCluster({
      zones: options.zones ?? 3,
      servers: options.serversPerZone ?? 2,
      tenants: options.tenants ?? 1,
      data: join(folder, 'cluster'),
      ...(options.observerOptions === undefined ? {} : { options: options.observerOptions }),
      onMessage: report,
    });
    const password = `Demo_${crypto.randomUUID().slice(0, 12)}`;
    const port = options.port ?? (await findFreePort('127.0.0.1'));
    const stack = new Stack({ folder, cluster, password, port, config: options.config ?? {}, report });
    report('Starting an agent for each host');
    const hosts = [...new Set(cluster.servers.map((server) => server.ip))];
    const pki = await issueCertificates(stack, hosts);
    const { servers } = cluster;
    stack.addAgents(
      await Promise.all(servers.map((server) => startAgent(folder, server.ip, server.home, pki))),
    );
    report('Starting the control plane');
    await stack.startControlPlane();
    return stack;
  } catch (error) {
    await cluster?.stop();
    await endFolderProcesses(folder);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export async function startAgent(
  folder: string,
  host: string,
  home: string,
  pki: string,
): Promise<StackAgent> {
  const base = join(folder, 'agents', host);
  mkdirSync(base, { recursive: true });
  const file = join(base, 'agent.json');
  // A fixed port, so that an agent that is started again is found where it was.
  const port = await findFreePort(host);
  const tls = {
    certificate: join(pki, host, 'agent.crt'),
    key: join(pki, host, 'agent.key'),
    ca: join(pki, host, 'ca.crt'),
  };
  const config = { listen: { host, port }, host, dataDir: join(base, 'data'), homes: [home], tls };
  writeFileSync(file, JSON.stringify(config));
  const options = {
    argv: [process.execPath, agentProgram, '--config', file],
    cwd: base,
    env: childEnvironment(),
  } as const;
  const started = new StackProcess(`agent of ${host}`, options);
  const { url } = await started.waitForLine(readListening, startTimeoutMs);
  return { host, url, process: started };
}

/** @returns the folder with a folder for each host. */
export async function issueCertificates(
  { folder, configFile }: Stack,
  hosts: readonly string[],
): Promise<string> {
  const out = join(folder, 'certificates');
  const names = hosts.flatMap((host) => ['--host', host]);
  const argv = ['agent-certificate', '--config', configFile, '--out', out, ...names];
  const issue = new StackProcess('certificates', {
    argv: [process.execPath, controlPlaneProgram, ...argv],
    cwd: folder,
    env: childEnvironment(),
  });
  const how = await issue.exited;
  if (how !== 'exit code 0')
    throw new Error(`issuing the agents' certificates ended with ${how}\n${issue.output}`);
  return out;
}
