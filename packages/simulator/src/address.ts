/** A server is named by its RPC address everywhere inside the cluster: `ip:port`, IPv6 as `[ip]:port`. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

export function addressOf(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Undefined when the text is no address. */
export function parseAddress(text: string): Endpoint | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-zA-Z_.-]+)):(\d{1,5})$/.exec(text.trim());
  const ip = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (ip === undefined || port < 1 || port > 65535) return undefined;
  return { ip, port };
}

/** For addresses the cluster itself made; a wrong one is a defect. */
export function endpointOf(address: string): Endpoint {
  const endpoint = parseAddress(address);
  if (endpoint === undefined) throw new Error(`not a server address: ${address}`);
  return endpoint;
}
