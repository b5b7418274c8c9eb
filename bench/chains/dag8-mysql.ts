/** Durable steps a second of 1 to 3 instances, processes of their own, that share one MariaDB. */
import { fileURLToPath } from 'node:url';
import { startMariadb } from '../../packages/server/src/store/mariadb-server.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
import { type ChainHost, startChainHost } from './chain-host.ts';
import { stepsPerChain } from './chain-operation.ts';

const program = fileURLToPath(new URL('./openocp-chains.ts', import.meta.url));
const instances = ['one', 'two', 'three'];
const defaultRounds = 3;
/** Of each instance. */
const levels = [1, 10, 100];
const turnMs = 2000;
const warmUpMs = 1000;
/** Times one instance. */
const goalOfTwo = 1.6;

export const dag8Mysql: Benchmark = async (options) => {
  const mariadb = await startMariadb();
  if (mariadb === undefined) throw new Error('mariadbd is not installed');
  const fsyncs: number[] = [];
  const rates = new Map<string, number[]>();
  const rounds = options.rounds ?? defaultRounds;
  try {
    const url = await mariadb.createDatabase();
    const hosts: ChainHost[] = [];
    for (const instance of instances) hosts.push(await startChainHost(program, [instance, url]));
    await measureRate(hosts, 1, warmUpMs);
    for (let round = 0; round < rounds; round += 1) {
      fsyncs.push(...measureFsyncs());
      for (const inFlight of levels) {
        for (let count = 1; count <= hosts.length; count += 1) {
          const rate = await measureRate(hosts.slice(0, count), inFlight, turnMs);
          const key = keyOf(count, inFlight);
          rates.set(key, [...(rates.get(key) ?? []), rate]);
        }
      }
    }
    for (const host of hosts) await host.end();
  } finally {
    await mariadb.stop();
  }
  const results = [...rates].map(([key, values]) => summarise('openocp', key, 'subtasks/s', values));
  return reportOf('dag8-mysql', fsyncs, { results, ...judge(rates) });
};

function keyOf(count: number, inFlight: number): string {
  return `${count} ${count === 1 ? 'instance' : 'instances'}, ${inFlight} in flight each`;
}

async function measureRate(hosts: readonly ChainHost[], inFlight: number, mostMs: number): Promise<number> {
  const order = { inFlight, mostChains: Number.MAX_SAFE_INTEGER, mostMs };
  const answers = await Promise.all(hosts.map((host) => host.run(order)));
  const chains = answers.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0);
  return (chains * stepsPerChain * 1000) / Math.max(...answers.map(({ elapsedMs }) => elapsedMs));
}

function judge(rates: ReadonlyMap<string, readonly number[]>) {
  const rate = (count: number, inFlight: number) => median(rates.get(keyOf(count, inFlight)) ?? []);
  const reach = levels.map((inFlight) => {
    const name = `2 instances at least ${goalOfTwo} times one, ${inFlight} in flight each`;
    return [name, rate(2, inFlight) >= goalOfTwo * rate(1, inFlight)];
  });
  const ratios = levels.map((inFlight) => {
    return [`one instance, ${inFlight} in flight each`, rate(2, inFlight) / rate(1, inFlight)];
  });
  return {
    ratios: Object.fromEntries(ratios) as Record<string, number>,
    reach: Object.fromEntries(reach) as Record<string, boolean>,
  };
}
