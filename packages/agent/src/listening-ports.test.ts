import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { chooseTakenPorts, parseListeningSockets, readListeningPorts } from './listening-ports.ts';

const header = '  sl  local_address rem_address   st tx_queue rx_queue\n';

test('only listening sockets count, with address and port in the kernel’s byte orders', () => {
  const table = `${header}   0: 0300007F:0B41 00000000:0000 0A 0:0\n   1: 0100007F:0B42 0100007F:9C40 01 0:0\n`;
  expect(parseListeningSockets(table)).toEqual([{ address: '127.0.0.3', port: 2881 }]);
});

test('IPv6 addresses are read word by word', () => {
  const table = `${header}   0: B80D0120000000000000000001000000:0B41 0:0 0A 0:0\n`;
  const sockets = parseListeningSockets(table);
  expect(chooseTakenPorts(sockets, '2001:db8::1', [2881, 2882])).toEqual([2881]);
  expect(chooseTakenPorts(sockets, '2001:db8::2', [2881])).toEqual([]);
});

test('every address takes the port at each address; a neighbour’s does not', () => {
  const sockets = [
    { address: '127.0.0.2', port: 1 },
    { address: '0.0.0.0', port: 2 },
    { address: '0:0:0:0:0:0:0:0', port: 3 },
    { address: '::ffff:127.0.0.1', port: 4 },
  ];
  expect(chooseTakenPorts(sockets, '127.0.0.1', [1, 2, 3, 4])).toEqual([2, 3, 4]);
});

test('real sockets are seen, IPv4 and IPv6', async () => {
  for (const address of ['127.0.0.7', '::1']) {
    const server = await listenAt(address);
    if (server === undefined) {
      continue;
    }
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    expect(await readListeningPorts(address, [port, 1])).toEqual([port]);
    server.close();
  }
});

/** undefined when this host does not have the address (no IPv6). */
function listenAt(address: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(0, address, () => resolve(server));
  });
}
