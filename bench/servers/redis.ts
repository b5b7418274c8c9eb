/** A Redis of its own that writes every command to disk before it answers. */
import { execFileSync } from 'node:child_process';
import { findFreePort } from '@openocp/testkit';
import { makeFolder } from '../run-folder.ts';
import { type PeerServer, startServerProcess } from './server-process.ts';

const program = 'redis-server';
const host = '127.0.0.1';

/** @throws Error when it is not installed. */
export async function startRedis(): Promise<PeerServer> {
  const version = /v=(\S+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1];
  const port = await findFreePort(host);
  const settings = {
    port: String(port),
    bind: host,
    dir: makeFolder('redis'),
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await startServerProcess(program, args, /ready to accept connections/i);
  return {
    version: version ?? 'unknown',
    createDatabase: async () => `redis://${host}:${port}`,
    stop: () => server.end('SIGKILL'),
  };
}
