/** A raw connection to the server: what was sent, whether an answer came, whether it is closed. */
import { connect, type Socket } from 'node:net';

/** More than any statement here may take (`ob_query_timeout` is 10 s): beyond it the server has stopped answering. */
const patienceMs = 20_000;

export class FuzzSocket {
  readonly #socket: Socket;
  /** The end of what arrived: enough to find a marker in. */
  #tail = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  isClosed = false;

  constructor(ip: string, port: number) {
    this.#socket = connect({ host: ip, port });
    this.#socket.setNoDelay(true);
    // A reset is one of the ways in which the server may end it.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-4096);
      this.#wake();
    });
  }

  /** Its payload. @throws Error when there is none: the server has gone, or greets no more. */
  async greeting(): Promise<Buffer> {
    await this.#until('a greeting', () => this.#tail.length > 70);
    if (this.isClosed) throw new Error('the connection was refused, or closed without a greeting');
    return this.#tail.subarray(4);
  }

  send(bytes: Uint8Array): void {
    if (!this.isClosed && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Until this text has come back, or the connection is closed. */
  async answer(marker: string): Promise<void> {
    await this.#until(`an answer with ${marker}`, () => this.#tail.includes(marker));
  }

  /** What is still to be answered is waited for, then both sides are closed. */
  async finish(): Promise<void> {
    this.#socket.end();
    await this.#until('the end of the connection', () => false);
  }

  async reset(): Promise<void> {
    this.#socket.resetAndDestroy();
    await this.#until('the end of the connection', () => false);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #until(what: string, isThere: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(
        () => reject(new Error(`${what}: not within ${patienceMs} ms`)),
        patienceMs,
      );
      this.#wake = () => {
        if (!this.isClosed && !isThere()) return;
        clearTimeout(patience);
        resolve();
      };
      this.#wake();
    });
  }
}
