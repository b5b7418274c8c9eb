/**
 * Root service: runs on the leader of tenant 1, log stream 1, and only there. It lives as long as that leadership; its
 * successor starts from the replicated tables.
 */
import type { AdminReply, AdminRequest, LocationReport } from '../cluster/messages.ts';
import { administer } from './administer.ts';
import { Balancer } from './balancer.ts';
import { HeartbeatLoop } from './heartbeat-loop.ts';
import { locationChanges } from './location-reports.ts';
import type { RootContext } from './root-context.ts';
import { changeUserRows } from './user-tables.ts';

export class RootService {
  readonly context: RootContext;
  readonly #heartbeats: HeartbeatLoop;
  readonly #balancer: Balancer;

  constructor(context: RootContext) {
    this.context = context;
    this.#heartbeats = new HeartbeatLoop(context);
    this.#balancer = new Balancer(context);
  }

  start(): void {
    void this.#heartbeats.run();
    this.#balancer.start();
  }

  end(): void {
    this.context.ended = true;
    this.#heartbeats.stop();
    this.#balancer.stop();
  }

  async administer(request: AdminRequest): Promise<AdminReply> {
    // Rows of users concern no other server; whoever reads them asks for them.
    if (request.verb === 'user-dml') return changeUserRows(this.context, request.dml, request.facts);
    await administer(this.context, request);
    // Whoever is concerned hears of the change by heartbeat, without waiting for the next round.
    void this.#heartbeats.run();
    return { affectedRows: 0, matchedRows: 0 };
  }

  /** A report of a newer leader demotes all other replicas of the stream in the same write. */
  async report(reports: readonly LocationReport[]): Promise<void> {
    await this.context.exclusively(async () => {
      await this.context.write(reports.flatMap((report) => locationChanges(this.context.tables, report)));
    });
  }
}
