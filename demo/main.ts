/**
 * The demo: a whole OpenOCP on this machine, one OBServer stopped and started again through the REST API. Everything it
 * starts is in one temporary folder, and gone at the end.
 */
import { existsSync } from 'node:fs';
import { listFolderProcesses, type Stack, type StackServer, startStack } from '@openocp/testkit';
import { countLeaders, lookAtServer, type ServerFacts } from './cluster-facts.ts';
import { type DemoOptions, parseOptions, usage } from './options.ts';
import { writeReadyFile } from './ready-file.ts';
import { drawTask } from './task-drawing.ts';

const say = (text: string) => console.log(text);

interface Timing {
  readonly what: string;
  readonly ms: number;
}

/**
 * Rejects on Ctrl-C and SIGTERM, and when the program that started this one is gone, so that whatever is under way ends
 * through the same clean-up.
 */
class Interrupted extends Error {}

function watchSignals(): { readonly interrupted: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => reject(new Interrupted(signal)));
  process.once('disconnect', () => reject(new Interrupted('disconnect')));
  promise.catch(() => undefined);
  return { interrupted: promise };
}

async function timed<T>(timings: Timing[], what: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await work();
  timings.push({ what, ms: performance.now() - begin });
  return result;
}

/** The server that leads most: its stop has the most to show. */
async function chooseServer(stack: Stack): Promise<StackServer> {
  const [first] = stack.servers;
  if (first === undefined) throw new Error('the cluster has no servers');
  const leaders = await countLeaders(stack, first);
  const count = (server: StackServer) => leaders.get(`${server.ip}:${server.port}`) ?? 0;
  return stack.servers.reduce((best, server) => (count(server) > count(best) ? server : best), first);
}

function describe(facts: ServerFacts, status: string): void {
  say(`  process          ${facts.processUp ? 'up' : 'gone'}`);
  say(`  kernel           ${facts.kernelStatus}, STOP_TIME ${facts.stopTime ?? 'NULL'}`);
  say(`  leaders on it    ${facts.leaders}`);
  say(`  others serving   ${facts.othersServing}`);
  say(`  status in API    ${status}`);
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`the demo expected that ${what}`);
}

async function runStory(stack: Stack, timings: Timing[]): Promise<void> {
  const server = await chooseServer(stack);
  const name = `server ${server.id} (${server.ip}:${server.port}, ${server.zone})`;
  const before = await lookAtServer(stack, server);
  const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${server.id}`;

  say(`\nStop ${name}, which leads ${before.leaders} log streams: POST ${path}/stop`);
  await timed(timings, 'stop', async () => drawTask(stack, await stack.submit(server.id, 'stop')));
  const stopped = await lookAtServer(stack, server);
  describe(stopped, await stack.serverStatus(server.id));
  expect(!stopped.processUp, 'its process is gone');
  expect(stopped.stopTime !== null, 'the kernel marks it stopped');
  expect(stopped.leaders === 0, 'its leaders have moved');
  expect(stopped.othersServing === stack.servers.length - 1, 'the other servers serve');

  say(`\nStart it again: POST ${path}/start`);
  await timed(timings, 'start', async () => drawTask(stack, await stack.submit(server.id, 'start')));
  const started = await lookAtServer(stack, server);
  describe(started, await stack.serverStatus(server.id));
  expect(started.processUp, 'its process is up');
  expect(started.stopTime === null, 'the kernel shows it in service');
}

async function prepare(options: DemoOptions, timings: Timing[]): Promise<Stack> {
  const report = (message: string) => say(`  ${message}`);
  const stack = await timed(timings, 'cluster, agents and control plane up', () =>
    startStack({ report, ...(options.port === undefined ? {} : { port: options.port }) }),
  );
  try {
    await timed(timings, 'take-over', () => stack.takeOver());
  } catch (error) {
    await stack.stop();
    throw error;
  }
  say(`  Cluster ${stack.clusterId} taken over: ${stack.servers.length} servers`);
  return stack;
}

async function stay(stack: Stack, interrupted: Promise<never>): Promise<void> {
  say(`\nReady. API ${stack.api.url}  user ${stack.user}  password ${stack.password}`);
  say('Ctrl-C ends everything.');
  await interrupted;
}

function summarise(timings: readonly Timing[]): void {
  say('\nSummary');
  for (const { what, ms } of timings) say(`  ${what.padEnd(38)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
}

async function run(options: DemoOptions): Promise<void> {
  const timings: Timing[] = [];
  const { interrupted } = watchSignals();
  say('OpenOCP demo: 3 zones x 2 simulated OBServers, an agent for each host, the control plane on SQLite\n');
  const preparing = prepare(options, timings);
  const stack = await Promise.race([preparing, interrupted]).catch(async (error: unknown) => {
    // What is still being started must be ended too.
    await preparing.then((late) => late.stop()).catch(() => undefined);
    throw error;
  });
  try {
    if (options['ready-file'] !== undefined) await writeReadyFile(options['ready-file'], stack);
    await Promise.race([options.stay ? stay(stack, interrupted) : runStory(stack, timings), interrupted]);
  } finally {
    await timed(timings, 'everything ended and removed', () => stack.stop());
    expect(listFolderProcesses(stack.folder).length === 0, 'no process is left');
    expect(!existsSync(stack.folder), 'no file is left');
  }
  summarise(timings);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) say(usage);
  else await run(options);
  process.exitCode = 0;
} catch (error) {
  if (error instanceof Interrupted) {
    say('\nEnded; nothing is left running.');
    process.exitCode = 0;
  } else {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
// A channel to the starting program would keep this one alive.
if (process.connected) process.disconnect?.();
