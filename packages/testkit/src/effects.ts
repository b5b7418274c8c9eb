/** The independent record of effects: the agents' journals and the simulated observers' own logs. Never the control plane's. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const journalLine = z.looseObject({
  sequence: z.int(),
  /** Epoch milliseconds. */
  time: z.int(),
  verb: z.enum(['start', 'stop', 'prepare']),
  home: z.string(),
  phase: z.enum(['intent', 'signal', 'spawn', 'result']),
  command: z.looseObject({
    taskId: z.int(),
    subtaskId: z.int(),
    attempt: z.int(),
    fence: z.int(),
    mode: z.string(),
  }),
  detail: z.record(z.string(), z.unknown()),
});
export type JournalLine = z.infer<typeof journalLine>;

const effectLine = z.looseObject({ time: z.string(), pid: z.int(), event: z.string() });
export type EffectLine = z.infer<typeof effectLine>;

function readLines<T>(file: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => schema.parse(JSON.parse(line)));
}

/** Journal of the agent of a host, oldest entry first. */
export function readAgentJournal(stackFolder: string, host: string): JournalLine[] {
  return readLines(join(stackFolder, 'agents', host, 'data', 'journal.jsonl'), journalLine);
}

/** What a simulated observer did, and what happened to it. */
export function readObserverEffects(home: string): EffectLine[] {
  return readLines(join(home, 'audit', 'effects.jsonl'), effectLine);
}
