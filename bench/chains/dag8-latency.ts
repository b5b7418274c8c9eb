/** One chain of 8 at a time: from its submission until its last step is durable and reported as done. */
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { type Measurement, median, reportOf, summarise } from '../report.ts';
import { openContest } from './contenders.ts';

const defaultRounds = 10;
const turn = { inFlight: 1, mostChains: 50, mostMs: 1000 };
/** While the others had their turns, caches went cold; these first chains of a turn do not count. */
const beforeTurn = { inFlight: 1, mostChains: 10, mostMs: 300 };
/** Until the code is compiled and caches are filled. */
const warmUp = { inFlight: 1, mostChains: 300, mostMs: 3000 };

const mostFsyncs = 12;
/** How many times faster than each peer we want to be. */
const goals: Readonly<Record<string, number>> = {
  bullmq: 3.5,
  'bullmq-flow': 3.5,
  'graphile-worker': 6,
  dbos: 8,
};

export const dag8Latency: Benchmark = async (options) => {
  const contest = await openContest(options);
  const fsyncs: number[] = [];
  const latencies = new Map<string, number[]>();
  try {
    const running = [];
    for (const { system, start } of contest.contenders) {
      const host = await start(turn.inFlight);
      await host.run(warmUp);
      running.push({ system, host });
    }
    for (let round = 0; round < (options.rounds ?? defaultRounds); round += 1) {
      fsyncs.push(...measureFsyncs());
      for (const { system, host } of running) {
        await host.run(beforeTurn);
        const { latenciesMs } = await host.run(turn);
        latencies.set(system, [...(latencies.get(system) ?? []), ...latenciesMs]);
      }
    }
    for (const { host } of running) await host.end();
  } finally {
    await contest.end();
  }
  const results = [...latencies].map(([system, times]) => summarise(system, 'chain of 8', 'ms', times));
  const { versions, skipped } = contest;
  return reportOf('dag8-latency', fsyncs, { results, ...judge(results, median(fsyncs)), versions, skipped });
};

function judge(results: readonly Measurement[], fsyncMs: number) {
  const ours = results.find(({ system }) => system === 'openocp')?.median;
  if (ours === undefined) return { ratios: {}, reach: {} };
  const peers = results.filter(({ system }) => system !== 'openocp');
  const ratios = Object.fromEntries(peers.map(({ system, median: theirs }) => [system, theirs / ours]));
  const compared = Object.entries(goals).flatMap(([system, goal]) => {
    const ratio = ratios[system];
    return ratio === undefined ? [] : [[`${goal} times faster than ${system}`, ratio >= goal] as const];
  });
  const worth = [`at most ${mostFsyncs} fsyncs' worth`, ours <= mostFsyncs * fsyncMs] as const;
  return { ratios, reach: Object.fromEntries([worth, ...compared]) };
}
