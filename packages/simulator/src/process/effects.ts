import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type EffectEvent =
  | 'boot'
  | 'serving'
  | 'signal'
  | 'stop_server'
  | 'start_server'
  | 'add_server'
  | 'delete_server'
  | 'cancel_delete_server'
  | 'finish_delete_server'
  | 'stop_zone'
  | 'start_zone'
  | 'add_zone'
  | 'alter_zone'
  | 'delete_zone'
  | 'leader_gained'
  | 'leader_lost'
  | 'fault'
  | 'exit';

/** What this process did to the cluster or was told to do, for tests that judge others by it. JSON lines, append only. */
export class EffectLog {
  readonly #file: string;

  constructor(home: string) {
    mkdirSync(join(home, 'audit'), { recursive: true });
    this.#file = join(home, 'audit', 'effects.jsonl');
  }

  record(event: EffectEvent, detail: Readonly<Record<string, unknown>> = {}): void {
    const line = { time: new Date().toISOString(), pid: process.pid, event, ...detail };
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}
