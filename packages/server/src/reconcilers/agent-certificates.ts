/**
 * Gives agents their next certificate while the present one is still good for long. The agent makes the key, this side
 * signs; both certificates are good until the agent has said which one it shows from now on, so that no answer that is
 * lost can leave an agent with none.
 */
import { agentHostOf } from '../domain/agent-host.ts';
import type { AgentClient } from '../remote/agent-client.ts';
import type { AgentTrustStore, IssuedCertificate } from '../store/agent-trust.ts';
import type { HostStore } from '../store/hosts.ts';
import type { Reconciler } from './reconciler.ts';
import { type SpreadRounds, startSpreadRounds } from './spread-rounds.ts';

export interface AgentRenewal {
  readonly agents: Pick<AgentClient, 'requestCertificate' | 'installCertificate'>;
  readonly trust: Pick<AgentTrustStore, 'listGood' | 'insertAfter' | 'endOlder'>;
  readonly sign: (
    request: string,
    host: string,
  ) => Promise<{ readonly certificate: string; readonly issued: IssuedCertificate }>;
  /** How long a certificate lives that is issued now. */
  readonly lifeMs: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

interface AgentCertificateOptions extends AgentRenewal, Pick<SpreadRounds, 'intervalMs' | 'onError'> {
  readonly hosts: HostStore;
  readonly onRenewed: (host: string, issued: IssuedCertificate) => void;
}

export function startAgentCertificates(options: AgentCertificateOptions): Reconciler {
  const { hosts, onRenewed, intervalMs, onError } = options;
  return startSpreadRounds({
    list: async () => (await hosts.listWithAgent()).map((host) => host.id),
    look: async (id) => {
      const url = (await hosts.fetch(id))?.agentUrl;
      if (url === null || url === undefined) return;
      const issued = await renewAgent(options, url);
      if (issued !== undefined) onRenewed(agentHostOf(url), issued);
    },
    intervalMs,
    onError,
  });
}

/** Less than a third of its life is left. */
function isRenewalDue({ expireTime }: IssuedCertificate, lifeMs: number, now: number): boolean {
  return expireTime - now < lifeMs / 3;
}

/**
 * @returns the certificate that the agent has taken; undefined when there was nothing to do.
 * @throws AgentRefusal when the agent does not look after its certificate itself; AgentUnreachable
 */
export async function renewAgent(renewal: AgentRenewal, url: string): Promise<IssuedCertificate | undefined> {
  const { agents, trust, sign, lifeMs, clock } = renewal;
  const host = agentHostOf(url);
  // The oldest is the one in use: what was signed later and never came to the agent does not count.
  const [inUse] = await trust.listGood(host);
  if (inUse === undefined || !isRenewalDue(inUse, lifeMs, clock())) return undefined;
  const { request } = await agents.requestCertificate(url);
  const { certificate, issued } = await sign(request, host);
  if (!(await trust.insertAfter(inUse.fingerprint, issued))) return undefined;
  // Of two instances that renew at once, the agent takes the certificate of the first; that is the one that counts.
  const { fingerprint } = await agents.installCertificate(url, certificate);
  await trust.endOlder(host, fingerprint);
  return issued;
}
