/** Asks the agent of every host again and again who it is: a host whose agent is silent is shown OFFLINE, with the reason. */
import type { AgentClient } from '../remote/agent-client.ts';
import type { HostStore } from '../store/hosts.ts';
import type { Reconciler } from './reconciler.ts';
import type { ShareOfInstance } from './share-of-instance.ts';
import { type SpreadRounds, startSpreadRounds } from './spread-rounds.ts';

export interface HostLivenessOptions extends Pick<SpreadRounds, 'intervalMs' | 'onError'> {
  readonly share: ShareOfInstance;
  readonly hosts: HostStore;
  readonly agents: AgentClient;
}

export function startHostLiveness({ share, hosts, agents, ...pace }: HostLivenessOptions): Reconciler {
  return startSpreadRounds({
    list: async () => share((await hosts.listWithAgent()).map((host) => host.id)),
    look: (id) => lookAtHost(hosts, agents, id),
    ...pace,
  });
}

async function lookAtHost(hosts: HostStore, agents: AgentClient, id: number): Promise<void> {
  const url = (await hosts.fetch(id))?.agentUrl;
  if (url === null || url === undefined) return;
  try {
    await hosts.saveAgent(id, url, await agents.info(url));
  } catch (error) {
    await hosts.saveAgentFailure(id, error instanceof Error ? error.message : String(error));
  }
}
