/** Tells root service of every leadership gained here, again and again until it has heard, and all of them to a new one. */

import type { Peers } from '../rpc/peers.ts';
import { RpcError } from '../rpc/rpc-error.ts';
import type { Timing } from '../timing.ts';
import { sysLsKey } from './inner-tables.ts';
import type { LsReplica } from './ls-replica.ts';
import type { LocationReport } from './messages.ts';
import type { ReplicaGroup } from './replica-group.ts';
import type { TableAccess } from './table-access.ts';

export class LocationReporter {
  readonly #group: ReplicaGroup;
  readonly #access: TableAccess;
  readonly #peers: Peers;
  readonly #timing: Timing;
  readonly #due = new Set<LsReplica>();
  #busy = false;

  constructor(group: ReplicaGroup, access: TableAccess, peers: Peers, timing: Timing) {
    this.#group = group;
    this.#access = access;
    this.#peers = peers;
    this.#timing = timing;
  }

  /** The sys log stream's leader is root service itself and needs no report. */
  add(replica: LsReplica): void {
    if (replica.key !== sysLsKey) this.#due.add(replica);
    void this.flush();
  }

  addAll(): void {
    for (const replica of this.#group.leading) {
      if (replica.key !== sysLsKey) this.#due.add(replica);
    }
    void this.flush();
  }

  async flush(): Promise<void> {
    if (this.#busy || this.#due.size === 0) return;
    this.#busy = true;
    try {
      const rs = this.#access.rs ?? (await this.#access.findRs());
      const batch = [...this.#due].filter(({ election }) => election.leading);
      this.#due.clear();
      if (rs !== undefined && batch.length > 0) await this.#send(rs, batch);
      else for (const replica of batch) this.#due.add(replica);
    } finally {
      this.#busy = false;
    }
  }

  async #send(rs: string, batch: readonly LsReplica[]): Promise<void> {
    const reports = batch.map(
      ({ tenantId, lsId, election }): LocationReport => ({
        tenantId,
        lsId,
        leader: this.#peers.self,
        proposalId: election.term,
        configuration: election.configuration,
      }),
    );
    try {
      await this.#peers.call(rs, 'report_locations', { reports }, this.#timing.rpcTimeoutMs);
    } catch (error) {
      for (const replica of batch) this.#due.add(replica);
      if (error instanceof RpcError) await this.#access.findRs();
    }
  }
}
