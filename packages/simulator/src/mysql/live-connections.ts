/** The logged-in connections of one server, by their id. */
import { type KernelError, kernelError } from '../kernel-error.ts';
import type { Identity, LiveSession, SessionRegistry } from './session.ts';

export interface LiveConnection extends LiveSession {
  interrupt(): void;
  destroy(): void;
}

export class LiveConnections implements SessionRegistry {
  readonly #connections = new Map<number, LiveConnection>();

  add(connection: LiveConnection): void {
    this.#connections.set(connection.identity.connectionId, connection);
  }

  remove(connectionId: number): void {
    this.#connections.delete(connectionId);
  }

  list(by: Identity): readonly LiveConnection[] {
    return [...this.#connections.values()].filter(({ identity }) => maySee(by, identity));
  }

  killQuery(id: number, by: Identity): void {
    this.#find(id, by).interrupt();
  }

  killConnection(id: number, by: Identity): void {
    this.#find(id, by).destroy();
  }

  #find(id: number, by: Identity): LiveConnection {
    const connection = this.#connections.get(id);
    if (connection === undefined || !maySee(by, connection.identity)) throw unknownThread(id);
    return connection;
  }
}

function maySee(by: Identity, other: Identity): boolean {
  return by.tenantId === 1 || by.tenantId === other.tenantId;
}

function unknownThread(id: number): KernelError {
  return kernelError('unknownConnection', `Unknown thread id: ${id}`);
}
