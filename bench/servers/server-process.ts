/** A server program that runs in the foreground and says when it can be used. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';

/** A server of somebody else that the benchmarks start for a peer. */
export interface PeerServer {
  readonly version: string;
  /** An empty database of its own for each peer. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

export interface ServerProcess {
  /** Resolves when it has gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const startTimeoutMs = 30_000;
const keptLines = 20;

/** Resolves when a line of its output matches `ready`. @throws Error with its last lines when it ends before. */
export async function startServerProcess(
  command: string,
  args: readonly string[],
  ready: RegExp,
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'cwd'> = {},
): Promise<ServerProcess> {
  const child = spawn(command, args, { cwd: tmpdir(), ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const isReady = Promise.withResolvers<void>();
  const exited = new Promise<void>((resolve) => {
    const ended = (how: string): void => {
      isReady.reject(new Error(`${command}: ${how}\n${lines.join('\n')}`));
      resolve();
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(`ended with ${signal ?? `exit code ${code}`}`));
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      if (ready.test(line)) isReady.resolve();
    });
  }
  const timer = setTimeout(() => isReady.reject(new Error(`${command} is not ready`)), startTimeoutMs);
  await isReady.promise.finally(() => clearTimeout(timer));
  return {
    async end(signal) {
      child.kill(signal);
      await exited;
    },
  };
}
