/** What others notice of five hundred clients that never finish their headers: the slowest hundredth of calls, with and without. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ApiClient } from '@openocp/testkit';
import { z } from 'zod';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
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
  await measure(api, warmUpCalls);
  const fsyncs: number[] = [];
  const [alone, besides]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    alone.push(await measure(api, calls));
    const slow = await openSlowClients(new URL(url));
    besides.push(await measure(api, calls));
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

/** @returns the 99th percentile of calls one after another, milliseconds. */
async function measure(api: ApiClient, count: number): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < count; call += 1) {
    const begin = performance.now();
    await api.data(z.unknown(), 'GET', '/api/v2/ob/clusters');
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(count * 0.99)] ?? Number.NaN;
}
