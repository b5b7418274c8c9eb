/** One control plane of a stack: plain or with faults, killed and started again on the same data and address. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiClient } from './api-client.ts';
import { childEnvironment } from './child-environment.ts';
import { type ChildOptions, readListening, StackProcess } from './child-process.ts';
import { type Fault, type FaultPoint, faultVariable, firedFault } from './fault.ts';
import { TaskClient } from './task-client.ts';
import { waitFor } from './wait-for.ts';

const controlPlaneProgram = fileURLToPath(import.meta.resolve('@openocp/server/main'));
const faultyProgram = fileURLToPath(new URL('./faulty-control-plane.ts', import.meta.url));

const startTimeoutMs = 30_000;

export interface InstanceOptions {
  readonly name: string;
  readonly folder: string;
  readonly configFile: string;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Told of every process that is started. */
  readonly watch: (process: StackProcess) => void;
}

export class Instance {
  readonly name: string;
  readonly api: ApiClient;
  readonly tasks: TaskClient;
  /** The product's own program, without any fault. */
  readonly plain: ChildOptions;
  readonly #faultFile: string;
  readonly #watch: (process: StackProcess) => void;
  #process: StackProcess | undefined;
  #version = 0;

  constructor({ name, folder, configFile, url, user, password, watch }: InstanceOptions) {
    this.name = name;
    this.api = new ApiClient(url, user, password);
    this.tasks = new TaskClient(this.api);
    const argv: ChildOptions['argv'] = [process.execPath, controlPlaneProgram, '--config', configFile];
    this.plain = { argv, cwd: folder, env: childEnvironment() };
    this.#faultFile = `${configFile}.faults`;
    this.#watch = watch;
  }

  get wasStarted(): boolean {
    return this.#process !== undefined;
  }

  /** The one that runs, or ran last. */
  get process(): StackProcess {
    if (this.#process === undefined) throw new Error(`${this.name} was never started`);
    return this.#process;
  }

  async start(): Promise<void> {
    await this.#start(this.plain);
  }

  /** May die before it listens, if that is the fault: then this rejects. */
  async startFaulty(faults: readonly Fault[] = []): Promise<void> {
    this.setFaults(faults);
    const { argv, cwd, env } = this.plain;
    const [node, , ...args] = argv;
    await this.#start({
      argv: [node, faultyProgram, ...args],
      cwd,
      // It is started again and again, and most of a start is reading the same sources.
      env: { ...env, [faultVariable]: this.#faultFile, NODE_COMPILE_CACHE: join(cwd, 'compile-cache') },
    });
  }

  /** For a running one too, as long as it was started with faults. All counts begin anew. */
  setFaults(faults: readonly Fault[]): void {
    this.#version += 1;
    const draft = `${this.#faultFile}.new`;
    writeFileSync(draft, JSON.stringify({ version: this.#version, faults }));
    renameSync(draft, this.#faultFile);
  }

  /** Points of the present faults that have happened, in order. */
  listFired(): FaultPoint[] {
    const file = `${this.#faultFile}.fired`;
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => firedFault.parse(JSON.parse(line)))
      .filter(({ version }) => version === this.#version)
      .map(({ at }) => at);
  }

  async waitForFault(timeoutMs = 30_000): Promise<void> {
    const look = () => (this.listFired().length > 0 ? true : undefined);
    await waitFor(`a fault of ${this.name}`, look, { timeoutMs, intervalMs: 10 });
  }

  async end(): Promise<void> {
    await this.#process?.end();
  }

  async #start(options: ChildOptions): Promise<void> {
    const started = new StackProcess(this.name, options);
    this.#process = started;
    this.#watch(started);
    await started.waitForLine(readListening, startTimeoutMs);
  }
}
