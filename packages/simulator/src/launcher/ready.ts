/** Waiting for a started cluster: bootstrap every server, then look until all of it serves. */
import { addressOf } from '../address.ts';
import { InnerTables, sysLsKey, type TablesImage } from '../cluster/inner-tables.ts';
import { locationRows } from '../cluster/locations.ts';
import type { ReadTablesReply } from '../cluster/messages.ts';
import { RpcClient } from '../rpc/rpc-client.ts';
import { nowUs } from '../timing.ts';
import { wait } from '../wait.ts';
import type { PlannedServer } from './cluster-plan.ts';

/** The launcher's own name in calls; nobody calls back. */
const launcher = '127.0.0.1:1';

export interface BringUp {
  readonly servers: readonly PlannedServer[];
  readonly image: TablesImage;
  readonly deadline: number;
  /** Rejects, or tells what went wrong, as soon as a server has died. */
  readonly assertAlive: () => void;
}

export async function bootstrapAndWait(bringUp: BringUp): Promise<void> {
  const clients = new Map(
    bringUp.servers.map(({ ip, port }) => [
      addressOf(ip, port),
      new RpcClient(launcher, addressOf(ip, port)),
    ]),
  );
  try {
    // Members of the sys log stream last: root service, once elected, then meets nobody who is not there yet.
    const members = new Set(sysMembers(bringUp.image));
    for (const isMember of [false, true]) {
      const part = [...clients].filter(([server]) => members.has(server) === isMember);
      await Promise.all(part.map(([, client]) => bootstrap(client, bringUp)));
    }
    await waitUntilServing(clients, bringUp);
  } finally {
    for (const client of clients.values()) client.close();
  }
}

function sysMembers(image: TablesImage): readonly string[] {
  return image.tables.streams?.find(([key]) => key === sysLsKey)?.[1].members ?? [];
}

async function bootstrap(client: RpcClient, { image, deadline, assertAlive }: BringUp): Promise<void> {
  for (;;) {
    try {
      await client.call('bootstrap', image, 2000);
      return;
    } catch (error) {
      assertAlive();
      if (Date.now() > deadline) throw new Error('a server does not answer', { cause: error });
      await wait(30);
    }
  }
}

async function waitUntilServing(clients: ReadonlyMap<string, RpcClient>, bringUp: BringUp): Promise<void> {
  let missing = 'no root service';
  while (Date.now() < bringUp.deadline) {
    bringUp.assertAlive();
    for (const client of clients.values()) {
      missing = (await lookAt(client)) ?? missing;
      if (missing === '') return;
    }
    await wait(50);
  }
  throw new Error(`the cluster is not ready in time: ${missing}`);
}

/** What is still missing, empty when nothing is; undefined when this server is not root service. */
async function lookAt(client: RpcClient): Promise<string | undefined> {
  let reply: ReadTablesReply;
  try {
    reply = (await client.call('read_tables', { have: { term: -1, index: -1 } }, 2000)) as ReadTablesReply;
  } catch {
    return undefined;
  }
  const tables = new InnerTables();
  if (reply.image !== null) tables.restore(reply.image);
  const booting = [...tables.servers].filter(
    ([, row]) => row.status !== 'ACTIVE' || row.startServiceTime === 0,
  );
  if (booting.length > 0) return `not in service: ${booting.map(([server]) => server).join(', ')}`;
  const led = locationRows({ tables, rs: reply.rs, rsEpoch: reply.epoch }, nowUs()).filter(
    ({ role }) => role === 'LEADER',
  );
  const leaderless = tables.streams.size - led.length;
  return leaderless > 0 ? `${leaderless} log streams have no leader` : '';
}
