/** From the start of the control plane's process to its first answer, less what an empty Node process takes. */
import { DatabaseSync } from 'node:sqlite';
import { waitFor } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
import { makeFolder } from '../run-folder.ts';
import {
  bundlePrograms,
  type Home,
  makeHome,
  type Programs,
  spawnControlPlane,
  spawnNode,
  waitForAnswer,
} from './control-plane-process.ts';
import { fillTasks } from './fill.ts';

const defaultRounds = 7;
const taskCount = 10_000;
const goalMs = 300;
const goalWithTasksMs = 1000;

const first = 'first start to first answer, on an empty folder';
const plain = 'start to first answer';
const withTasks = `start with ${taskCount} running tasks to all re-owned`;
const answerWithTasks = `start with ${taskCount} running tasks to first answer`;

export const boot: Benchmark = async ({ rounds = defaultRounds }) => {
  const programs = await bundlePrograms();
  const empty: number[] = [];
  const own = new Map<string, number[]>(
    [first, plain, withTasks, answerWithTasks].map((metric) => [metric, []]),
  );
  const fsyncs: number[] = [];
  const used = makeHome('openocp');
  const busy = makeHome('openocp');
  await fillTasks(busy, taskCount);
  // The first start of each makes keys and users; it is measured on folders of its own.
  await measureStart(programs, used);
  await measureTakeOver(programs, busy);
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    const emptyMs = await measureEmpty();
    empty.push(emptyMs);
    own.get(first)?.push((await measureStart(programs, makeHome('openocp'))) - emptyMs);
    own.get(plain)?.push((await measureStart(programs, used)) - emptyMs);
    const takeOver = await measureTakeOver(programs, busy);
    own.get(withTasks)?.push(takeOver.ownedMs - emptyMs);
    own.get(answerWithTasks)?.push(takeOver.answerMs - emptyMs);
  }
  const results = [...own].map(([metric, times]) => summarise('openocp', metric, 'ms', times));
  results.push(summarise('node', 'start of an empty process', 'ms', empty));
  const reach = {
    [`first answer within ${goalMs} ms`]: median(own.get(plain) ?? []) <= goalMs,
    [`all re-owned within ${goalWithTasksMs} ms`]: median(own.get(withTasks) ?? []) <= goalWithTasksMs,
  };
  return reportOf('boot', fsyncs, { results, ratios: {}, reach });
};

async function measureEmpty(): Promise<number> {
  const begin = performance.now();
  const empty = spawnNode(['--eval', 'console.log("here")'], makeFolder('empty'));
  await empty.waitForLine((line) => line || undefined, 10_000);
  const elapsedMs = performance.now() - begin;
  await empty.end();
  return elapsedMs;
}

async function measureStart(programs: Programs, home: Home): Promise<number> {
  const begin = performance.now();
  const controlPlane = spawnControlPlane(programs, home);
  await waitForAnswer(controlPlane);
  const elapsedMs = performance.now() - begin;
  await controlPlane.end();
  return elapsedMs;
}

/** Ends with kill -9, so that the next one finds the tasks as a crash leaves them. */
async function measureTakeOver(
  programs: Programs,
  home: Home,
): Promise<{ ownedMs: number; answerMs: number }> {
  const database = new DatabaseSync(home.url.slice('sqlite:'.length));
  const last = Number(database.prepare('select max(fence) as fence from task').get()?.fence);
  // The tasks are taken in their order. Only when the last one has a new fence are all of them looked at.
  const fence = database.prepare("select fence from task where status = 'RUNNING' order by id desc limit 1");
  const left = database.prepare("select count(*) as tasks from task where status = 'RUNNING' and fence <= ?");
  const begin = performance.now();
  const sinceBegin = () => performance.now() - begin;
  const controlPlane = spawnControlPlane(programs, home, ['--holds']);
  const answered = waitForAnswer(controlPlane).then(sinceBegin);
  const look = () => (Number(fence.get()?.fence) > last && left.get(last)?.tasks === 0 ? true : undefined);
  await waitFor('all tasks to be re-owned', look, { timeoutMs: 60_000, intervalMs: 10 });
  const ownedMs = sinceBegin();
  const answerMs = await answered;
  await controlPlane.kill();
  database.close();
  return { ownedMs, answerMs };
}
