/**
 * Sockets before drivers. The driver allocates some 90 KB for each connection, also for one that is refused at once; a
 * fleet may have thousands of servers that do not answer, and all of them are tried again and again.
 */
import { connect, type Socket } from 'node:net';

/** @throws the error of the system, or one with the code ETIMEDOUT */
export function openSocket(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
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
