/** Client programs that others wrote. Where one is not installed its tests are skipped; in continuous integration that is a failure. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { waitUntil } from './wait-until.ts';

export function isInstalled(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch (cause) {
    if (process.env.CI === 'true')
      throw new Error(`${command} is not installed; CI tests every client`, { cause });
    console.warn(`${command} ${args.join(' ')} does not work here: its tests are skipped`);
    return false;
  }
}

/** A program under way. The server runs in the test's own process, so nothing may wait for it synchronously. */
export class ClientProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env } });
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.stdout += chunk;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
    });
    // A program that has ended reads no more.
    this.#child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', resolve);
    });
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** The first match in what it has printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return waitUntil(`${pattern} in the client's output`, () => pattern.exec(this.stdout) ?? undefined);
  }

  kill(): Promise<number | null> {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }

  /** Ends its input and waits for it. @returns the exit code. */
  end(): Promise<number | null> {
    this.#child.stdin.end();
    return this.#ended;
  }
}
