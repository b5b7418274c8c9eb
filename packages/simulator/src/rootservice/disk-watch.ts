/**
 * What root service does by itself about data disks, from 4.2.5 and 4.3.2 on: a server whose disk begins to fail is
 * stopped, and started when the disk is well again - also when it was an operator who had stopped it meanwhile. A new
 * root service takes every disk for healthy, so it does not undo a stop that it knows nothing of.
 */
import type { DiskHealth } from '../cluster/virtual-rows.ts';
import { parseDurationMs } from '../timing.ts';
import type { RootContext } from './root-context.ts';
import { checksMachine, startServers, stopServers } from './server-operations.ts';

export class DiskWatch {
  readonly #context: RootContext;
  readonly #health = new Map<string, DiskHealth>();

  constructor(context: RootContext) {
    this.#context = context;
  }

  /** With each answered heartbeat. */
  note(server: string, health: DiskHealth): void {
    const before = this.#health.get(server) ?? 'NORMAL';
    this.#health.set(server, health);
    if (before === health || !checksMachine(this.#context.version)) return;
    void this.#act(server, health).catch(() => {
      // Refused, as a statement would have been; the event history says why.
    });
  }

  async #act(server: string, health: DiskHealth): Promise<void> {
    const context = this.#context;
    const isStopped = (context.tables.servers.get(server)?.stopTime ?? 0) !== 0;
    const isFailing = health === 'ERROR';
    if (isStopped === isFailing) return;
    const event = isFailing ? 'disk error, stop server' : 'disk error repaired, start server';
    await context.exclusively(() =>
      context.write(context.eventChanges([{ module: 'server', event, pairs: [['server', `"${server}"`]] }])),
    );
    const remainingMs = parseDurationMs(context.parameter('internal_sql_execute_timeout')) ?? 30_000;
    if (isFailing) await stopServers(context, { kind: 'STOP', servers: [server], zone: '', remainingMs });
    else await startServers(context, { servers: [server], zone: '' });
  }
}
