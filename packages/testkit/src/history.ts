/** The records of effects of all servers as one history in the order of time, and what was true at a moment of it. */

import type { EffectLine, JournalLine } from './effects.ts';
import type { Evidence, ServerEvidence } from './evidence.ts';

export type HistoryEvent =
  | {
      readonly kind: 'marked' | 'unmarked';
      readonly time: number;
      readonly address: string;
      /** A server is out of service while itself or its zone is stopped; the two marks know nothing of each other. */
      readonly by: 'server' | 'zone';
    }
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
  return servers.flatMap((server) => readServer(server, servers)).toSorted((a, b) => a.time - b.time);
}

function readServer(
  { address, journal, effects }: ServerEvidence,
  all: readonly ServerEvidence[],
): HistoryEvent[] {
  const events: HistoryEvent[] = journal.map((line) => ({ kind: 'journal', time: line.time, address, line }));
  return [...events, ...effects.flatMap((line) => readEffect(address, line, all))];
}

function readEffect(
  address: string,
  line: EffectLine,
  all: readonly ServerEvidence[],
): readonly HistoryEvent[] {
  const time = Date.parse(line.time);
  const { event, pid } = line;
  switch (event) {
    case 'boot':
    case 'exit':
      return [{ kind: event, time, address, pid }];
    case 'leader_gained':
    case 'leader_lost': {
      const stream = `${line.tenantId}/${line.lsId}`;
      return [{ kind: event === 'leader_gained' ? 'leads' : 'left', time, address, stream }];
    }
    default:
      return readMark(line, time, all);
  }
}

const markKinds: Readonly<Record<string, readonly ['marked' | 'unmarked', 'server' | 'zone']>> = {
  stop_server: ['marked', 'server'],
  start_server: ['unmarked', 'server'],
  stop_zone: ['marked', 'zone'],
  start_zone: ['unmarked', 'zone'],
};

/** STOP ZONE marks every server of the zone. */
function readMark({ event, target, result }: EffectLine, time: number, all: readonly ServerEvidence[]) {
  const [kind, by] = markKinds[event] ?? [];
  if (kind === undefined || by === undefined || result !== 'applied') return [];
  const addresses =
    by === 'server'
      ? [String(target)]
      : all.filter(({ zone }) => zone === target).map(({ address }) => address);
  return addresses.map((address) => ({ kind, time, address, by }));
}

/** The state of the cluster, event by event. */
export class Replay {
  readonly #marks = { server: new Set<string>(), zone: new Set<string>() };
  /** Server -> pid of its process. */
  readonly alive = new Map<string, number>();
  /** Servers whose process a command of ours has ended -> the task of that command. */
  readonly stopped = new Map<string, number>();
  /** Server -> log streams that it leads. */
  readonly leading = new Map<string, Set<string>>();
  readonly #deaths: readonly Death[];

  constructor(deaths: readonly Death[]) {
    this.#deaths = deaths;
  }

  /** Servers that the kernel has out of service, by their own mark or by that of their zone. */
  get marked(): ReadonlySet<string> {
    return new Set([...this.#marks.server, ...this.#marks.zone]);
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
        this.#marks[event.by].add(address);
        return;
      case 'unmarked':
        this.#marks[event.by].delete(address);
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
        if (event.line.phase === 'signal') this.stopped.set(address, event.line.command.taskId);
        return;
    }
  }
}
