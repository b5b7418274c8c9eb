/**
 * Where the control plane connects to when somebody with an account names the address: of a cluster to take over, of an
 * agent, or of a server that a cluster claims to have. Without bounds that is a way to reach, through us, what only we can reach.
 *
 * An address is judged when it is known for good: a name after it was resolved, and the connection then goes to the
 * addresses that were judged and to no others. So it does not matter how an address is spelt (`127.1`, `2130706433`,
 * `::ffff:7f00:1`) or what a name resolves to the next time.
 */
import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

export interface OutboundOptions {
  /** Also addresses of this very host; for demos, tests, and clusters on one machine. */
  readonly allowLoopback: boolean;
  /** Networks (`10.0.0.0/8`) outside of which nothing is connected to; empty for no such bound. */
  readonly onlyNetworks: readonly string[];
}

export interface OutboundPolicy {
  /** @throws OutboundRefusal for an address; a name passes, and is judged by `lookup` */
  check(host: string): void;
  /** For `net.connect` and everything that builds on it. Fails when one address of a name is refused. */
  readonly lookup: LookupFunction;
}

export class OutboundRefusal extends Error {
  override readonly name = 'OutboundRefusal';

  constructor(address: string, reason: string) {
    super(`${address} is refused: ${reason}`);
  }
}

interface Refused {
  readonly networks: readonly string[];
  readonly reason: string;
}

/** What no server of a cluster and no agent can have. */
const never: readonly Refused[] = [
  {
    networks: ['169.254.0.0/16', 'fe80::/10', '64:ff9b::a9fe:0/112'],
    reason: 'link-local addresses are those of metadata services and of nothing else that is wanted here',
  },
  {
    // Alibaba Cloud, Azure, Oracle Cloud; AWS and Google Cloud over IPv6.
    networks: [
      '100.100.100.200/32',
      '168.63.129.16/32',
      '192.0.0.192/32',
      'fd00:ec2::254/128',
      'fd20:ce::254/128',
    ],
    reason: 'it is the metadata service of a cloud',
  },
  {
    networks: ['0.0.0.0/8', '::/128', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8'],
    reason: 'it is not the address of one host',
  },
];

const loopback: Refused = {
  networks: ['127.0.0.0/8', '::1/128', '64:ff9b::7f00:0/104'],
  reason:
    'it is this host itself; outbound.allowLoopback in the configuration of the control plane permits that',
};

/** IPv4 addresses written as IPv6 ones match the networks of IPv4. */
function toList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

export function createOutboundPolicy({ allowLoopback, onlyNetworks }: OutboundOptions): OutboundPolicy {
  const refused = [...never, ...(allowLoopback ? [] : [loopback])].map(({ networks, reason }) => ({
    list: toList(networks),
    reason,
  }));
  const wanted = onlyNetworks.length === 0 ? undefined : toList(onlyNetworks);

  const findRefusal = (host: string): OutboundRefusal | undefined => {
    // `fe80::1%eth0`: the interface is not part of the address.
    const [address = ''] = host.split('%', 1);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const found = refused.find(({ list }) => list.check(address, family));
    if (found !== undefined) return new OutboundRefusal(host, found.reason);
    if (wanted === undefined || wanted.check(address, family)) return undefined;
    return new OutboundRefusal(host, 'it is in none of outbound.onlyNetworks of the configuration');
  };

  return {
    check(host) {
      const refusal = isIP(host) === 0 ? undefined : findRefusal(host);
      if (refusal !== undefined) throw refusal;
    },
    lookup(hostname, options, done) {
      resolveName(hostname, { ...options, all: true }, (error, addresses) => {
        const refusal = error ?? addresses.map(({ address }) => findRefusal(address)).find(Boolean);
        const [first] = addresses ?? [];
        if (refusal !== undefined || first === undefined) {
          done(refusal ?? new Error(`${hostname} has no address`), '');
        } else if (options.all === true) done(null, addresses);
        else done(null, first.address, first.family);
      });
    },
  };
}
