import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const maxBytes = 1024 * 1024;

/** log/observer.log, and one older file beside it. */
export class LogFile {
  readonly #path: string;
  #size: number;

  constructor(home: string) {
    mkdirSync(join(home, 'log'), { recursive: true });
    this.#path = join(home, 'log', 'observer.log');
    this.#size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(level: 'INFO' | 'WARN' | 'ERROR', text: string): void {
    const line = `[${new Date().toISOString()}] ${level} [${process.pid}] ${text}\n`;
    if (this.#size + line.length > maxBytes) {
      renameSync(this.#path, `${this.#path}.1`);
      this.#size = 0;
    }
    appendFileSync(this.#path, line);
    this.#size += line.length;
  }
}
