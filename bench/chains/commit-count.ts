/** How many commits a chain of 8 really costs, counted in SQLite's log. */
import { join } from 'node:path';
import { openDatabase } from '../../packages/server/src/store/database.ts';
import { createTaskStore } from '../../packages/server/src/store/task-store.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { reportOf, summarise } from '../report.ts';
import { makeFolder } from '../run-folder.ts';
import { stepsPerChain } from './chain-operation.ts';
import { startEngineChains } from './engine-chains.ts';
import { countCommits } from './wal-commits.ts';

const defaultRounds = 20;
/** Few enough that the log is not written back meanwhile, and begun anew. */
const mostRounds = 50;
const goal = stepsPerChain + 1;
/** No renewal of the lease falls into the run. */
const leaseMs = 3_600_000;

export const commitCount: Benchmark = async ({ rounds = defaultRounds }) => {
  const file = join(makeFolder('commits'), 'openocp.db');
  const database = await openDatabase(`sqlite:${file}`);
  const { engine, runChain } = await startEngineChains(createTaskStore(database), 'openocp', leaseMs);
  const counts: number[] = [];
  for (let round = 0; round < Math.min(rounds, mostRounds); round += 1) {
    const before = countCommits(`${file}-wal`);
    await runChain();
    counts.push(countCommits(`${file}-wal`) - before);
  }
  await engine.stop();
  await database.close();
  return reportOf('commit-count', measureFsyncs(), {
    results: [summarise('openocp', 'chain of 8', 'commits', counts)],
    ratios: {},
    reach: { [`${goal} commits`]: counts.every((count) => count === goal) },
  });
};
