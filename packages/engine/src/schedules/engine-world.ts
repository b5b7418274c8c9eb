/** A small world for tests: virtual time, a store in memory, engines as processes, and steps that write down what they do. */
import { z } from 'zod';
import { createEngine, type Engine, type EngineOptions } from '../engine.ts';
import { MemoryTaskStore, type MemoryTaskStoreOptions } from '../memory-task-store.ts';
import type { JsonValue, Operation, Step, StepDefinition } from '../operation.ts';
import type { StepContext } from '../step-context.ts';
import type { Subtask, Task } from '../task.ts';
import { reachStore } from './simulated-store.ts';
import { SimulatedProcess, SimulatedTime } from './simulated-time.ts';

export interface BootedEngine {
  readonly engine: Engine;
  readonly process: SimulatedProcess;
}

/** What a scripted step does when it runs; the default succeeds at once with its own name. */
export type ScriptedBody = (context: StepContext) => Promise<JsonValue> | JsonValue;

export interface ScriptedStep
  extends Partial<Omit<StepDefinition<JsonValue>, 'name' | 'after' | 'run' | 'undo'>> {
  readonly after?: readonly string[];
  readonly run?: ScriptedBody;
  readonly undo?: ((context: StepContext) => Promise<void> | void) | { readonly nothingToUndo: string };
}

export class EngineWorld {
  readonly time: SimulatedTime;
  readonly store: MemoryTaskStore;
  /** What the steps did, in order: `run NAME ATTEMPT` and `undo NAME ATTEMPT`. */
  readonly effects: string[] = [];

  constructor(storeOptions: Omit<MemoryTaskStoreOptions, 'clock'> = {}, random?: () => number) {
    this.time = new SimulatedTime(random);
    const database = new SimulatedProcess(this.time);
    this.store = new MemoryTaskStore({ clock: database.clock, ...storeOptions });
  }

  /** An operation named `work`, made of these steps by name, in this order. */
  operation(
    steps: Readonly<Record<string, ScriptedStep>>,
    options: { concurrency?: number } = {},
  ): Operation {
    const effects = this.effects;
    return {
      name: 'work',
      title: 'Work',
      parameters: z.json(),
      ...options,
      build(graph) {
        const built = new Map<string, Step<JsonValue>>();
        for (const [name, step] of Object.entries(steps)) {
          const after = (step.after ?? []).map((upstream) => requireStep(built, upstream));
          built.set(name, graph.step(scripted(name, step, after, effects)));
        }
      },
    };
  }

  /** A chain of steps with these names. */
  chain(names: readonly string[], changes: Readonly<Record<string, ScriptedStep>> = {}): Operation {
    const steps = names.map((name, index) => {
      const upstream = names[index - 1];
      return [name, { ...(upstream === undefined ? {} : { after: [upstream] }), ...changes[name] }] as const;
    });
    return this.operation(Object.fromEntries(steps));
  }

  /** An engine that is not started yet, in a process of its own. */
  install(
    instance: string,
    operations: readonly Operation[],
    options: Partial<EngineOptions> = {},
  ): BootedEngine {
    const process = new SimulatedProcess(this.time);
    const calm = { latencyMs: 0, lossRate: 0, holdRate: 0, longestHoldMs: 0 };
    const store = reachStore(
      this.store,
      process,
      this.time,
      () => 0.5,
      () => calm,
    );
    const engine = createEngine({
      store,
      operations,
      instance,
      clock: process.clock,
      random: () => 0.5,
      ...options,
    });
    return { engine, process };
  }

  async boot(
    instance: string,
    operations: readonly Operation[],
    options: Partial<EngineOptions> = {},
  ): Promise<BootedEngine> {
    const booted = this.install(instance, operations, options);
    await this.time.finish(booted.engine.start());
    return booted;
  }

  async submit(engine: Engine, claims: readonly string[] = [], parameters: JsonValue = {}): Promise<Task> {
    const submitter = { id: 100, name: 'admin' };
    return this.time.finish(engine.submit({ operation: 'work', parameters, submitter, claims }));
  }

  /** Lets time pass until the task has ended, and gives it. */
  async ended(taskId: number): Promise<Task> {
    let task = await this.stored(taskId);
    while (task.status === 'RUNNING') {
      if (!(await this.time.step()))
        throw new Error(`Nothing is left to happen, and task ${taskId} is RUNNING`);
      task = await this.stored(taskId);
    }
    return task;
  }

  async untilSubtask(taskId: number, name: string, status: Subtask['status']): Promise<Task> {
    for (;;) {
      const task = await this.stored(taskId);
      if (subtaskNamed(task, name).status === status) return task;
      if (!(await this.time.step()))
        throw new Error(`Nothing is left to happen, and ${name} is not ${status}`);
    }
  }

  async stored(taskId: number): Promise<Task> {
    const task = await this.store.fetch(taskId);
    if (task === undefined) throw new Error(`There is no task ${taskId}`);
    return task;
  }

  /** Texts of a subtask's log. */
  logOf(subtaskId: number): string[] {
    return this.store.log.filter((line) => line.subtaskId === subtaskId).map((line) => line.text);
  }
}

export function subtaskNamed(task: Task, name: string): Subtask {
  const subtask = task.subtasks.find((candidate) => candidate.name === name);
  if (subtask === undefined) throw new Error(`Task ${task.id} has no subtask ${name}`);
  return subtask;
}

/** Status of each subtask by name. */
export function statuses(task: Task): Record<string, string> {
  return Object.fromEntries(task.subtasks.map((subtask) => [subtask.name, subtask.status]));
}

/** A body that ends only when its signal is aborted, with the signal's reason. */
export function untilAborted(context: StepContext): Promise<never> {
  return new Promise((_, reject) => {
    context.signal.addEventListener('abort', () => reject(context.signal.reason as Error), { once: true });
  });
}

function requireStep(built: ReadonlyMap<string, Step<JsonValue>>, name: string): Step<JsonValue> {
  const step = built.get(name);
  if (step === undefined) throw new Error(`${name} is not defined before its downstream`);
  return step;
}

function scripted(
  name: string,
  step: ScriptedStep,
  after: readonly Step<JsonValue>[],
  effects: string[],
): StepDefinition<JsonValue> {
  const { run, undo, after: _, ...definition } = step;
  const undoBody = async (context: StepContext): Promise<void> => {
    effects.push(`undo ${name} ${context.attempt}`);
    if (typeof undo === 'function') await undo(context);
  };
  return {
    name,
    after,
    timeoutMs: 60_000,
    result: z.json(),
    effects: 'some',
    ...definition,
    async run(context) {
      effects.push(`run ${name} ${context.attempt}`);
      return run === undefined ? name : run(context);
    },
    undo: typeof undo === 'object' ? undo : undoBody,
  };
}
