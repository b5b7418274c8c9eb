/**
 * A whole OpenOCP on one machine: a simulated cluster, an agent for each of its hosts, and the control plane, all as
 * processes of their own under one temporary folder. Tests, the demo and the benchmarks start it.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedCluster } from '@openocp/simulator';
import { z } from 'zod';
import { ApiClient } from './api-client.ts';
import { readListening, StackProcess } from './child-process.ts';
import type { Fault } from './fault.ts';
import { endFolderProcesses } from './folder-processes.ts';
import { findFreePort } from './free-port.ts';
import { Instance } from './instance.ts';
import { queryServer } from './sql-client.ts';
import type { StackTask, TaskClient } from './task-client.ts';

const startTimeoutMs = 30_000;

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

const serverShape = z.looseObject({
  id: z.int(),
  ip: z.string(),
  port: z.int(),
  sqlPort: z.int(),
  zoneName: z.string(),
  status: z.string(),
});

export interface StackParts {
  readonly folder: string;
  readonly cluster: SimulatedCluster;
  readonly password: string;
  /** Of the API of the first control plane. */
  readonly port: number;
  /** More configuration of every control plane. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly report: (message: string) => void;
}

export class Stack {
  readonly folder: string;
  readonly cluster: SimulatedCluster;
  readonly agents: StackAgent[] = [];
  readonly password: string;
  /** Every control plane, the first one first. */
  readonly instances: Instance[] = [];
  clusterId = 0;
  servers: StackServer[] = [];
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #report: (message: string) => void;
  readonly #first: Instance;
  #stopping = false;

  /** Writes the configuration of the first control plane; starts nothing. */
  constructor({ folder, cluster, password, port, config, report }: StackParts) {
    this.folder = folder;
    this.cluster = cluster;
    this.password = password;
    this.#config = config;
    this.#report = report;
    this.#first = this.#addInstance('control plane', 'openocp.yaml', port, {});
  }

  get api(): ApiClient {
    return this.#first.api;
  }

  get #tasks(): TaskClient {
    return this.#first.tasks;
  }

  get controlPlane(): StackProcess {
    return this.#first.process;
  }

  get configFile(): string {
    return join(this.folder, 'openocp.yaml');
  }

  addAgents(agents: readonly StackAgent[]): void {
    this.agents.push(...agents);
    for (const agent of agents) this.#watch(agent.process);
  }

  #addInstance(name: string, file: string, port: number, more: Readonly<Record<string, unknown>>): Instance {
    const { folder, password } = this;
    const configFile = join(folder, file);
    const http = { host: '127.0.0.1', port };
    // All of a stack is on loopback addresses.
    const outbound = { allowLoopback: true };
    const base = { dataDir: join(folder, 'data'), http, outbound, adminPassword: password };
    // JSON is YAML.
    writeFileSync(configFile, JSON.stringify({ ...base, ...this.#config, ...more }, null, 2), {
      mode: 0o600,
    });
    const url = `http://${http.host}:${http.port}`;
    const watch = (process: StackProcess) => this.#watch(process);
    const instance = new Instance({ name, folder, configFile, url, user: adminUser, password, watch });
    this.instances.push(instance);
    return instance;
  }

  /** One more control plane on the same data folder; it is not started yet. */
  async addInstance(name: string, more: Readonly<Record<string, unknown>> = {}): Promise<Instance> {
    const port = await findFreePort('127.0.0.1');
    return this.#addInstance(name, `openocp-${name}.yaml`, port, { instance: name, ...more });
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
  async takeOver(more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const task = await this.submitTakeOver(more);
    await this.waitForTask(task.id);
    await this.adopt(task.clusterId ?? 0);
  }

  submitTakeOver(more: Readonly<Record<string, unknown>> = {}): Promise<StackTask> {
    return this.#tasks.submit('/api/v2/ob/clusters/takeOver', { ...this.takeOverRequest(), ...more });
  }

  takeOverRequest(): Record<string, unknown> {
    const [first] = this.cluster.servers;
    if (first === undefined) throw new Error('the cluster has no servers');
    return {
      connectionMode: 'direct',
      address: first.ip,
      port: first.sqlPort,
      rootSysPassword: this.cluster.rootPassword,
      agents: this.agents.map(({ host, url }) => ({ host, url })),
    };
  }

  submitMoveOut(): Promise<StackTask> {
    return this.#tasks.submit(`/api/v2/ob/clusters/${this.clusterId}/moveOut`);
  }

  /** Ids of the clusters that the control plane manages, or is taking over. */
  async listClusters(): Promise<number[]> {
    const page = z.object({ contents: z.array(z.looseObject({ id: z.int() })) });
    const { contents } = await this.api.data(page, 'GET', '/api/v2/ob/clusters');
    return contents.map(({ id }) => id);
  }

  async clusterStatuses(): Promise<string[]> {
    const page = z.object({ contents: z.array(z.looseObject({ status: z.string() })) });
    const { contents } = await this.api.data(page, 'GET', '/api/v2/ob/clusters');
    return contents.map(({ status }) => status);
  }

  /** Learns the ids of the servers of a cluster that has been taken over. */
  async adopt(clusterId: number): Promise<void> {
    this.clusterId = clusterId;
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
  waitForTask(taskId: number, onChange?: (task: StackTask) => void): Promise<StackTask> {
    return this.#tasks.waitForSuccess(taskId, onChange);
  }

  /** Waits until a task has ended, well or not. */
  waitForEnd(taskId: number, onChange?: (task: StackTask) => void): Promise<StackTask> {
    return this.#tasks.waitForEnd(taskId, onChange);
  }

  fetchTask(taskId: number): Promise<StackTask> {
    return this.#tasks.fetch(taskId);
  }

  newestTask(): Promise<StackTask> {
    return this.#tasks.newest();
  }

  /** Resolves when the command is durable: a retry or rollback has begun, a pause or abort comes at the next boundary. */
  command(taskId: number, verb: 'retry' | 'rollback' | 'pause' | 'resume' | 'abort'): Promise<StackTask> {
    return this.#tasks.command(taskId, verb);
  }

  commandSubtask(taskId: number, subtaskId: number, verb: 'retry' | 'skip' | 'cancel'): Promise<void> {
    return this.#tasks.commandSubtask(taskId, subtaskId, verb);
  }

  /** Posts `/stop`, `/start` or `/restart` of a server. */
  submit(
    serverId: number,
    verb: 'stop' | 'start' | 'restart',
    body: Readonly<Record<string, unknown>> = {},
  ): Promise<StackTask> {
    return this.#tasks.submit(`/api/v2/ob/clusters/${this.clusterId}/servers/${serverId}/${verb}`, body);
  }

  /** Posts to a path below the cluster, for example `servers/batchDelete`. */
  submitTo(path: string, body: Readonly<Record<string, unknown>>): Promise<StackTask> {
    return this.#tasks.submit(`/api/v2/ob/clusters/${this.clusterId}/${path}`, body);
  }

  /** Posts `/stop`, `/start` or `/restart` of a zone. */
  submitZone(
    zone: string,
    verb: 'stop' | 'start' | 'restart',
    body: Readonly<Record<string, unknown>> = {},
  ): Promise<StackTask> {
    return this.#tasks.submit(`/api/v2/ob/clusters/${this.clusterId}/zones/${zone}/${verb}`, body);
  }

  /** Posts `/stop`, `/start` or `/restart` of the cluster. */
  submitCluster(
    verb: 'stop' | 'start' | 'restart',
    body: Readonly<Record<string, unknown>> = {},
  ): Promise<StackTask> {
    return this.#tasks.submit(`/api/v2/ob/clusters/${this.clusterId}/${verb}`, body);
  }

  /** Ids of the tasks that were asked to take the whole cluster down, or up again; also those whose answer was lost. */
  async listWholeClusterTasks(): Promise<number[]> {
    const page = z.object({ contents: z.array(z.looseObject({ id: z.int(), name: z.string() })) });
    const { contents } = await this.api.data(
      page,
      'GET',
      '/api/v2/tasks/instances?name=OB%20cluster&size=2000',
    );
    return contents.filter(({ name }) => /^(Stop|Start) OB cluster$/.test(name)).map(({ id }) => id);
  }

  /** Status of each zone, by name. */
  async zoneStatuses(): Promise<Readonly<Record<string, string>>> {
    const zones = z.object({ contents: z.array(z.looseObject({ name: z.string(), status: z.string() })) });
    const { contents } = await this.api.data(zones, 'GET', `/api/v2/ob/clusters/${this.clusterId}/zones`);
    return Object.fromEntries(contents.map(({ name, status }) => [name, status]));
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
    const [node, program, , file = ''] = this.#first.plain.argv;
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
    await this.#first.start();
  }

  /** Replaces the control plane by one with faults; `setFaults` changes them later, without a restart. */
  async startFaultyControlPlane(faults: readonly Fault[] = []): Promise<void> {
    await this.controlPlane.kill();
    await this.#first.startFaulty(faults);
  }

  setFaults(faults: readonly Fault[]): void {
    this.#first.setFaults(faults);
  }

  waitForFault(): Promise<void> {
    return this.#first.waitForFault();
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
    await Promise.all(this.instances.map((instance) => instance.end()));
    await Promise.all(this.agents.map((agent) => agent.process.end()));
    await this.cluster.stop();
    await endFolderProcesses(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
