/** The hub over real metadata databases: instances of an engine with its hub, and what a listener hears. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventsAnswer, StreamItem } from '@openocp/contract';
import {
  createEngine,
  type Engine,
  type JsonValue,
  type Observation,
  type Operation,
  StepFailure,
} from '@openocp/engine';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { z } from 'zod';
import { createSecretBox } from '../security/secret-box.ts';
import { createClusterStore } from '../store/clusters.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createEventFeed } from '../store/event-feed.ts';
import { startMariadb } from '../store/mariadb-server.ts';
import { createServerStore } from '../store/servers.ts';
import { createTaskStore, type SqlTaskStore } from '../store/task-store.ts';
import { createZoneStore } from '../store/zones.ts';
import { EventHub, type EventLimits } from './event-hub.ts';
import { createListProgress } from './operation-progress.ts';
import { ServerStates } from './server-states.ts';
import type { Listener } from './told.ts';

export const everything: Listener = { permissions: ['**'], clusterId: undefined, taskId: undefined };

const parameters = z.object({
  steps: z.int(),
  failLast: z.boolean().default(false),
  looks: z.int().default(0),
});

/** A chain of steps that each say something. */
const chain: Operation<z.output<typeof parameters>> = {
  name: 'chain',
  title: 'Chain',
  parameters,
  build(graph, { steps, failLast, looks }) {
    let previous: ReturnType<typeof graph.step>[] = [];
    for (let index = 0; index < steps; index += 1) {
      const step = graph.step({
        name: `step ${index}`,
        after: previous,
        timeoutMs: 10_000,
        effects: 'some',
        result: z.null(),
        async run(context) {
          context.log.info(`work of step ${index}`);
          let left = looks;
          const look = async (): Promise<Observation<null>> => {
            left -= 1;
            return left > 0
              ? { done: false, evidence: `${left} looks are left` }
              : { done: true, value: null };
          };
          const intervals = { timeoutMs: 10_000, intervalMs: 700 };
          if (looks > 0) await context.waitFor('the last look', look, intervals);
          if (failLast && index === steps - 1) throw new StepFailure('it cannot be');
          return null;
        },
        undo: { nothingToUndo: 'It only talks.' },
      });
      previous = [step];
    }
  },
};

export interface Instance {
  readonly database: MetadataDatabase;
  readonly engine: Engine;
  readonly hub: EventHub;
}

export const clock = () => Date.now();
const ends: (() => Promise<void> | void)[] = [];

/** Comes between an engine, its store and its hub. */
interface Held {
  over(store: SqlTaskStore): SqlTaskStore;
  askedOf(engine: Engine): Pick<Engine, 'events' | 'fetchSettled'>;
}

export async function startInstance(
  url: string,
  name: string,
  exclusive: boolean,
  limits: Partial<EventLimits> = {},
  held?: Held,
): Promise<Instance> {
  const database = await openDatabase(url, { exclusive });
  const stored = createTaskStore(database);
  const store = held?.over(stored) ?? stored;
  const engine = createEngine({ store, operations: [chain as Operation], instance: name });
  const clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), clock);
  const listProgress = createListProgress(store, (id) => `cluster:${id}`);
  const hub = new EventHub({
    feed: createEventFeed(database.db),
    engine: held?.askedOf(engine) ?? engine,
    servers: new ServerStates({
      clusters,
      zones: createZoneStore(database, clock),
      servers: createServerStore(database, clock),
      listProgress,
    }),
    hasOneWriter: database.dialect === 'sqlite',
    offsetMinutes: 0,
    now: () => performance.now(),
    onError: (error) => {
      throw error;
    },
    limits: { pollMs: 50, ...limits },
  });
  ends.push(
    () => database.close(),
    () => engine.stop(),
    () => hub.stop(),
  );
  await engine.start();
  return { database, engine, hub };
}

export function submit(engine: Engine, input: Record<string, JsonValue>, clusterId = 1) {
  return engine.submit({
    operation: 'chain',
    parameters: input,
    attributes: { clusterId },
    submitter: { id: 1, name: 'a' },
    claims: [],
  });
}

export interface Heard {
  readonly id: number | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const json = z.record(z.string(), z.unknown());

function toHeard(items: readonly StreamItem[]): Heard[] {
  return items.flatMap(({ id, event, json: text }) =>
    event === undefined ? [] : [{ id, event, data: json.parse(JSON.parse(text ?? '{}')) }],
  );
}

/** Everything up to the first event that is wanted, which must come. */
export async function hearUntil(answer: EventsAnswer, isLast: (event: Heard) => boolean): Promise<Heard[]> {
  const heard: Heard[] = [];
  for await (const items of answer.items) {
    for (const event of toHeard(items)) {
      heard.push(event);
      if (isLast(event)) return heard;
    }
  }
  throw new Error(`the stream ended before that, after ${JSON.stringify(heard)}`);
}

export const isEnd = ({ event, data }: Heard) => event === 'task' && data.status !== 'RUNNING';
export const logIds = (heard: readonly Heard[]) =>
  heard.flatMap(({ event, id }) => (event === 'log' ? [id] : []));

let folder: string;
export const mariadb = await startMariadb();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-events-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => mariadb?.stop());

export const sqliteUrl = () => `sqlite:${join(folder, 'a.db')}`;

/** Urls of new databases, by what they are. */
export const stores: Record<string, () => Promise<string>> = {
  SQLite: async () => sqliteUrl(),
};
if (mariadb !== undefined) stores.MariaDB = () => mariadb.createDatabase();
