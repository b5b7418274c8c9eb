/** What others notice of five hundred clients that never finish their headers: the slowest hundredth of calls, with and without. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ApiClient } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
import { measureP99 } from './call-times.ts';
import {
  bundlePrograms,
  makeHome,
  password,
  spawnControlPlane,
  waitForAnswer,
} from './control-plane-process.ts';

const defaultRounds = 5;
const slowClients = 500;
const calls = 300;
const warmUpCalls = 100;
const goal = 5;

export const slowHeaders: Benchmark = async ({ rounds = defaultRounds }) => {
  const controlPlane = spawnControlPlane(await bundlePrograms(), makeHome('openocp'));
  const url = await waitForAnswer(controlPlane);
  const api = new ApiClient(url, 'admin', password);
  await measureP99(api, warmUpCalls);
  const fsyncs: number[] = [];
  const [alone, besides]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    alone.push(await measureP99(api, calls));
    const slow = await openSlowClients(new URL(url));
    besides.push(await measureP99(api, calls));
    for (const socket of slow) socket.destroy();
  }
  await controlPlane.kill();
  const ratio = median(besides) / median(alone);
  return reportOf('slow-headers', fsyncs, {
    results: [
      summarise('openocp', 'p99 alone', 'ms', alone),
      summarise('openocp', `p99 beside ${slowClients} slow clients`, 'ms', besides),
    ],
    ratios: {},
    reach: { [`at most ${goal} times as long`]: ratio <= goal },
  });
};

async function openSlowClients({ hostname, port }: URL): Promise<Socket[]> {
  const open = async () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET /api/v2/info HTTP/1.1\r\nhost: a\r\nx-slow: ');
    return socket;
  };
  return Promise.all(Array.from({ length: slowClients }, open));
}
