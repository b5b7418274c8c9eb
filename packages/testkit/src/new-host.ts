/** One more host beside those of a stack: a home with the software, and an agent that the control plane knows. */
import { type PreparedHome, prepareHome } from '@openocp/simulator';
import { z } from 'zod';
import type { Stack } from './stack.ts';
import { issueCertificates, startAgent } from './start-stack.ts';

export interface NewHost extends PreparedHome {
  /** The control plane's id of the host. */
  readonly hostId: number;
  readonly agentUrl: string;
}

/** @param zone that a server in the home will belong to; none is started. */
export async function addHost(stack: Stack, zone: string): Promise<NewHost> {
  const home = await prepareHome(stack.cluster.dataFolder, { zone });
  const pki = await issueCertificates(stack, [home.ip]);
  const agent = await startAgent(stack.folder, home.ip, home.home, pki);
  stack.addAgents([agent]);
  const host = z.looseObject({ id: z.int() });
  const body = { innerIpAddress: home.ip, agentUrl: agent.url };
  const { id } = await stack.api.data(host, 'POST', '/api/v2/compute/hosts', body);
  return { ...home, hostId: id, agentUrl: agent.url };
}
