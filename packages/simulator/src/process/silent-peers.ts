/**
 * Servers that have just let a question time out. They are not waited for again at once: a frozen server costs a reader
 * of several views one long wait, and one that was only slow is asked again soon.
 */
import { RpcError } from '../rpc/rpc-error.ts';
import { monotonicMs } from '../timing.ts';

/** The views ask other servers for so long at least, whatever the time scale: a disk may be slow. Milliseconds. */
const shortestPatienceMs = 1_200;
const leftAloneMs = 1_000;

export class SilentPeers {
  readonly #until = new Map<string, number>();

  /** @returns undefined when the server is not asked, or does not answer. */
  async ask<T>(
    server: string,
    rpcTimeoutMs: number,
    call: (timeoutMs: number) => Promise<T>,
  ): Promise<T | undefined> {
    if ((this.#until.get(server) ?? 0) > monotonicMs()) return undefined;
    try {
      return await call(Math.max(rpcTimeoutMs, shortestPatienceMs));
    } catch (error) {
      if (error instanceof RpcError && error.failure === 'timeout')
        this.#until.set(server, monotonicMs() + leftAloneMs);
      return undefined;
    }
  }
}
