/** A TCP proxy for tests that cuts connections around a chosen message of the client. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /**
   * Cuts the connection of the next client message that contains `text`: `before` the server sees it, or `after` the server
   * has answered it, so that only the answer is lost.
   */
  cutAt(text: string, when: 'before' | 'after'): void;
  /** Whether new connections are ended at once, as by a server that is down; those that are open stay. */
  refuse(isRefused: boolean): void;
  /** How often it has cut. */
  readonly cuts: number;
  stop(): Promise<void>;
}

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  let plan: { text: string; when: 'before' | 'after' } | undefined;
  let cuts = 0;
  let isRefusing = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (isRefusing) {
      client.destroy();
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // A cut connection ends with an error on either side; that is what it is for.
      socket.on('error', () => {});
    }
    const cut = (): void => {
      cuts += 1;
      client.destroy();
      target.destroy();
    };
    let isAnswerLost = false;
    client.on('data', (message) => {
      if (plan !== undefined && message.includes(plan.text)) {
        const { when } = plan;
        plan = undefined;
        if (when === 'before') {
          cut();
          return;
        }
        isAnswerLost = true;
      }
      target.write(message);
    });
    target.on('data', (message) => {
      if (isAnswerLost) cut();
      else client.write(message);
    });
    client.once('close', () => target.destroy());
    target.once('close', () => client.destroy());
  });
  const port = await listen(server);
  return {
    port,
    cutAt(text, when) {
      plan = { text, when };
    },
    refuse(isRefused) {
      isRefusing = isRefused;
    },
    get cuts() {
      return cuts;
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
