/** A PostgreSQL of its own, as it comes: fsync for every commit. It does not run as root, so root lends it another user. */
import { execFileSync } from 'node:child_process';
import { chownSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@openocp/testkit';
import { makeFolder } from '../run-folder.ts';
import { type PeerServer, startServerProcess } from './server-process.ts';

const host = '127.0.0.1';
const mostConnections = 200;

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Debian keeps the server's programs off the search path. The newest version wins. */
function findPrograms(): string {
  const found = globSync('/usr/lib/postgresql/*/bin/initdb').sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const newest = found.at(-1);
  return newest === undefined ? '' : newest.slice(0, -'initdb'.length);
}

function findAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** @throws Error when it is not installed. */
export async function startPostgres(): Promise<PeerServer> {
  const programs = findPrograms();
  const version = execFileSync(`${programs}postgres`, ['--version'], { encoding: 'utf8' }).trim();
  const folder = makeFolder('postgres');
  const account = findAccount();
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const initialise = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'];
  execFileSync(`${programs}initdb`, initialise, { ...account, cwd: folder, stdio: 'pipe' });
  const port = await findFreePort(host);
  const settings = {
    listen_addresses: host,
    unix_socket_directories: folder,
    max_connections: mostConnections,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const ready = /ready to accept connections/;
  const options = { ...account, cwd: folder };
  const server = await startServerProcess(
    `${programs}postgres`,
    ['-D', data, '-p', String(port), ...args],
    ready,
    options,
  );
  return {
    version: version.replace(/^postgres \(PostgreSQL\) /, '').replace(/ .*$/, ''),
    async createDatabase(name) {
      execFileSync(`${programs}createdb`, ['-h', host, '-p', String(port), '-U', 'postgres', name]);
      return `postgresql://postgres@${host}:${port}/${name}`;
    },
    // Ends its children too, at once.
    stop: () => server.end('SIGQUIT'),
  };
}
