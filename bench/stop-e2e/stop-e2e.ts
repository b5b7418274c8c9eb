/**
 * A whole stop through the API against a shell script that does the same by hand, in turns on the same cluster. Both use
 * the graceful signal, both wait until the process is gone; ours also proves the stop safe, twice, and looks afterwards.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';

const script = fileURLToPath(new URL('./by-hand.sh', import.meta.url));
const peer = 'shell script';
const defaultRounds = 5;

/** Every measured stop has leaders to move: the server gets some back first. */
async function waitForLeaders(stack: Stack, witness: StackServer, target: StackServer): Promise<void> {
  const sql = `SELECT COUNT(*) AS leaders FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' AND svr_ip = '${target.ip}'`;
  const look = async () => (Number((await stack.sql(witness, sql))[0]?.leaders) > 0 ? true : undefined);
  await waitFor(`leaders on ${target.ip}`, look, { timeoutMs: 60_000, intervalMs: 500 });
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function stopByHand(stack: Stack, witness: StackServer, target: StackServer): void {
  const address = `${target.ip}:${target.port}`;
  const args = [witness.ip, String(witness.sqlPort), stack.cluster.rootPassword, address, target.home];
  const run = spawnSync(script, args, { encoding: 'utf8', timeout: 120_000 });
  if (run.status !== 0) throw new Error(`by-hand.sh: ${run.error?.message ?? run.stderr}`);
}

export const stopEndToEnd: Benchmark = async (options) => {
  const stack = await startStack();
  const ours: number[] = [];
  const theirs: number[] = [];
  const fsyncs: number[] = [];
  try {
    await stack.takeOver();
    const [target] = stack.servers;
    const witness = stack.servers.find((server) => server.zone !== target?.zone);
    if (target === undefined || witness === undefined) throw new Error('the cluster is too small');
    const runTask = async (verb: 'stop' | 'start'): Promise<void> => {
      await stack.waitForTask((await stack.submit(target.id, verb)).id);
    };
    for (let round = 0; round < (options.rounds ?? defaultRounds); round += 1) {
      fsyncs.push(...measureFsyncs());
      await waitForLeaders(stack, witness, target);
      ours.push(await timed(() => runTask('stop')));
      await runTask('start');
      if (!options.includes(peer)) continue;
      await waitForLeaders(stack, witness, target);
      theirs.push(await timed(() => stopByHand(stack, witness, target)));
      await runTask('start');
    }
  } finally {
    await stack.stop();
  }
  const results = [summarise('openocp', 'stop', 'ms', ours)];
  if (theirs.length === 0) return reportOf('stop-e2e', fsyncs, { results, ratios: {}, reach: {} });
  results.push(summarise(peer, 'stop', 'ms', theirs));
  const ratio = median(theirs) / median(ours);
  const reach = { [`no slower than the ${peer}`]: ratio >= 1 };
  return reportOf('stop-e2e', fsyncs, { results, ratios: { [peer]: ratio }, reach });
};
