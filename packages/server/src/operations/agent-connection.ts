/** Connects servers with the agents of their hosts: which agent, and which home on the host is whose. */
import { homePath } from '@openocp/contract';
import { z } from 'zod';
import { formatAddress } from '../domain/server-address.ts';
import type { AgentClient } from '../remote/agent-client.ts';
import type { HostStore } from '../store/hosts.ts';
import type { Server, ServerStore } from '../store/servers.ts';

/** An agent as a client named it. */
export const namedAgent = z.strictObject({
  host: z.string(),
  url: z.string(),
  servers: z.array(z.strictObject({ port: z.int(), home: homePath })),
});
export type NamedAgent = z.infer<typeof namedAgent>;

export interface AgentConnection {
  readonly serverId: number;
  /** `ip:rpcPort` */
  readonly address: string;
  readonly isConnected: boolean;
  /** Which agent and home, or why not. */
  readonly words: string;
}

interface ConnectionServices {
  readonly servers: ServerStore;
  readonly hosts: HostStore;
  readonly agents: AgentClient;
}

/** All at once: one silent host keeps nobody waiting for longer than itself. In the order of the servers. */
export function connectAgents(
  services: ConnectionServices,
  servers: readonly Server[],
  agents: readonly NamedAgent[],
): Promise<AgentConnection[]> {
  return Promise.all(
    servers.map(async (server) => {
      const common = { serverId: server.id, address: formatAddress(server) };
      try {
        return { ...common, ...(await connect(services, server, agents)) };
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        return { ...common, isConnected: false, words };
      }
    }),
  );
}

async function connect(
  services: ConnectionServices,
  server: Server,
  agents: readonly NamedAgent[],
): Promise<{ isConnected: boolean; words: string }> {
  const found = agents.find((candidate) => candidate.host === server.ip);
  if (found === undefined) {
    const words = 'no agent was named; its process cannot be started or stopped from here.';
    return { isConnected: false, words };
  }
  const info = await services.agents.info(found.url);
  await services.hosts.saveAgent(server.hostId, found.url, info);
  const { homes } = info;
  const named = found.servers.find((entry) => entry.port === server.rpcPort)?.home;
  const home = named ?? (homes.length === 1 ? homes[0] : undefined);
  if (home === undefined) {
    const words = `agent ${found.url} serves ${homes.length} homes and none was named for this port.`;
    return { isConnected: false, words };
  }
  const request = { home, address: server.ip, ports: [] };
  const seen = await services.agents.inspect(found.url, request);
  await services.servers.saveAgent(server.id, { url: found.url, home });
  const pid = seen.process?.pid ?? 'none';
  return { isConnected: true, words: `agent ${found.url}, home ${home}, pid ${pid}.` };
}
