import { createServer, type Server } from 'node:net';
import { Connection } from './connection.ts';
import { LiveConnections } from './live-connections.ts';
import type { SqlServerOptions } from './session.ts';
import { tlsUpgrade } from './tls-upgrade.ts';

export interface SqlServer {
  readonly server: Server;
  readonly live: LiveConnections;
}

/** Binds exactly `ip:port`; rejects when the port is taken. */
export function startSqlServer(ip: string, port: number, options: SqlServerOptions): Promise<SqlServer> {
  // Connection ids name the session in the whole cluster, so the start differs by server.
  let connectionId = 3_221_000_000 + (port % 997) * 1000;
  const live = new LiveConnections();
  const connectionOptions = { ...options, live, upgradeToTls: tlsUpgrade(ip) };
  const server = createServer((socket) => {
    connectionId += 1;
    new Connection(socket, connectionId, connectionOptions);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ip, () => {
      server.off('error', reject);
      resolve({ server, live });
    });
  });
}
