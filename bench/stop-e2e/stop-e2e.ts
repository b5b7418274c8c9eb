/**
 * A whole stop through the API against a shell script that does the same by hand, in turns on the same cluster. Both use
 * the graceful signal, both wait until the process is gone; ours also proves the stop safe, twice, and looks afterwards.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import type { Report } from '../report.ts';
import { describeMachine, measureFsync, summarise } from '../report.ts';

const script = fileURLToPath(new URL('./by-hand.sh', import.meta.url));
const rounds = 5;

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

export async function runStopEndToEnd(): Promise<Report> {
  const stack = await startStack();
  try {
    await stack.takeOver();
    const [target] = stack.servers;
    const witness = stack.servers.find((server) => server.zone !== target?.zone);
    if (target === undefined || witness === undefined) throw new Error('the cluster is too small');
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await waitForLeaders(stack, witness, target);
      ours.push(
        await timed(async () => void (await stack.waitForTask((await stack.submit(target.id, 'stop')).id))),
      );
      await stack.waitForTask((await stack.submit(target.id, 'start')).id);
      await waitForLeaders(stack, witness, target);
      theirs.push(await timed(() => stopByHand(stack, witness, target)));
      await stack.waitForTask((await stack.submit(target.id, 'start')).id);
    }
    const results = [
      summarise('openocp', 'stop', 'ms', ours),
      summarise('shell script', 'stop', 'ms', theirs),
    ];
    const ratio = (results[0]?.median ?? 0) / (results[1]?.median ?? 1);
    return {
      name: 'stop-e2e',
      machine: describeMachine(),
      fsyncMs: measureFsync(),
      results,
      ratios: { 'shell script': ratio },
      reach: { 'no slower than the shell script': ratio <= 1 },
    };
  } finally {
    await stack.stop();
  }
}
