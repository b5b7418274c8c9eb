import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests of one package that start many processes or servers: beside the code like the others, but not in the quick run. */
const slow = [
  'packages/agent/src/{agent-restart,command-gate,hostile-input,https-server}.test.ts',
  'packages/agent/src/commands/*.test.ts',
  'packages/simulator/src/mysql/clients/*.test.ts',
  'packages/simulator/src/{main,simulated-cluster,membership,faults/faults}.test.ts',
  'packages/server/src/store/{step-fence,task-store,task-list,mysql-database,cut-connections,instance-names,agent-trust}.test.ts',
  'packages/server/src/access/mariadb.test.ts',
  'packages/server/src/app/{event-order,event-hub,cluster-guards}.test.ts',
  'test/wire-fuzz/*.test.ts',
  'packages/server/src/operations/cluster-guard.test.ts',
  'packages/server/src/{foreign-ids,hostile-searches,log-injection,outbound-use-cases}.test.ts',
  'packages/server/src/http/hostile-transport.test.ts',
  'test/coverage/{mutants-caught,regular-expressions}.test.ts',
];

/**
 * unit: beside the code, quick. processes: beside the code, with processes and databases of their own. integration and
 * faults: whole stacks of real processes. real-kernel: against real OceanBase kernels, where they are installed. All on free loopback ports, in temporary folders, safe side by side.
 */
export default defineConfig({
  test: {
    // Most of the time is waiting for processes, not work: three files at once also on a machine with two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'test/coverage/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...slow],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'processes', include: slow, testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/schema-fuzz/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'real-kernel',
          include: ['test/real-kernel/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
