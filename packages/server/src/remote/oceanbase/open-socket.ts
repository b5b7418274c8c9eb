/**
 * Sockets before drivers. The driver allocates some 90 KB for each connection, also for one that is refused at once; a
 * fleet may have thousands of servers that do not answer, and all of them are tried again and again.
 */
import { connect, type Socket } from 'node:net';
import type { OutboundPolicy } from '../outbound-policy.ts';

/** @throws the error of the system, one with the code ETIMEDOUT, or OutboundRefusal */
export function openSocket(
  host: string,
  port: number,
  timeoutMs: number,
  outbound: OutboundPolicy,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    outbound.check(host);
    const socket = connect({ host, port, lookup: outbound.lookup, noDelay: true, keepAlive: true });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(Object.assign(new Error(`No answer from ${host}:${port}`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
