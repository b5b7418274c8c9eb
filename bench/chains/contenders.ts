/** Who runs chains: we, and the peers with the servers that they need. */
import { fileURLToPath } from 'node:url';
import { type BenchmarkOptions, bareSqlite } from '../benchmark.ts';
import { fetchPeerVersions } from '../peers/install.ts';
import { makeFolder } from '../run-folder.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import type { PeerServer } from '../servers/server-process.ts';
import { type ChainHost, startChainHost } from './chain-host.ts';

export interface Contender {
  readonly system: string;
  /** A new process on the same database, with its settings for so many chains at once. */
  readonly start: (inFlight: number) => Promise<ChainHost>;
}

export interface Contest {
  readonly contenders: readonly Contender[];
  readonly versions: Readonly<Record<string, string>>;
  readonly skipped: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

interface PeerKind {
  readonly system: string;
  /** In the folder of the peers; its arguments are how many chains at once, the server's url, and `variant`. */
  readonly program: string;
  readonly variant?: string;
  readonly packageName: string;
  readonly server: 'Redis' | 'PostgreSQL';
}

const peers: readonly PeerKind[] = [
  { system: 'bullmq', program: 'bullmq.mjs', variant: 'add', packageName: 'bullmq', server: 'Redis' },
  { system: 'bullmq-flow', program: 'bullmq.mjs', variant: 'flow', packageName: 'bullmq', server: 'Redis' },
  {
    system: 'graphile-worker',
    program: 'graphile-worker.mjs',
    packageName: 'graphile-worker',
    server: 'PostgreSQL',
  },
  { system: 'pg-boss', program: 'pg-boss.mjs', packageName: 'pg-boss', server: 'PostgreSQL' },
  { system: 'dbos', program: 'dbos.mjs', packageName: '@dbos-inc/dbos-sdk', server: 'PostgreSQL' },
];
const startServer = { Redis: startRedis, PostgreSQL: startPostgres };

function programOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export async function openContest({ includes }: BenchmarkOptions): Promise<Contest> {
  const contenders: Contender[] = [];
  const versions: Record<string, string> = {};
  const skipped: Record<string, string> = {};
  const servers = new Map<PeerKind['server'], Promise<PeerServer>>();
  if (includes('openocp')) {
    const url = `sqlite:${makeFolder('chains')}/openocp.db`;
    const program = programOf('./openocp-chains.ts');
    contenders.push({ system: 'openocp', start: () => startChainHost(program, ['openocp', url]) });
    versions.openocp = `SQLite ${process.versions.sqlite}`;
  }
  if (includes(bareSqlite)) {
    const url = `sqlite:${makeFolder('bare')}/openocp.db`;
    const program = fileURLToPath(new URL('./bare-chains.ts', import.meta.url));
    contenders.push({ system: bareSqlite, start: () => startChainHost(program, [url]) });
  }
  for (const peer of peers.filter(({ system }) => includes(system))) {
    try {
      const version = fetchPeerVersions().get(peer.packageName);
      const server = servers.get(peer.server) ?? startServer[peer.server]();
      servers.set(peer.server, server);
      contenders.push(await contenderOf(peer, await server));
      versions[peer.system] = `${version}, ${peer.server} ${(await server).version}`;
    } catch (error) {
      skipped[peer.system] = reasonOf(error, peer);
    }
  }
  const end = async (): Promise<void> => {
    for (const started of await Promise.allSettled(servers.values())) {
      if (started.status === 'fulfilled') await started.value.stop();
    }
  };
  return { contenders, versions, skipped, end };
}

function reasonOf(error: unknown, { server }: PeerKind): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOENT' ? `${server} is not installed` : error.message;
}

async function contenderOf(peer: PeerKind, server: PeerServer): Promise<Contender> {
  const { system, variant = '' } = peer;
  const url = await server.createDatabase(system.replaceAll('-', '_'));
  const program = programOf(`../peers/${peer.program}`);
  return { system, start: (inFlight) => startChainHost(program, [String(inFlight), url, variant]) };
}
