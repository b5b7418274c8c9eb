/** The last events of this server, for DBA_OB_SERVER_EVENT_HISTORY; they end with the process. */
import type { ServerEvent } from '../cluster/virtual-rows.ts';
import { nowUs } from '../timing.ts';

const kept = 200;

export class EventHistory {
  readonly #server: string;
  readonly events: ServerEvent[] = [];

  constructor(server: string) {
    this.#server = server;
  }

  add(module: string, event: string, pairs: ServerEvent['pairs'] = []): void {
    this.events.push({ server: this.#server, time: nowUs(), module, event, pairs });
    if (this.events.length > kept) this.events.shift();
  }
}
