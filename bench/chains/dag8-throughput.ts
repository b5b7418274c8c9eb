/** Durable steps a second with 1 to 1,000 chains in flight. */
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { type Measurement, reportOf, summarise } from '../report.ts';
import { stepsPerChain } from './chain-operation.ts';
import { type Contest, openContest } from './contenders.ts';

const defaultRounds = 3;
const levels = [1, 10, 100, 1000];
const turnMs = 2000;
const warmUpMs = 1000;
/** Times the best peer. */
const goal = 10;

export const dag8Throughput: Benchmark = async (options) => {
  const contest = await openContest(options);
  const fsyncs: number[] = [];
  const results: Measurement[] = [];
  try {
    for (const inFlight of levels) {
      fsyncs.push(...measureFsyncs());
      results.push(...(await measureLevel(contest, inFlight, options.rounds ?? defaultRounds)));
    }
  } finally {
    await contest.end();
  }
  const { versions, skipped } = contest;
  return reportOf('dag8-throughput', fsyncs, { results, ...judge(results), versions, skipped });
};

function metricOf(inFlight: number): string {
  return `${inFlight} in flight`;
}

async function measureLevel(
  { contenders }: Contest,
  inFlight: number,
  rounds: number,
): Promise<Measurement[]> {
  const mostChains = Number.MAX_SAFE_INTEGER;
  const running = [];
  for (const { system, start } of contenders) {
    const host = await start(inFlight);
    await host.run({ inFlight, mostChains, mostMs: warmUpMs });
    running.push({ system, host, rates: [] as number[] });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { host, rates } of running) {
      const { latenciesMs, elapsedMs } = await host.run({ inFlight, mostChains, mostMs: turnMs });
      rates.push((latenciesMs.length * stepsPerChain * 1000) / elapsedMs);
    }
  }
  for (const { host } of running) await host.end();
  return running.map(({ system, rates }) => summarise(system, metricOf(inFlight), 'subtasks/s', rates));
}

/** The ratios are of the best rates, at whatever level each system has its best. */
function judge(results: readonly Measurement[]) {
  const best = (system: string) =>
    Math.max(...results.filter((one) => one.system === system).map((one) => one.median));
  const peers = [...new Set(results.map(({ system }) => system))].filter((system) => system !== 'openocp');
  const isAlone = peers.length === 0 || results.every(({ system }) => system !== 'openocp');
  if (isAlone) return { ratios: {}, reach: {} };
  const ratios = Object.fromEntries(peers.map((peer) => [peer, best('openocp') / best(peer)]));
  const reach = levels.map((inFlight) => {
    const atLevel = results.filter(({ metric }) => metric === metricOf(inFlight));
    const ours = atLevel.find(({ system }) => system === 'openocp')?.median ?? 0;
    const theirs = atLevel.filter(({ system }) => system !== 'openocp').map((one) => one.median);
    return [`${goal} times the best peer with ${metricOf(inFlight)}`, ours >= goal * Math.max(...theirs)];
  });
  return { ratios, reach: Object.fromEntries(reach) as Record<string, boolean> };
}
