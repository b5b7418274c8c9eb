/** Our engine on the product's store, running chains. */
import { createEngine, type Engine, type Operation, type TaskStore } from '@openocp/engine';
import { chainOperation } from './chain-operation.ts';
import type { ChainSystem } from './serve-chains.ts';

export interface EngineChains extends ChainSystem {
  readonly engine: Engine;
}

const request = {
  operation: chainOperation.name,
  parameters: {},
  submitter: { id: 1, name: 'bench' },
  claims: [],
};

/** @param leaseMs the product's default when absent. */
export async function startEngineChains(
  store: TaskStore,
  instance: string,
  leaseMs?: number,
): Promise<EngineChains> {
  const engine = createEngine({
    store,
    operations: [chainOperation as Operation],
    instance,
    ...(leaseMs === undefined ? {} : { leaseMs }),
  });
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  engine.events.subscribe((event) => {
    if (event.kind !== 'task' || event.task.status === 'RUNNING') return;
    const { id, status } = event.task;
    const ended = waiting.get(id);
    waiting.delete(id);
    if (status === 'SUCCESSFUL') ended?.resolve();
    else ended?.reject(new Error(`task ${id} is ${status}`));
  });
  await engine.start();
  const runChain = async (): Promise<void> => {
    const { id } = await engine.submit(request);
    const ended = Promise.withResolvers<void>();
    waiting.set(id, ended);
    await ended.promise;
  };
  return { engine, runChain };
}
