/**
 * Agents and their hosts. One spelling for each host, so that what is on record for it is found by the URL of its agent.
 */
import { isIPv6 } from 'node:net';

/** The host that the certificate of the agent at a URL must name. */
export function agentHostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Whether the process of a server can be reached: an agent on its host, and the home that it looks after. */
export function hasAgent<Home extends string>(server: {
  readonly agentUrl: string | null;
  readonly home: Home | null;
}): server is { readonly agentUrl: string; readonly home: Home } {
  return server.agentUrl !== null && server.home !== null;
}

/** As `agentHostOf` would say it: `FE80:0::1` is `fe80::1`, names are in small letters. */
export function canonicalHost(host: string): string {
  return agentHostOf(`https://${isIPv6(host) ? `[${host}]` : host}`);
}
