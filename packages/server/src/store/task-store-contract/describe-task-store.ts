/** What every task store must do, whatever it is made of: called with a way to open an empty one. */
import type { TaskStore } from '@openocp/engine';
import { describe, it } from 'vitest';
import { changeCases } from './changes.ts';
import { commandCases } from './commands.ts';
import { creationCases } from './creation.ts';
import { engineCases } from './engines.ts';
import { leaseCases, ownershipCases } from './ownership.ts';
import { queueCases } from './queue.ts';
import { benchOf } from './store-bench.ts';

export interface OpenedStore {
  readonly store: TaskStore;
  readonly close: () => Promise<void>;
}

const contract = {
  create: creationCases,
  apply: changeCases,
  ownership: ownershipCases,
  leases: leaseCases,
  commands: commandCases,
  queue: queueCases,
  'engines on it': engineCases,
};

export function describeTaskStore(name: string, open: () => Promise<OpenedStore>): void {
  describe.each(Object.entries(contract))(`a task store in ${name}: %s`, (_, cases) => {
    it.each(Object.entries(cases))('%s', async (_title, run) => {
      const { store, close } = await open();
      try {
        await run(benchOf(store));
      } finally {
        await close();
      }
    });
  });
}
