/** Reading single pages of a large inventory, by calls that come at a fixed rate, whether or not earlier ones were answered. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newAccessKey } from '@openocp/contract';
import { ApiClient, type StackProcess } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import {
  bundlePrograms,
  makeHome,
  password,
  spawnControlPlane,
  spawnNode,
  waitForAnswer,
} from '../control-plane/control-plane-process.ts';
import { fillInventory, fillTasks } from '../control-plane/fill.ts';
import { cpuSeconds } from '../control-plane/process-usage.ts';
import { serversPerCluster } from '../fleet/fleet-cluster.ts';
import { measureFsyncs } from '../machine.ts';
import { type Measurement, median, percentile, reportOf, summarise } from '../report.ts';
import { makeFolder } from '../run-folder.ts';
import type { Load, LoadAnswer } from './open-loop-client.ts';

const clientProgram = fileURLToPath(new URL('./open-loop-client.ts', import.meta.url));

const defaultRounds = 3;
const callsPerSecond = 500;
const span = { warmUpSeconds: 2, seconds: 10 };
/** Before anything is counted: a program that has just started compiles what is called often while it answers. */
const firstSpan = { warmUpSeconds: 4, seconds: 1 };
/** Some seconds after its start the program collects what that has left behind, once, and answers nobody meanwhile. */
const restAfterMs = 8_000;
const clusterCount = 1_112;
const taskCount = 10_000;
const serverCount = clusterCount * serversPerCluster;
const goalMs = 5;
/** Looks at clusters are another benchmark: none of these answers, and nearly none is looked at. */
const quiet = { syncIntervalMs: 3_600_000 };

interface Read {
  readonly name: string;
  readonly target: string;
  readonly count: number;
}

const reads: readonly Read[] = [
  { name: 'servers of one cluster', target: '/api/v2/ob/clusters/{}/servers', count: clusterCount },
  {
    name: `10 of ${serverCount} hosts`,
    target: '/api/v2/compute/hosts?page={}&size=10',
    count: Math.floor(serverCount / 10),
  },
  {
    name: `10 of ${clusterCount} clusters`,
    target: '/api/v2/ob/clusters?page={}&size=10',
    count: Math.floor(clusterCount / 10),
  },
  {
    name: `10 of ${taskCount} tasks`,
    target: '/api/v2/tasks/instances?page={}&size=10',
    count: taskCount / 10,
  },
];

export const apiRead: Benchmark = async ({ rounds = defaultRounds }) => {
  const home = makeHome('openocp', quiet);
  await fillInventory(home, clusterCount);
  await fillTasks(home, taskCount, false);
  const controlPlane = spawnControlPlane(await bundlePrograms(), home);
  const url = await waitForAnswer(controlPlane);
  const api = new ApiClient(url, 'admin', password);
  const key = await api.data(newAccessKey, 'POST', '/api/v2/iam/accessKeys', { description: 'bench' });
  await pause(restAfterMs);
  for (const read of reads)
    await measure(controlPlane, { ...key, url, callsPerSecond, ...firstSpan, ...read });
  const fsyncs: number[] = [];
  const measured = new Map<Read, Sample[]>(reads.map((read) => [read, []]));
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    for (const [read, samples] of measured)
      samples.push(await measure(controlPlane, { ...key, url, callsPerSecond, ...span, ...read }));
  }
  await controlPlane.kill();
  return reportOf('api-read', fsyncs, {
    results: [...measured].flatMap(([{ name }, samples]) => resultsOf(name, samples)),
    ratios: {},
    reach: Object.fromEntries(
      [...measured].map(([{ name }, samples]) => {
        const isReached = median(samples.map(({ p99 }) => p99)) <= goalMs && samples.every(isComplete);
        return [`${name}: p99 at most ${goalMs} ms`, isReached];
      }),
    ),
  });
};

interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers a second. */
  readonly rate: number;
  readonly failed: number;
  /** How late the client was at the 99th percentile. */
  readonly late: number;
  /** Of the control plane, percent of one core. */
  readonly share: number;
  /** Of the control plane for each call, milliseconds. */
  readonly cpuMs: number;
}

async function measure(controlPlane: StackProcess, load: Load): Promise<Sample> {
  const client = spawnNode([clientProgram, JSON.stringify(load)], makeFolder('client'));
  const begin = { cpu: cpuSeconds(controlPlane.pid), time: performance.now() };
  const { timesMs, lateMs, failed, seconds } = await client.waitForLine(readAnswer, 60_000);
  const used = cpuSeconds(controlPlane.pid) - begin.cpu;
  const share = (100 * used) / ((performance.now() - begin.time) / 1000);
  await client.end();
  return {
    p50: percentile(timesMs, 0.5),
    p99: percentile(timesMs, 0.99),
    max: timesMs.at(-1) ?? Number.NaN,
    rate: (timesMs.length - failed) / seconds,
    failed,
    late: percentile(lateMs, 0.99),
    share,
    cpuMs: (1000 * used) / (load.callsPerSecond * (load.warmUpSeconds + load.seconds)),
  };
}

function readAnswer(line: string): LoadAnswer | undefined {
  return line.startsWith('{') ? (JSON.parse(line) as LoadAnswer) : undefined;
}

const isComplete = ({ failed }: Sample) => failed === 0;

function resultsOf(name: string, samples: readonly Sample[]): Measurement[] {
  const all = (metric: string, unit: string, pick: (sample: Sample) => number) =>
    summarise('openocp', `${name}: ${metric}`, unit, samples.map(pick));
  return [
    all('p50', 'ms', ({ p50 }) => p50),
    all('p99', 'ms', ({ p99 }) => p99),
    all('slowest', 'ms', ({ max }) => max),
    all('answers', '1/s', ({ rate }) => rate),
    all('without answer', 'calls', ({ failed }) => failed),
    all('client late, p99', 'ms', ({ late }) => late),
    all('processor time', '% of a core', ({ share }) => share),
    all('processor time a call', 'ms', ({ cpuMs }) => cpuMs),
  ];
}
