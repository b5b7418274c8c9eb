/** Runs a real agent for a test, and talks to it as the control plane does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type AgentCommand,
  agentError,
  type InspectResponse,
  inspectResponse,
  type JournalEntry,
  journalResponse,
  lastWordsResponse,
  type PrepareResponse,
  type ProcessIdentity,
  prepareResponse,
  type StartRequest,
  type StartResponse,
  type StopRequest,
  type StopResponse,
  startResponse,
  stopResponse,
} from '@openocp/contract';
import { z } from 'zod';
import type { AgentConfigFile } from '../config.ts';
import type { Credentials, TestCertificates } from './certificates.ts';

const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));
const listeningLine = z.object({ event: z.literal('listening'), url: z.url(), pid: z.int() });

/** What is run: Node's arguments, and variables beside those of the test. */
export interface AgentProgram {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** undefined: the control plane's. null: none. */
  readonly credentials?: Credentials | null;
  readonly maxVersion?: 'TLSv1.2';
}

export class AgentProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'openocp-agent-'));
  readonly #certificates: TestCertificates;
  readonly #program: AgentProgram;
  #child: ChildProcess | undefined;
  #url = '';
  #errorText = '';

  constructor(
    certificates: TestCertificates,
    homes: readonly string[],
    program: AgentProgram = { argv: [mainFile] },
  ) {
    this.#certificates = certificates;
    this.#program = program;
    this.#write('agent.crt', certificates.agent.certificate);
    this.#write('agent.key', certificates.agent.key);
    this.#write('ca.crt', certificates.ca);
    const config: AgentConfigFile = {
      listen: { host: '127.0.0.1', port: 0 },
      host: '127.0.0.1',
      dataDir: join(this.folder, 'data'),
      homes: [...homes],
      tls: {
        certificate: join(this.folder, 'agent.crt'),
        key: join(this.folder, 'agent.key'),
        ca: join(this.folder, 'ca.crt'),
      },
    };
    this.#write('agent.json', JSON.stringify(config));
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get journalFile(): string {
    return join(this.folder, 'data/journal.jsonl');
  }

  /** @throws Error with its stderr when it ends instead of listening. */
  async start(): Promise<void> {
    const { argv, env } = this.#program;
    const child = spawn(process.execPath, [...argv, '--config', join(this.folder, 'agent.json')], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#errorText = '';
    child.stderr.on('data', (chunk) => {
      this.#errorText += String(chunk);
    });
    const exited = once(child, 'exit').then(() => undefined);
    const line = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
    if (line === undefined) {
      throw new Error(`the agent ended: ${this.#errorText}`);
    }
    this.#child = child;
    this.#url = listeningLine.parse(JSON.parse(String(line[0]))).url;
  }

  /** Nobody reads its output any more. */
  closeOutput(): void {
    this.#child?.stdout?.destroy();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  journalOnDisk(): string {
    return readFileSync(this.journalFile, 'utf8');
  }

  async inspect(
    home: string,
    ports: readonly number[] = [],
    address = '127.0.0.1',
  ): Promise<InspectResponse> {
    const body = { home, address, ports };
    return inspectResponse.parse(await this.#post('/v1/processes/inspect', body));
  }

  /** The identity of the home's process. @throws Error when there is none. */
  async identify(home: string): Promise<ProcessIdentity> {
    const { process: found } = await this.inspect(home);
    if (found === null) {
      throw new Error(`nothing runs in ${home}`);
    }
    return found;
  }

  async stop(options: Partial<StopRequest> & Pick<StopRequest, 'home' | 'process'>): Promise<StopResponse> {
    const body: StopRequest = {
      command: command(),
      method: 'kill',
      graceMs: 5000,
      deadlineMs: 5000,
      ...options,
    };
    return stopResponse.parse(await this.#post('/v1/processes/stop', body));
  }

  async startProcess(options: Partial<StartRequest> & Pick<StartRequest, 'home'>): Promise<StartResponse> {
    const body: StartRequest = { command: command(), arguments: [], deadlineMs: 8000, ...options };
    return startResponse.parse(await this.#post('/v1/processes/start', body));
  }

  async prepareHome(home: string, fields: Partial<AgentCommand> = {}): Promise<PrepareResponse> {
    return prepareResponse.parse(await this.#post('/v1/homes/prepare', { command: command(fields), home }));
  }

  async journal(home: string): Promise<JournalEntry[]> {
    const { body } = await this.send({ path: `/v1/journal?home=${encodeURIComponent(home)}` });
    return journalResponse.parse(body).entries;
  }

  async lastWords(home: string): Promise<string[]> {
    const { status, body } = await this.send({
      path: `/v1/homes/last-words?home=${encodeURIComponent(home)}`,
    });
    if (status !== 200) throw new Error(agentError.parse(body).error);
    return lastWordsResponse.parse(body).lines;
  }

  send(options: RawRequest): Promise<Answer> {
    const credentials =
      options.credentials === undefined ? this.#certificates.controlPlane : options.credentials;
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(options.path, this.#url),
        {
          method: options.method ?? 'GET',
          ca: this.#certificates.ca,
          ...(credentials && { cert: credentials.certificate, key: credentials.key }),
          ...(options.maxVersion && { maxVersion: options.maxVersion }),
          headers: { 'content-type': 'application/json', ...options.headers },
          agent: false,
        },
        (response) => {
          response.setEncoding('utf8');
          response
            .toArray()
            .then((chunks) =>
              resolve({ status: response.statusCode ?? 0, body: JSON.parse(chunks.join('')) }),
            )
            .catch(reject);
        },
      );
      sent.on('error', reject);
      sent.end(options.body);
    });
  }

  async #post(path: string, content: object): Promise<unknown> {
    const { status, body } = await this.send({ method: 'POST', path, body: JSON.stringify(content) });
    if (status !== 200) {
      const { error, message } = agentError.parse(body);
      throw new Error(`${status} ${error}: ${message}`);
    }
    return body;
  }

  #write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content, { mode: 0o600 });
  }
}

let subtasks = 0;

/** A command of its own unless fields are given. */
export function command(fields: Partial<AgentCommand> = {}): AgentCommand {
  subtasks += 1;
  return { taskId: 1, subtaskId: subtasks, attempt: 1, fence: 1, mode: 'run', ...fields };
}
