import { createServer, type Server } from 'node:net';
import { Connection } from './connection.ts';
import type { SqlServerOptions } from './session.ts';

/** Binds exactly `ip:port`; rejects when the port is taken. */
export function startSqlServer(ip: string, port: number, options: SqlServerOptions): Promise<Server> {
  // Connection ids name the session in the whole cluster, so the start differs by server.
  let connectionId = 3_221_000_000 + (port % 997) * 1000;
  const server = createServer((socket) => {
    connectionId += 1;
    new Connection(socket, connectionId, options);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ip, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
