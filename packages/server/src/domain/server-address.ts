/** Address of an OBServer as the kernel writes it: `ip:rpcPort`, IPv6 in brackets. The port is the RPC port, never the SQL port. */
export interface ServerAddress {
  readonly ip: string;
  readonly rpcPort: number;
}

export function formatAddress(address: ServerAddress): string {
  return address.ip.includes(':') ? `[${address.ip}]:${address.rpcPort}` : `${address.ip}:${address.rpcPort}`;
}

export function isSameAddress(a: ServerAddress, b: ServerAddress): boolean {
  return a.ip === b.ip && a.rpcPort === b.rpcPort;
}

/**
 * Parses a kernel member list: `ip:port:timestamp,[v6]:port:timestamp,...`.
 * Members are compared as whole addresses, because `10.0.0.1:2882` is also a part of `110.0.0.1:2882`.
 * @returns undefined when any part cannot be understood: half a member list must never pass for a whole one.
 */
export function parseMemberList(text: string): ServerAddress[] | undefined {
  if (text.trim() === '') return [];
  const members: ServerAddress[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})(?::\d+)?(?::\d+)?\s*$/.exec(part);
    const ip = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    if (ip === undefined || !Number.isInteger(port) || port < 1 || port > 65535) return undefined;
    members.push({ ip, rpcPort: port });
  }
  return members;
}
