/**
 * One round of the schedule simulation: several engines, one store, one outside world, and everything that can go wrong,
 * in an order that a seed decides. Engines are frozen past their lease, killed and restarted; requests and replies of the
 * store get lost; the database's clock jumps; operators submit, retry, roll back, skip and cancel at any time. The oracles
 * watch the store's durable changes and the outside world's own record, never what an engine says of itself.
 *
 * In the end all troubles stop, and every task must come to rest.
 */
import { createEngine, type Engine } from '../engine.ts';
import { EngineError } from '../engine-errors.ts';
import { MemoryTaskStore } from '../memory-task-store.ts';
import type { Task } from '../task.ts';
import type { TaskStore } from '../task-store.ts';
import { Oracle } from './oracle.ts';
import { OutsideWorld } from './outside-world.ts';
import { type OperationShape, operationOf, randomShape } from './random-operation.ts';
import { seededRandom } from './seeded-random.ts';
import { ConnectionLost, reachStore, type StoreWeather } from './simulated-store.ts';
import { SimulatedProcess, SimulatedTime } from './simulated-time.ts';

export interface RoundOptions {
  readonly seed: number;
  /** For mutation tests: what stands between the engines and the true store. */
  readonly wrapStore?: (store: TaskStore) => TaskStore;
}

export interface RoundSummary {
  readonly tasks: number;
  readonly takeOvers: number;
  readonly effects: number;
  /** Points at which another order was possible. */
  readonly events: number;
}

interface Machine {
  engine: Engine;
  process: SimulatedProcess;
  readonly instance: string;
}

const leaseMs = 10_000;
const troubleMs = 60_000;
const operators = ['retryTask', 'rollbackTask', 'retrySubtask', 'skipSubtask', 'cancelSubtask'] as const;

/** @throws InvariantBroken */
export async function runRound({ seed, wrapStore = (store) => store }: RoundOptions): Promise<RoundSummary> {
  const random = seededRandom(seed);
  const time = new SimulatedTime(random);
  const database = new SimulatedProcess(time);
  const broken: unknown[] = [];
  const watch = (look: () => void): void => {
    try {
      look();
    } catch (error) {
      // Thrown into an engine it would look like a failing store.
      broken.push(error);
    }
  };
  const hasClockJumps = random() < 0.5;
  const oracle: Oracle = new Oracle(() => store.heldClaims, !hasClockJumps);
  const store: MemoryTaskStore = new MemoryTaskStore({
    clock: { ...database.clock, monotonic: () => time.now + database.wallOffsetMs },
    onChange: (before, after) => watch(() => oracle.changed(before, after)),
  });
  const outside = new OutsideWorld(time, random, (effect) => watch(() => oracle.acted(effect)));
  const shapes = operationNames.map((name) => randomShape(name, random));
  // What is held up arrives when others own the task: fences judge it, and nothing else could.
  const weather = { latencyMs: 20, lossRate: 0.02, holdRate: 0.005, longestHoldMs: 3 * leaseMs };
  const site = { time, random, store: wrapStore(store), weather, outside, shapes };
  const boot = (instance: string): Machine => start(instance, site);
  const machines = Array.from({ length: 2 + Math.floor(random() * 2) }, (_, index) =>
    boot(`instance-${index}`),
  );
  const trouble = new Trouble({ time, random, machines, boot, database, store, hasClockJumps });
  trouble.begin();
  await time.runFor(troubleMs);
  trouble.end();
  weather.lossRate = 0;
  weather.holdRate = 0;
  outside.calm();
  await comeToRest(time, store);
  watch(() => oracle.finish());
  if (broken.length > 0) throw broken[0];
  const { takeOvers } = oracle;
  return {
    tasks: (await allTasks(store)).length,
    takeOvers,
    effects: outside.effects,
    events: time.happened,
  };
}

const operationNames = ['operation-0', 'operation-1', 'operation-2'] as const;

interface Site {
  readonly time: SimulatedTime;
  readonly random: () => number;
  readonly store: TaskStore;
  readonly weather: StoreWeather;
  readonly outside: OutsideWorld;
  readonly shapes: readonly OperationShape[];
}

function start(instance: string, site: Site): Machine {
  const { time, random, store, weather, outside, shapes } = site;
  const process = new SimulatedProcess(time);
  process.wallOffsetMs = Math.floor(random() * 1e12);
  const connection = outside.reachedFrom(process, instance);
  const operations = shapes.map((shape) => operationOf(shape, connection, random));
  const reached = reachStore(store, process, time, random, () => weather);
  const engine = createEngine({
    store: reached,
    operations,
    instance,
    clock: process.clock,
    random,
    leaseMs,
  });
  const machine: Machine = { engine, process, instance };
  // Like a program that cannot reach its database at first: it ends, and its supervisor starts it again.
  engine.start().catch(() => {
    process.kill();
    time.schedule(1000, () => Object.assign(machine, start(instance, site)));
  });
  return machine;
}

/** Commands may be refused and answers may be lost: that is not what a round looks for. */
function tolerate(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => {
    if (!(error instanceof EngineError || error instanceof ConnectionLost)) {
      setImmediate(() => {
        throw error;
      });
    }
  });
}

