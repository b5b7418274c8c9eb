/**
 * A whole stop through the API against a shell script that does the same by hand, in turns on the same cluster. Both use
 * the graceful signal, and both end when the process is gone, nothing listens any more and the kernel shows the stop; ours
 * also proves the stop safe, twice, and records what it found.
 *
 * Most of a stop is the kernel's: leaders leave at a moment of their own within 2.5 s, and the process takes 5 s to end. So
 * the moment is drawn once for each round and holds for both, spread over the whole span; both have the same number of leaders
 * to move; and they begin in turns.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EventClient, type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';

const script = fileURLToPath(new URL('./by-hand.sh', import.meta.url));
const peer = 'shell script';
const defaultRounds = 5;
/** The span of the simulated kernel within which leaders leave a stopped server. Milliseconds. */
const moveSpreadMs = 2_500;

interface Scene {
  readonly stack: Stack;
  readonly target: StackServer;
  /** Asked by the script, and about the leaders. */
  readonly witness: StackServer;
}

async function countLeaders({ stack, witness, target }: Scene): Promise<number> {
  const sql = `SELECT COUNT(*) AS leaders FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' AND svr_ip = '${target.ip}'`;
  return Number((await stack.sql(witness, sql))[0]?.leaders);
}

/** Every measured stop has the same leaders to move, which leave after the same time: the server gets its own back first. */
async function setScene(scene: Scene, leaders: number, leaveMs: number): Promise<void> {
  const look = async () => ((await countLeaders(scene)) === leaders ? true : undefined);
  await waitFor(`${leaders} leaders on ${scene.target.ip}`, look, { timeoutMs: 60_000, intervalMs: 500 });
  await scene.stack.sql(scene.target, `CALL dbms_sim.slow_leader_moves(${leaveMs})`);
}

async function stopByHand({ stack, witness, target }: Scene): Promise<number> {
  const { rootPassword } = stack.cluster;
  const args = [
    witness.ip,
    witness.sqlPort,
    rootPassword,
    target.ip,
    target.port,
    target.sqlPort,
    target.home,
  ];
  const begin = performance.now();
  const child = spawn(script, args.map(String), { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 });
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`by-hand.sh: ${signal ?? `exit code ${code}`}`);
  return performance.now() - begin;
}

/** A client that follows the events, as a console does: it is told, and does not ask. Both times end when it knows. */
async function stopByTask({ stack, target }: Scene): Promise<{ wholeMs: number; provenMs: number }> {
  const events = await EventClient.open(stack.api, `?clusterId=${stack.clusterId}`);
  try {
    const begin = performance.now();
    const { id } = await stack.submit(target.id, 'stop');
    const end = await events.waitFor(
      `the end of task ${id}`,
      ({ event, data }) => event === 'task' && data.id === id && data.status !== 'RUNNING',
    );
    if (end.data.status !== 'SUCCESSFUL') throw new Error(`task ${id} is ${end.data.status}`);
    const proof = await events.waitFor(
      'the proof that the process is gone and the kernel shows the stop',
      ({ event, data }) =>
        event === 'subtask' && data.name === 'Wait observer stop' && data.status === 'SUCCESSFUL',
    );
    return { wholeMs: end.time - begin, provenMs: proof.time - begin };
  } finally {
    await events.close();
  }
}

async function start({ stack, target }: Scene): Promise<void> {
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
}

async function openScene(stack: Stack): Promise<Scene> {
  await stack.takeOver();
  const [target] = stack.servers;
  const witness = stack.servers.find((server) => server.zone !== target?.zone);
  if (target === undefined || witness === undefined) throw new Error('the cluster is too small');
  return { stack, target, witness };
}

interface Times {
  readonly whole: number[];
  readonly proven: number[];
  readonly byHand: number[];
}

/** @param leaveMs when the leaders leave, one for each round. */
async function takeTurns(
  scene: Scene,
  leaveMs: readonly number[],
  withPeer: boolean,
  fsyncs: number[],
): Promise<Times> {
  const times: Times = { whole: [], proven: [], byHand: [] };
  const ours = async () => {
    const { wholeMs, provenMs } = await stopByTask(scene);
    times.whole.push(wholeMs);
    times.proven.push(provenMs);
  };
  const theirs = async () => void times.byHand.push(await stopByHand(scene));
  const leaders = await countLeaders(scene);
  // Not measured: a control plane has long been running when it is asked, and its first stop compiles what it needs.
  await stopByTask(scene);
  await start(scene);
  for (const [round, ms] of leaveMs.entries()) {
    fsyncs.push(...measureFsyncs());
    const turns = withPeer ? [ours, theirs] : [ours];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      await setScene(scene, leaders, ms);
      await turn();
      await start(scene);
    }
  }
  return times;
}

/** One moment in each equal part of the span, so that few rounds cover it too. */
function drawMoments(rounds: number): number[] {
  return Array.from({ length: rounds }, (_, round) =>
    Math.max(1, Math.round(((round + Math.random()) / rounds) * moveSpreadMs)),
  );
}

export const stopEndToEnd: Benchmark = async (options) => {
  const stack = await startStack();
  const fsyncs: number[] = [];
  let times: Times;
  try {
    const moments = drawMoments(options.rounds ?? defaultRounds);
    times = await takeTurns(await openScene(stack), moments, options.includes(peer), fsyncs);
  } finally {
    await stack.stop();
  }
  const { whole, proven, byHand } = times;
  const results = [
    summarise('openocp', 'stop', 'ms', whole),
    summarise('openocp', 'stop, until it is proven', 'ms', proven),
  ];
  if (byHand.length === 0) return reportOf('stop-e2e', fsyncs, { results, ratios: {}, reach: {} });
  results.push(summarise(peer, 'stop', 'ms', byHand));
  // Round by round: what the kernel took is the same within a round, and differs by seconds between them.
  const ratioTo = (ours: readonly number[]) =>
    median(byHand.map((ms, round) => ms / (ours[round] ?? Number.NaN)));
  const ratios = { [peer]: ratioTo(whole), [`${peer}, until it is proven`]: ratioTo(proven) };
  const reach = {
    [`no slower than the ${peer}, until it is proven`]: ratioTo(proven) >= 1,
    [`no slower than the ${peer}`]: ratioTo(whole) >= 1,
  };
  return reportOf('stop-e2e', fsyncs, { results, ratios, reach });
};
