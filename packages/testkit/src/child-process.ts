/** A process of the stack: started without a shell, its output kept, its end noticed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Lines kept for the message of a failure. */
const keptLines = 200;

export class StackProcess {
  readonly name: string;
  readonly options: ChildOptions;
  readonly pid: number;
  /** Resolves with how it ended. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<(line: string) => void>();
  #ended = false;

  constructor(name: string, options: ChildOptions) {
    this.name = name;
    this.options = options;
    const [command, ...args] = options.argv;
    // A group of its own: Ctrl-C in the terminal reaches the demo alone, which then ends the rest in order.
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
    });
    void this.exited.then(() => {
      this.#ended = true;
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#accept(line));
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  get output(): string {
    return this.#lines.join('\n');
  }

  /** Tells every line from now on; `output` keeps the newest alone. */
  follow(watcher: (line: string) => void): void {
    this.#watchers.add(watcher);
  }

  #accept(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    for (const watcher of this.#watchers) watcher(line);
  }

  /** Waits for a line of output that `read` understands. @throws Error with the output when the process ends first. */
  async waitForLine<T>(read: (line: string) => T | undefined, timeoutMs: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const watcher = (line: string) => {
      const value = read(line);
      if (value !== undefined) resolve(value);
    };
    const timer = setTimeout(() => reject(this.#failure(`said nothing within ${timeoutMs} ms`)), timeoutMs);
    for (const line of this.#lines) watcher(line);
    this.#watchers.add(watcher);
    void this.exited.then((how) => reject(this.#failure(how)));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  #failure(what: string): Error {
    return new Error(`${this.name} (pid ${this.pid}): ${what}\n${this.output}`);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  /** SIGTERM, then SIGKILL when it takes too long. */
  async end(graceMs = 5_000): Promise<void> {
    if (this.#ended) return;
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}

/** What a program of ours prints when it can be used: one JSON line with `event: listening`. */
export function readListening(line: string): { readonly url: string } | undefined {
  if (!line.includes('"listening"')) return undefined;
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string')
    return undefined;
  return { url: value.url };
}
