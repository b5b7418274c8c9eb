/** What others notice of five hundred clients that never finish their headers. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Benchmark } from '../benchmark.ts';
import { measureBeside } from './call-times.ts';
import { makeHome } from './control-plane-process.ts';

const defaultRounds = 5;
const slowClients = 500;

export const slowHeaders: Benchmark = async ({ rounds = defaultRounds }) =>
  measureBeside({
    name: 'slow-headers',
    metric: `p99 beside ${slowClients} slow clients`,
    home: makeHome('openocp'),
    rounds,
    goal: 5,
    async begin(url) {
      const slow = await openSlowClients(new URL(url));
      return () => {
        for (const socket of slow) socket.destroy();
        return [];
      };
    },
  });

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
