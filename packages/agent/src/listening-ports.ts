/** Which ports are taken at an address, from the kernel's socket tables: no connection is made, nothing is disturbed. */
import { readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { AgentFailure, isSystemError } from './agent-failure.ts';

/** TCP state LISTEN in /proc/net/tcp. */
const listenState = '0A';

export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
}

/** Those of `ports` on which something listens, at the address itself or at every address. */
export async function readListeningPorts(address: string, ports: readonly number[]): Promise<number[]> {
  if (isIP(address) === 0) {
    throw new AgentFailure('invalid-request', `address ${JSON.stringify(address)} is not an IP address`);
  }
  if (ports.length === 0) {
    return [];
  }
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readTable));
  return chooseTakenPorts(tables.flatMap(parseListeningSockets), address, ports);
}

export function chooseTakenPorts(
  sockets: readonly ListeningSocket[],
  address: string,
  ports: readonly number[],
): number[] {
  // BlockList compares addresses by value, so that `::1` equals `0:0:0:0:0:0:0:1`, and an IPv4 address its IPv6 form.
  const wanted = new BlockList();
  for (const each of [address, '0.0.0.0', '::']) {
    wanted.addAddress(each, familyOf(each));
  }
  const taken = new Set(
    sockets
      .filter((socket) => wanted.check(socket.address, familyOf(socket.address)))
      .map((socket) => socket.port),
  );
  return ports.filter((port) => taken.has(port));
}

export function parseListeningSockets(table: string): ListeningSocket[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === listenState)
    .map((columns) => parseEndpoint(columns[1] ?? ''));
}

/** `0100007F:0B41`: each group of 8 digits is a 32-bit word in host order (little endian), the port is big endian. */
function parseEndpoint(text: string): ListeningSocket {
  const [digits = '', port = ''] = text.split(':');
  const words = (digits.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, 'hex').reverse());
  const address =
    words.length === 1
      ? words.map((word) => [...word].join('.')).join()
      : words.map((word) => `${word.toString('hex', 0, 2)}:${word.toString('hex', 2)}`).join(':');
  return { address, port: Number.parseInt(port, 16) };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    // A kernel without IPv6 has no tcp6.
    if (isSystemError(error, 'ENOENT')) {
      return '';
    }
    throw error;
  }
}
