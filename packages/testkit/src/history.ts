/** The records of effects of all servers as one history in the order of time, and what was true at a moment of it. */

import type { JournalLine } from './effects.ts';
import type { Evidence, ServerEvidence } from './evidence.ts';

export type HistoryEvent =
  | { readonly kind: 'marked' | 'unmarked'; readonly time: number; readonly address: string }
  | { readonly kind: 'boot' | 'exit'; readonly time: number; readonly address: string; readonly pid: number }
  | {
      readonly kind: 'leads' | 'left';
      readonly time: number;
      readonly address: string;
      readonly stream: string;
    }
  | {
      readonly kind: 'journal';
      readonly time: number;
      readonly address: string;
      readonly line: JournalLine;
    };

/** A process that the scenario itself ended. */
export interface Death {
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

export function readHistory({ servers }: Evidence): HistoryEvent[] {
  return servers.flatMap(readServer).toSorted((a, b) => a.time - b.time);
}

function readServer({ address, journal, effects }: ServerEvidence): HistoryEvent[] {
  const events: HistoryEvent[] = journal.map((line) => ({ kind: 'journal', time: line.time, address, line }));
  for (const line of effects) {
    const time = Date.parse(line.time);
    const { event, pid, target, result } = line;
    if ((event === 'stop_server' || event === 'start_server') && result === 'applied') {
      events.push({ kind: event === 'stop_server' ? 'marked' : 'unmarked', time, address: String(target) });
    } else if (event === 'boot' || event === 'exit') events.push({ kind: event, time, address, pid });
    else if (event === 'leader_gained' || event === 'leader_lost') {
      const stream = `${line.tenantId}/${line.lsId}`;
      events.push({ kind: event === 'leader_gained' ? 'leads' : 'left', time, address, stream });
    }
  }
  return events;
}

/** The state of the cluster, event by event. */
export class Replay {
  readonly marked = new Set<string>();
  /** Server -> pid of its process. */
  readonly alive = new Map<string, number>();
  /** Servers whose process a command of ours has ended. */
  readonly stopped = new Set<string>();
  /** Server -> log streams that it leads. */
  readonly leading = new Map<string, Set<string>>();
  readonly #deaths: readonly Death[];

  constructor(deaths: readonly Death[]) {
    this.#deaths = deaths;
  }

  /** Brings what died by the scenario's hand up to this time. */
  moveTo(time: number): void {
    for (const [address, pid] of this.alive) {
      if (this.#deaths.some((death) => death.pid === pid && death.time <= time)) this.alive.delete(address);
    }
  }

  apply(event: HistoryEvent): void {
    this.moveTo(event.time);
    const { address } = event;
    switch (event.kind) {
      case 'marked':
        this.marked.add(address);
        return;
      case 'unmarked':
        this.marked.delete(address);
        return;
      case 'boot':
        this.alive.set(address, event.pid);
        this.stopped.delete(address);
        this.leading.set(address, new Set());
        return;
      case 'exit':
        if (this.alive.get(address) === event.pid) this.alive.delete(address);
        return;
      case 'leads':
        this.leading.set(address, (this.leading.get(address) ?? new Set()).add(event.stream));
        return;
      case 'left':
        this.leading.get(address)?.delete(event.stream);
        return;
      case 'journal':
        if (event.line.phase === 'signal') this.stopped.add(address);
        return;
    }
  }
}
