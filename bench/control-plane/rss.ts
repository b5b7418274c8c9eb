/** Memory of the control plane's process: idle, with a large inventory, with many running tasks. */
import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient } from '@openocp/testkit';
import { z } from 'zod';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
import {
  bundlePrograms,
  type Home,
  makeHome,
  type Programs,
  password,
  spawnControlPlane,
  waitForAnswer,
} from './control-plane-process.ts';
import { fillInventory, fillTasks } from './fill.ts';
import { residentMiB } from './process-usage.ts';

const defaultRounds = 3;
const clusterCount = 1000;
const taskCount = 10_000;
/** Longer than a round of the cluster reconciler, so that every cluster was looked at. */
const settleMs = 15_000;
const samples = 5;
const sampleMs = 1000;

interface Situation {
  readonly metric: string;
  readonly goalMiB: number;
  fill(home: Home): Promise<void>;
  readonly waitingOptions?: readonly string[];
}

const situations: readonly Situation[] = [
  { metric: 'idle', goalMiB: 80, fill: async () => {} },
  { metric: '9,000 servers', goalMiB: 110, fill: (home) => fillInventory(home, clusterCount) },
  {
    metric: '10,000 running tasks',
    goalMiB: 160,
    fill: (home) => fillTasks(home, taskCount),
    waitingOptions: ['--holds'],
  },
];

export const rss: Benchmark = async ({ rounds = defaultRounds }) => {
  const programs = await bundlePrograms();
  const measured = [];
  for (const situation of situations) {
    const home = makeHome('openocp');
    await situation.fill(home);
    measured.push({ ...situation, home, sizes: [] as number[] });
  }
  const fsyncs: number[] = [];
  // Compiling takes memory too, and from the second start on compiled code is read.
  for (const { home, waitingOptions } of measured) await compile(programs, home, waitingOptions);
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    for (const { home, waitingOptions, sizes } of measured)
      sizes.push(...(await measure(programs, home, waitingOptions)));
  }
  const results = measured.map(({ metric, sizes }) => summarise('openocp', metric, 'MiB', sizes));
  const reach = measured.map(({ metric, goalMiB, sizes }) => {
    return [`${metric}: at most ${goalMiB} MiB`, median(sizes) <= goalMiB];
  });
  return reportOf('rss', fsyncs, {
    results,
    ratios: {},
    reach: Object.fromEntries(reach) as Record<string, boolean>,
  });
};

async function compile(
  programs: Programs,
  home: Home,
  waitingOptions: readonly string[] | undefined,
): Promise<void> {
  const controlPlane = spawnControlPlane(programs, home, waitingOptions);
  await readThrough(new ApiClient(await waitForAnswer(controlPlane), 'admin', password));
  await controlPlane.end();
}

async function measure(
  programs: Programs,
  home: Home,
  waitingOptions?: readonly string[],
): Promise<number[]> {
  const controlPlane = spawnControlPlane(programs, home, waitingOptions);
  const url = await waitForAnswer(controlPlane);
  await readThrough(new ApiClient(url, 'admin', password));
  await pause(settleMs);
  const sizes: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    sizes.push(residentMiB(controlPlane.pid));
    await pause(sampleMs);
  }
  await controlPlane.kill();
  return sizes;
}

/** What an operator's first look costs: the pages of clusters and of tasks. */
async function readThrough(api: ApiClient): Promise<void> {
  const page = z.looseObject({ contents: z.array(z.unknown()) });
  for (const path of ['/api/v2/ob/clusters?size=100', '/api/v2/tasks/instances?size=100'])
    await api.data(page, 'GET', path);
}
