/** A server beside those that the stack began with: what the operations that change a cluster's members work on. */
import { addHost, type NewHost, type Stack } from '@openocp/testkit';
import { z } from 'zod';

const listed = z.object({
  contents: z.array(z.looseObject({ id: z.int(), ip: z.string(), status: z.string() })),
});

interface ListedServer {
  readonly id: number;
  readonly ip: string;
  readonly status: string;
}

/** The host of the newest one, by stack; a home that has held a server holds no other. */
const newest = new WeakMap<Stack, NewHost>();

export function newcomerOf(stack: Stack): NewHost {
  const host = newest.get(stack);
  if (host === undefined) throw new Error('no host was added to this stack');
  return host;
}

async function listNewcomers(stack: Stack): Promise<ListedServer[]> {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/servers`;
  const { contents } = await stack.api.data(listed, 'GET', path);
  return contents.filter(({ ip }) => !stack.cluster.servers.some((server) => server.ip === ip));
}

export async function findNewcomer(stack: Stack): Promise<ListedServer | undefined> {
  return (await listNewcomers(stack)).find(({ ip }) => ip === newest.get(stack)?.ip);
}

export async function prepareHost(stack: Stack, zone: string): Promise<void> {
  newest.set(stack, await addHost(stack, zone));
}

/** Deletes whatever earlier cases have added. */
export async function deleteNewcomers(stack: Stack): Promise<void> {
  if (!newest.has(stack)) return;
  const servers = (await listNewcomers(stack)).map(({ id }) => id);
  if (servers.length > 0)
    await stack.waitForTask((await stack.submitTo('servers/batchDelete', { servers })).id);
}

/** Makes sure that there is one, in service. @returns its id. */
export async function bringNewcomer(stack: Stack, zone: string): Promise<number> {
  if ((await findNewcomer(stack))?.status !== 'RUNNING') {
    await deleteNewcomers(stack);
    await prepareHost(stack, zone);
    const { hostId } = newcomerOf(stack);
    await stack.waitForTask((await stack.submitTo('servers', { zoneName: zone, servers: [hostId] })).id);
  }
  const server = await findNewcomer(stack);
  if (server === undefined) throw new Error('the server that was just added is not there');
  return server.id;
}
