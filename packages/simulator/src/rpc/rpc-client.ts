import { connect, type Socket } from 'node:net';
import { endpointOf } from '../address.ts';
import { encodeFrame, FrameReader } from './frame.ts';
import { RpcError } from './rpc-error.ts';

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly timer: NodeJS.Timeout;
}

/** One connection to one server, opened on demand and again after it broke. Calls are multiplexed. */
export class RpcClient {
  readonly #self: string;
  readonly #address: string;
  readonly #pending = new Map<number, PendingCall>();
  #socket: Socket | undefined;
  #nextId = 1;

  constructor(self: string, address: string) {
    this.#self = self;
    this.#address = address;
  }

  call(method: string, body: unknown, timeoutMs: number): Promise<unknown> {
    const socket = this.#connected();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new RpcError('timeout', `${method} to ${this.#address}: no answer in ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      socket.write(encodeFrame({ id, method, from: this.#self, body }));
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connected(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    const { ip, port } = endpointOf(this.#address);
    // The own address as source keeps one server's traffic apart from another's on the shared loopback.
    const socket = connect({ host: ip, port, localAddress: endpointOf(this.#self).ip, noDelay: true });
    const reader = new FrameReader();
    let opened = false;
    socket.on('connect', () => {
      opened = true;
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#failAll(new RpcError(opened ? 'lost' : 'connect', `no connection to ${this.#address}`));
    });
    socket.on('data', (chunk) => {
      try {
        for (const message of reader.push(chunk)) this.#settle(message);
      } catch {
        socket.destroy();
      }
    });
    this.#socket = socket;
    return socket;
  }

  #settle(message: unknown): void {
    const { id, ok, error } = message as {
      id: number;
      ok?: unknown;
      error?: { code: number; message: string };
    };
    const call = this.#pending.get(id);
    if (call === undefined) return;
    this.#pending.delete(id);
    clearTimeout(call.timer);
    if (error === undefined) call.resolve(ok);
    else call.reject(new RpcError('refused', error.message, error.code));
  }

  #failAll(error: RpcError): void {
    for (const call of this.#pending.values()) {
      clearTimeout(call.timer);
      call.reject(error);
    }
    this.#pending.clear();
  }
}