interface TroubleSite {
  readonly time: SimulatedTime;
  readonly random: () => number;
  readonly machines: Machine[];
  readonly boot: (instance: string) => Machine;
  readonly database: SimulatedProcess;
  readonly store: MemoryTaskStore;
  readonly hasClockJumps: boolean;
}

/** Operators and misfortune, each at random moments. */
class Trouble {
  readonly #site: TroubleSite;
  #hasEnded = false;

  constructor(site: TroubleSite) {
    this.#site = site;
  }

  begin(): void {
    this.#often(1500, () => this.#submit());
    this.#often(1000, () => this.#operate());
    this.#often(15_000, () => this.#freeze());
    this.#often(12_000, () => this.#killAndRestart());
    if (this.#site.hasClockJumps) this.#often(30_000, () => this.#jumpClock());
  }

  /** Everybody who is frozen wakes up, everybody who died is started again. */
  end(): void {
    this.#hasEnded = true;
    const { machines, boot } = this.#site;
    for (const [index, machine] of machines.entries()) {
      machine.process.thaw();
      if (machine.process.isDead) machines[index] = boot(machine.instance);
    }
  }

  #often(meanMs: number, action: () => void): void {
    const { time, random } = this.#site;
    time.schedule(random() * 2 * meanMs, () => {
      if (this.#hasEnded) return;
      action();
      this.#often(meanMs, action);
    });
  }

  #any(): Machine {
    const { machines, random } = this.#site;
    const machine = machines[Math.floor(random() * machines.length)];
    if (machine === undefined) throw new Error('A round has machines');
    return machine;
  }

  #submit(): void {
    const { random } = this.#site;
    const operation = operationNames[Math.floor(random() * 3)] ?? 'operation-0';
    const claims = [`claim-${Math.floor(random() * 4)}`];
    if (random() < 0.2) claims.push(`claim-${Math.floor(random() * 4)}`);
    const submitter = { id: 1, name: 'operator' };
    const onConflict = random() < 0.4 ? 'queue' : 'refuse';
    tolerate(this.#any().engine.submit({ operation, parameters: {}, submitter, claims, onConflict }));
  }

  #operate(): void {
    const { random, store } = this.#site;
    const { engine } = this.#any();
    const command = operators[Math.floor(random() * operators.length)] ?? 'retryTask';
    const pick = random();
    const operate = async (): Promise<void> => {
      const tasks = (await allTasks(store)).filter((task) => task.status !== 'SUCCESSFUL');
      const task = tasks[Math.floor(pick * tasks.length)];
      if (task === undefined) return;
      if (command === 'retryTask' || command === 'rollbackTask') await engine[command](task.id);
      else {
        const candidates = task.subtasks.filter((subtask) =>
          ['READY', 'RUNNING', 'FAILED'].includes(subtask.status),
        );
        const subtask = candidates[Math.floor(pick * 1000) % Math.max(1, candidates.length)];
        if (subtask !== undefined) await engine[command](task.id, subtask.id);
      }
    };
    tolerate(operate());
  }

  /** Sometimes shorter than the lease, sometimes much longer. */
  #freeze(): void {
    const { time, random } = this.#site;
    const { process } = this.#any();
    process.freeze();
    time.schedule(random() * 3 * leaseMs, () => process.thaw());
  }

  #killAndRestart(): void {
    const { time, random, machines, boot } = this.#site;
    const index = Math.floor(random() * machines.length);
    const machine = machines[index];
    if (machine === undefined || machine.process.isDead) return;
    machine.process.kill();
    time.schedule(random() * 2 * leaseMs, () => {
      if (machines[index] === machine) machines[index] = boot(machine.instance);
    });
  }

  /** Of the database, and so of the leases: forwards they end at once, backwards they last. */
  #jumpClock(): void {
    const { random, database } = this.#site;
    database.wallOffsetMs += (random() - 0.5) * 4 * leaseMs;
  }
}

const restLimitMs = 3_600_000;

async function comeToRest(time: SimulatedTime, store: MemoryTaskStore): Promise<void> {
  const end = time.now + restLimitMs;
  // Whoever waited for a lease or a lost reply gets the time to notice.
  await time.runFor(troubleMs);
  for (;;) {
    const tasks = await allTasks(store);
    const running = tasks.filter((task) => task.status === 'RUNNING' && !waitsForPeople(task, tasks, store));
    if (running.length === 0) return;
    if (time.now > end)
      throw new Error(`Progress: task ${running[0]?.id} is still RUNNING: ${JSON.stringify(running[0])}`);
    await time.runFor(1000);
  }
}

/** A failed task holds what it needs, or what an earlier one in the queue needs that waits for the same reason. */
function waitsForPeople(task: Task, tasks: readonly Task[], store: MemoryTaskStore): boolean {
  if (!task.isQueued) return false;
  return task.claims.some((claim) => {
    const holderId = store.heldClaims.get(claim)?.taskId;
    if (tasks.find(({ id }) => id === holderId)?.status === 'FAILED') return true;
    return tasks.some(
      (other) => other.id < task.id && other.claims.includes(claim) && waitsForPeople(other, tasks, store),
    );
  });
}

async function allTasks(store: MemoryTaskStore) {
  const tasks = [];
  for (let id = 1; ; id += 1) {
    const task = await store.fetch(id);
    if (task === undefined) return tasks;
    tasks.push(task);
  }
}
