/**
 * A whole OpenOCP on one machine: a simulated cluster, an agent for each of its hosts, and the control plane, all as
 * processes of their own under one temporary folder. Tests, the demo and the benchmarks start it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SimulatedCluster, startSimulatedCluster } from '@openocp/simulator';
import { z } from 'zod';
import { ApiClient } from './api-client.ts';
import { type ChildOptions, readListening, StackProcess } from './child-process.ts';
import { type CrashPoint, crashVariable } from './crash-point.ts';
import { endFolderProcesses } from './folder-processes.ts';
import { findFreePort } from './free-port.ts';
import { queryServer } from './sql-client.ts';
import { waitFor } from './wait-for.ts';

const controlPlaneProgram = fileURLToPath(import.meta.resolve('@openocp/server/main'));
const agentProgram = fileURLToPath(import.meta.resolve('@openocp/agent/main'));

const crashingProgram = fileURLToPath(new URL('./crashing-control-plane.ts', import.meta.url));

const startTimeoutMs = 30_000;
const taskTimeoutMs = 120_000;

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

export interface StackServer {
  /** The control plane's id. */
  readonly id: number;
  readonly ip: string;
  readonly port: number;
  readonly sqlPort: number;
  readonly zone: string;
  readonly home: string;
  readonly agentUrl: string;
  /** Pid when the cluster was started. */
  readonly pid: number;
}

export interface StackAgent {
  readonly host: string;
  readonly url: string;
  readonly process: StackProcess;
}

const adminUser = 'admin';

const taskShape = z.looseObject({
  id: z.int(),
  clusterId: z.int().optional(),
  name: z.string(),
  status: z.enum(['RUNNING', 'FAILED', 'SUCCESSFUL']),
  operation: z.string(),
  subtasks: z.array(
    z.looseObject({
      id: z.int(),
      name: z.string(),
      status: z.string(),
      upstreams: z.array(z.int()),
      downstreams: z.array(z.int()),
      failure: z.string().optional(),
      waitingFor: z.looseObject({ what: z.string(), evidence: z.string() }).optional(),
    }),
  ),
});
export type StackTask = z.infer<typeof taskShape>;

const serverShape = z.looseObject({
  id: z.int(),
  ip: z.string(),
  port: z.int(),
  sqlPort: z.int(),
  zoneName: z.string(),
  status: z.string(),
});

export class Stack {
  readonly folder: string;
  readonly cluster: SimulatedCluster;
  readonly agents: StackAgent[];
  readonly api: ApiClient;
  readonly password: string;
  controlPlane: StackProcess;
  clusterId = 0;
  servers: StackServer[] = [];
  readonly #report: (message: string) => void;
  /** How the control plane is started without any fault. */
  readonly #controlPlaneOptions: ChildOptions;
  #stopping = false;

  constructor(parts: {
    folder: string;
    cluster: SimulatedCluster;
    agents: StackAgent[];
    controlPlane: StackProcess;
    url: string;
    password: string;
    report: (message: string) => void;
  }) {
    this.folder = parts.folder;
    this.cluster = parts.cluster;
    this.agents = parts.agents;
    this.controlPlane = parts.controlPlane;
    this.password = parts.password;
    this.api = new ApiClient(parts.url, adminUser, parts.password);
    this.#report = parts.report;
    this.#controlPlaneOptions = parts.controlPlane.options;
    for (const process of [this.controlPlane, ...this.agents.map((agent) => agent.process)])
      this.#watch(process);
  }

  get user(): string {
    return adminUser;
  }

  #watch(process: StackProcess): void {
    void process.exited.then((how) => {
      if (!this.#stopping) this.#report(`${process.name} (pid ${process.pid}) has ended: ${how}`);
    });
  }

