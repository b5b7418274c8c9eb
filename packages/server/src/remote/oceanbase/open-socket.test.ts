import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createOutboundPolicy } from '../outbound-policy.ts';
import { openSocket } from './open-socket.ts';

const outbound = createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] });

it('gives an open socket, on which nothing is lost that came at once', async () => {
  const server = createServer((socket) => socket.end('greeting')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = await openSocket('127.0.0.1', address.port, 5000, outbound);
  const [greeting] = (await once(socket, 'data')) as [Buffer];
  expect(greeting.toString()).toBe('greeting');
  socket.destroy();
  server.close();
  await once(server, 'close');
});

it('says why there is none', async () => {
  await expect(openSocket('127.0.0.1', 1, 5000, outbound)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
