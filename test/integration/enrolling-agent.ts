/** A real agent that has no certificate yet, and what an administrator does with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const program = join(import.meta.dirname, '../../packages/agent/src/main.ts');
const listeningLine = z.object({ event: z.literal('listening'), url: z.url() });

export interface Ending {
  readonly code: number | null;
  readonly error: string;
}

export class EnrollingAgent {
  readonly folder = mkdtempSync(join(tmpdir(), 'openocp-enrol-'));
  readonly host: string;
  readonly #config = join(this.folder, 'agent.json');
  #child: ChildProcess | undefined;
  url = '';

  constructor(host: string, name = host) {
    this.host = host;
    const listen = { host, port: 0 };
    writeFileSync(
      this.#config,
      JSON.stringify({ listen, host: name, dataDir: join(this.folder, 'data'), homes: [] }),
    );
  }

  get identityFile(): string {
    return join(this.folder, 'data/identity.json');
  }

  get isEnrolled(): boolean {
    return existsSync(this.identityFile);
  }

  async enroll(url: string, token: string): Promise<Ending> {
    const file = join(this.folder, 'token');
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    const child = spawn(
      process.execPath,
      [program, 'enroll', '--config', this.#config, '--url', url, '--token-file', file],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const [error, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    return { code: z.int().nullable().parse(code), error };
  }

  async start(): Promise<string> {
    const child = spawn(process.execPath, [program, '--config', this.#config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const exited = once(child, 'exit').then(() => undefined);
    const line = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
    if (line === undefined) throw new Error(`the agent of ${this.host} ended`);
    this.url = listeningLine.parse(JSON.parse(String(line[0]))).url;
    return this.url;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
