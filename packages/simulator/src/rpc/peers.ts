import { KernelError } from '../kernel-error.ts';
import { wait } from '../wait.ts';
import { RpcClient } from './rpc-client.ts';
import { RpcError } from './rpc-error.ts';

export interface PeerCalls {
  readonly self: string;
  /** The result's shape is the method's promise; both ends are this same program. Rejects with an RpcError. */
  call<Result>(address: string, method: string, body: unknown, timeoutMs: number): Promise<Result>;
}

/** Calls to other servers by address; a call to oneself goes through the same door, so a server treats itself like a peer. */
export class Peers implements PeerCalls {
  readonly self: string;
  readonly #clients = new Map<string, RpcClient>();
  readonly #local: (method: string, body: unknown) => Promise<unknown>;
  /** Servers this one is cut off from (fault injection): nothing is sent to them, and nothing they send is heard. */
  readonly cutOff = new Set<string>();

  constructor(self: string, local: (method: string, body: unknown) => Promise<unknown>) {
    this.self = self;
    this.#local = local;
  }

  async call<Result>(address: string, method: string, body: unknown, timeoutMs: number): Promise<Result> {
    if (address === this.self) return (await this.#callSelf(method, body)) as Result;
    if (this.cutOff.has(address)) {
      // As on a network that loses everything: silence, not a refusal.
      await wait(timeoutMs);
      throw new RpcError('timeout', `${method} to ${address}: no answer in ${timeoutMs} ms`);
    }
    let client = this.#clients.get(address);
    if (client === undefined) {
      client = new RpcClient(this.self, address);
      this.#clients.set(address, client);
    }
    return (await client.call(method, body, timeoutMs)) as Result;
  }

  async #callSelf(method: string, body: unknown): Promise<unknown> {
    try {
      return await this.#local(method, body);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new RpcError('refused', text, error instanceof KernelError ? error.code : 0);
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
