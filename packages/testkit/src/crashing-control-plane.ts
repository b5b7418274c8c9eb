/** The control plane with one point at which it dies. A program: `node crashing-control-plane.ts --config FILE`. */
import { parseArgs } from 'node:util';
import type { Graph, Operation, StepDefinition, TaskStore } from '@openocp/engine';
import { loadConfig } from '@openocp/server/config';
import { startControlPlane } from '@openocp/server/control-plane';
import { pino } from 'pino';
import { crashVariable, type Moment } from './crash-point.ts';

const [kind, ...rest] = (process.env[crashVariable] ?? '').split('|');

/** Never returns: nothing after the point may happen. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

function isPoint(wanted: string, operation: string, step: string, moment: Moment): boolean {
  return kind === wanted && rest[0] === operation && rest[1] === step && rest[2] === moment;
}

function wrapStep<R>(operation: string, definition: StepDefinition<R>): StepDefinition<R> {
  const { name, undo } = definition;
  return {
    ...definition,
    async run(context) {
      if (isPoint('step', operation, name, 'before')) await die();
      const result = await definition.run(context);
      if (isPoint('step', operation, name, 'after')) await die();
      return result;
    },
    undo:
      typeof undo === 'function'
        ? async (context) => {
            if (isPoint('undo', operation, name, 'before')) await die();
            await undo(context);
            if (isPoint('undo', operation, name, 'after')) await die();
          }
        : undo,
  };
}

function wrapOperation(operation: Operation): Operation {
  const build = (graph: Graph, parameters: unknown) =>
    operation.build({ step: (definition) => graph.step(wrapStep(operation.name, definition)) }, parameters);
  return { ...operation, build };
}

/** Counts commits of task state, the creation of a task included. */
function wrapStore(store: TaskStore): TaskStore {
  let commits = 0;
  const count = async <T>(commit: () => Promise<T>): Promise<T> => {
    commits += 1;
    const isHere = kind === 'commit' && Number(rest[0]) === commits;
    if (isHere && rest[1] === 'before') await die();
    const result = await commit();
    if (isHere && rest[1] === 'after') await die();
    return result;
  };
  return new Proxy(store, {
    get(target, property) {
      if (property === 'create')
        return (...args: Parameters<TaskStore['create']>) => count(() => target.create(...args));
      if (property === 'apply') {
        return (...args: Parameters<TaskStore['apply']>) =>
          args[0].length === 0 ? target.apply(...args) : count(() => target.apply(...args));
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const { values } = parseArgs({ options: { config: { type: 'string' } } });
const config = loadConfig(values.config, process.env);
const seams = { operations: (all: readonly Operation[]) => all.map(wrapOperation), taskStore: wrapStore };
const { url, stop } = await startControlPlane(config, pino({ level: config.log.level, base: null }), seams);
console.log(JSON.stringify({ event: 'listening', url, pid: process.pid }));
process.once('SIGTERM', () => void stop().then(() => process.exit(0)));