  /** Takes the simulated cluster over, and learns the ids of its servers. */
  async takeOver(): Promise<void> {
    const [first] = this.cluster.servers;
    if (first === undefined) throw new Error('the cluster has no servers');
    const task = await this.api.data(taskShape, 'POST', '/api/v2/ob/clusters/takeOver', {
      connectionMode: 'direct',
      address: first.ip,
      port: first.sqlPort,
      rootSysPassword: this.cluster.rootPassword,
      agents: this.agents.map(({ host, url }) => ({ host, url })),
    });
    await this.waitForTask(task.id);
    this.clusterId = task.clusterId ?? 0;
    const listed = await this.api.data(
      z.object({ contents: z.array(serverShape) }),
      'GET',
      `/api/v2/ob/clusters/${this.clusterId}/servers`,
    );
    this.servers = this.cluster.servers.map((server) => {
      const found = listed.contents.find((each) => each.ip === server.ip && each.port === server.port);
      const agent = this.agents.find((each) => each.host === server.ip);
      if (found === undefined || agent === undefined)
        throw new Error(`server ${server.ip}:${server.port} was not taken over`);
      const { ip, port, sqlPort, zone, home, pid } = server;
      return { id: found.id, ip, port, sqlPort, zone, home, pid, agentUrl: agent.url };
    });
  }

  /** Waits until a task has ended well. @throws Error with the failures of its subtasks. */
  async waitForTask(taskId: number, onChange?: (task: StackTask) => void): Promise<StackTask> {
    let seen = '';
    const ended = await waitFor(
      `task ${taskId} to end`,
      async () => {
        const task = await this.fetchTask(taskId);
        const now = JSON.stringify(task.subtasks.map((subtask) => [subtask.status, subtask.waitingFor]));
        if (now !== seen) onChange?.(task);
        seen = now;
        return task.status === 'RUNNING' ? undefined : task;
      },
      { timeoutMs: taskTimeoutMs },
    );
    if (ended.status === 'SUCCESSFUL') return ended;
    const reasons = ended.subtasks.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`${name}: ${failure}`],
    );
    throw new Error(`task ${taskId} (${ended.name}) is ${ended.status}: ${reasons.join('; ')}`);
  }

  fetchTask(taskId: number): Promise<StackTask> {
    return this.api.data(taskShape, 'GET', `/api/v2/tasks/instances/${taskId}`);
  }

  /** Posts `/stop` or `/start` of a server. */
  submit(
    serverId: number,
    verb: 'stop' | 'start',
    body: Readonly<Record<string, unknown>> = {},
  ): Promise<StackTask> {
    return this.api.data(
      taskShape,
      'POST',
      `/api/v2/ob/clusters/${this.clusterId}/servers/${serverId}/${verb}`,
      body,
    );
  }

  /** The newest task; what a client looks for whose answer was lost. */
  async newestTask(): Promise<StackTask> {
    const listed = await this.api.data(
      z.object({ contents: z.array(z.looseObject({ id: z.int() })) }),
      'GET',
      '/api/v2/tasks/instances?sort=id,desc&size=1',
    );
    return this.fetchTask(listed.contents[0]?.id ?? 0);
  }

  async serverStatus(serverId: number): Promise<string> {
    const listed = await this.api.data(
      z.object({ contents: z.array(serverShape) }),
      'GET',
      `/api/v2/ob/clusters/${this.clusterId}/servers`,
    );
    return listed.contents.find((server) => server.id === serverId)?.status ?? 'missing';
  }

  /** Asks one observer by SQL, past the control plane. */
  sql(server: Pick<StackServer, 'ip' | 'sqlPort'>, sql: string) {
    return queryServer(server, this.cluster.rootPassword, sql);
  }

  /** A user with built-in roles, made on the host as an operator would. */
  createUser(name: string, password: string, roles: readonly string[]): ApiClient {
    const [node, program, , file = ''] = this.controlPlane.options.argv;
    const argv = [
      'user-create',
      '--config',
      file,
      '--name',
      name,
      ...roles.flatMap((role) => ['--role', role]),
    ];
    const run = spawnSync(node, [program ?? '', ...argv], { input: `${password}\n`, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`user-create: ${run.stderr}`);
    return new ApiClient(this.api.url, name, password);
  }

  /** kill -9 and a new start on the same data and address. */
  async restartControlPlane(): Promise<void> {
    await this.controlPlane.kill();
    await this.startControlPlane();
  }

  async startControlPlane(): Promise<void> {
    await this.#start(this.#controlPlaneOptions);
  }

  /** Replaces the control plane by one that kills itself at the given point; it may do so before it listens. */
  async startCrashingControlPlane(point: CrashPoint): Promise<void> {
    await this.controlPlane.kill();
    const { argv, cwd, env } = this.#controlPlaneOptions;
    const [node, , ...args] = argv;
    const options: ChildOptions = {
      argv: [node, crashingProgram, ...args],
      cwd,
      env: { ...env, [crashVariable]: point },
    };
    await this.#start(options);
  }

  async #start(options: ChildOptions): Promise<void> {
    this.controlPlane = new StackProcess('control plane', options);
    this.#watch(this.controlPlane);
    await this.controlPlane.waitForLine(readListening, startTimeoutMs);
  }

  async restartAgent(host: string): Promise<void> {
    const index = this.agents.findIndex((agent) => agent.host === host);
    const agent = this.agents[index];
    if (agent === undefined) throw new Error(`no agent on ${host}`);
    await agent.process.kill();
    const process = new StackProcess(agent.process.name, agent.process.options);
    this.#watch(process);
    await process.waitForLine(readListening, startTimeoutMs);
    this.agents[index] = { ...agent, process };
  }

  /** Ends everything, also what others started in the folder, and removes the folder. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.controlPlane.end();
    await Promise.all(this.agents.map((agent) => agent.process.end()));
    await this.cluster.stop();
    await endFolderProcesses(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What a process of ours needs of the environment; nothing else is passed on. */
function childEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: process.env.HOME ?? '/', LANG: 'C.UTF-8' };
}

async function startAgent(folder: string, host: string, home: string, pki: string): Promise<StackAgent> {
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

async function issueCertificates(
  configFile: string,
  folder: string,
  hosts: readonly string[],
): Promise<string> {
  const out = join(folder, 'certificates');
  const names = hosts.flatMap((host) => ['--host', host]);
  const issue = new StackProcess('certificates', {
    argv: [
      process.execPath,
      controlPlaneProgram,
      'agent-certificate',
      '--config',
      configFile,
      '--out',
      out,
      ...names,
    ],
    cwd: folder,
    env: childEnvironment(),
  });
  const how = await issue.exited;
  if (how !== 'exit code 0')
    throw new Error(`issuing the agents' certificates ended with ${how}\n${issue.output}`);
  return out;
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
    const configFile = writeControlPlaneConfig(folder, port, password, options.config ?? {});
    report('Starting an agent for each host');
    const hosts = [...new Set(cluster.servers.map((server) => server.ip))];
    const pki = await issueCertificates(configFile, folder, hosts);
    const agents = await Promise.all(
      cluster.servers.map((server) => startAgent(folder, server.ip, server.home, pki)),
    );
    report('Starting the control plane');
    const argv: ChildOptions['argv'] = [process.execPath, controlPlaneProgram, '--config', configFile];
    const controlPlane = new StackProcess('control plane', { argv, cwd: folder, env: childEnvironment() });
    const { url } = await controlPlane.waitForLine(readListening, startTimeoutMs);
    return new Stack({ folder, cluster, agents, controlPlane, url, password, report });
  } catch (error) {
    await cluster?.stop();
    await endFolderProcesses(folder);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function writeControlPlaneConfig(
  folder: string,
  port: number,
  adminPassword: string,
  more: Readonly<Record<string, unknown>>,
): string {
  const file = join(folder, 'openocp.yaml');
  const config = { dataDir: join(folder, 'data'), http: { host: '127.0.0.1', port }, adminPassword, ...more };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  return file;
}
