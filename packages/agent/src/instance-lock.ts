/**
 * One agent per data directory: two would write one journal and signal twice.
 *
 * The lock is an abstract unix socket, named after the directory's device and inode so that every path to it counts
 * as the same. The kernel drops it with the process, however that ends; a pid file would outlive a kill -9.
 */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { isSystemError } from './agent-failure.ts';

/** @returns the held lock; closing it releases. @throws Error when another agent holds it. */
export async function holdInstanceLock(dataDir: string): Promise<Server> {
  const { dev, ino } = statSync(dataDir);
  const lock = createServer((socket) => socket.destroy());
  lock.listen(`\0openocp-agent:${dev}:${ino}`);
  try {
    await once(lock, 'listening');
  } catch (cause) {
    if (isSystemError(cause, 'EADDRINUSE')) {
      throw new Error(`another agent already runs on ${dataDir}`, { cause });
    }
    throw cause;
  }
  lock.unref();
  return lock;
}
