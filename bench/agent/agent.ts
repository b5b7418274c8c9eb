/** The agent's process: from its start to its first answer, and its memory when idle; from source and as one file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AgentProcess, type AgentProgram } from '../../packages/agent/src/testing/agent-process.ts';
import { makeCertificates } from '../../packages/agent/src/testing/certificates.ts';
import { agentNodeOptions, bundleAgent } from '../../scripts/bundle.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
import { makeFolder } from '../run-folder.ts';

const defaultRounds = 7;
const goalMs = 250;
const goalMiB = 64;
/** Long enough for what a start leaves behind to be collected. */
const settleMs = 5_000;

const source = 'openocp from source';
const bundle = 'openocp as one file';

export const agent: Benchmark = async ({ rounds = defaultRounds }) => {
  const folder = makeFolder('agent');
  const file = await bundleAgent(folder);
  const certificates = await makeCertificates();
  const programs: Readonly<Record<string, AgentProgram>> = {
    [source]: { argv: [join(import.meta.dirname, '../../packages/agent/src/main.ts')] },
    [bundle]: {
      argv: [...agentNodeOptions, file],
      env: { NODE_COMPILE_CACHE: join(folder, 'compile-cache') },
    },
  };
  const contenders = Object.entries(programs).map(([system, program]) => ({
    system,
    agent: new AgentProcess(certificates, [], program),
    starts: [] as number[],
    sizes: [] as number[],
  }));
  const fsyncs: number[] = [];
  // The first start of each fills its caches.
  for (const contender of contenders) await measure(contender.agent, 0);
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    for (const contender of contenders) {
      const { startMs, residentMiB } = await measure(contender.agent, settleMs);
      contender.starts.push(startMs);
      contender.sizes.push(residentMiB);
    }
  }
  for (const contender of contenders) await contender.agent.remove();
  const own = contenders.find(({ system }) => system === bundle);
  const peer = contenders.find(({ system }) => system === source);
  return reportOf('agent', fsyncs, {
    results: contenders.flatMap(({ system, starts, sizes }) => [
      summarise(system, 'start to first answer', 'ms', starts),
      summarise(system, 'resident when idle', 'MiB', sizes),
    ]),
    ratios: { [source]: median(peer?.starts ?? []) / median(own?.starts ?? []) },
    reach: {
      [`first answer within ${goalMs} ms`]: median(own?.starts ?? []) <= goalMs,
      [`idle in ${goalMiB} MiB`]: median(own?.sizes ?? []) <= goalMiB,
    },
  });
};

async function measure(
  process: AgentProcess,
  idleMs: number,
): Promise<{ startMs: number; residentMiB: number }> {
  const begin = performance.now();
  await process.start();
  await process.send({ path: '/v1/info' });
  const startMs = performance.now() - begin;
  await pause(idleMs);
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  await process.end('SIGKILL');
  return { startMs, residentMiB: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024 };
}
