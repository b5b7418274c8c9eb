/** One spelling for each host, so that what is on record for it is found by the URL of its agent. */
import { isIPv6 } from 'node:net';

/** The host that the certificate of the agent at a URL must name. */
export function agentHostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

/** As `agentHostOf` would say it: `FE80:0::1` is `fe80::1`, names are in small letters. */
export function canonicalHost(host: string): string {
  return agentHostOf(`https://${isIPv6(host) ? `[${host}]` : host}`);
}
