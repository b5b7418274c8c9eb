/**
 * Sessions with a cluster: any server that answers will do, and a sick one is never waited for. Connection attempts are
 * staggered and raced; the first to log in wins. Short queries share one kept session per cluster, long statements get
 * a session of their own so that nothing queues behind them.
 */
import type { ClusterAccess, SqlCredentials, SqlEndpoint } from '../../domain/cluster-access.ts';
import { isSameAddress, type ServerAddress } from '../../domain/server-address.ts';
import type { OutboundPolicy } from '../outbound-policy.ts';
import { ConnectionFailure, KernelError } from './kernel-error.ts';
import { openSession, type Session } from './session.ts';

/** A kept session whose server takes longer than this for `SELECT 1` hangs. Milliseconds. */
const aliveTimeoutMs = 1_000;

export interface SessionChoice {
  /** Asked last, because they are about to be stopped. */
  readonly avoid?: readonly ServerAddress[];
}

/** After this pause the next endpoint is tried beside the ones that have not answered yet. Milliseconds. */
const staggerMs = 150;
const connectTimeoutMs = 3_000;

export class ClusterSessions {
  readonly #kept = new Map<string, Session>();
  readonly #outbound: OutboundPolicy;

  constructor(outbound: OutboundPolicy) {
    this.#outbound = outbound;
  }

  /** Opens a session with this very server; the caller closes it. @throws KernelError, ConnectionFailure */
  connect(endpoint: SqlEndpoint, credentials: SqlCredentials, timeoutMs: number): Promise<Session> {
    return openSession(endpoint, credentials, timeoutMs, this.#outbound);
  }

  /** Runs `use` on the kept session of the cluster, or on a new one. A session that fails is not kept. */
  async with<T>(
    access: ClusterAccess,
    choice: SessionChoice,
    use: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = (await this.#take(access, choice)) ?? (await this.open(access, choice));
    try {
      const result = await use(session);
      this.#keep(access.key, session);
      return result;
    } catch (error) {
      if (error instanceof KernelError) this.#keep(access.key, session);
      else session.close();
      throw error;
    }
  }

  /** Opens a session for one long statement; the caller closes it. */
  open(access: ClusterAccess, choice: SessionChoice): Promise<Session> {
    return connectAny((...target) => this.connect(...target), access, choice);
  }

  /** Closes the kept session of a cluster that is no longer managed. */
  close(key: string): void {
    this.#kept.get(key)?.close();
    this.#kept.delete(key);
  }

  closeAll(): void {
    for (const session of this.#kept.values()) session.close();
    this.#kept.clear();
  }

  /** Takes the kept session out of the map: two callers never share one at the same time. */
  async #take(access: ClusterAccess, { avoid = [] }: SessionChoice): Promise<Session | undefined> {
    const session = this.#kept.get(access.key);
    if (session === undefined) return undefined;
    this.#kept.delete(access.key);
    const usable =
      access.endpoints.some((endpoint) => isSameAddress(endpoint, session.endpoint)) &&
      !avoid.some((address) => isSameAddress(address, session.endpoint));
    if (usable && (await isAlive(session))) return session;
    session.close();
    return undefined;
  }

  #keep(key: string, session: Session): void {
    const other = this.#kept.get(key);
    if (other !== undefined && other !== session) session.close();
    else this.#kept.set(key, session);
  }
}

async function isAlive(session: Session): Promise<boolean> {
  return session.execute('SELECT 1', { timeoutMs: aliveTimeoutMs }).then(
    () => true,
    () => false,
  );
}

/** @throws KernelError when a server refused the login; ConnectionFailure naming every server tried otherwise. */
async function connectAny(
  connect: ClusterSessions['connect'],
  access: ClusterAccess,
  { avoid = [] }: SessionChoice,
): Promise<Session> {
  const avoided = (endpoint: SqlEndpoint) => avoid.some((address) => isSameAddress(endpoint, address));
  const ordered = [...access.endpoints.filter((e) => !avoided(e)), ...access.endpoints.filter(avoided)];
  if (ordered.length === 0) throw new ConnectionFailure('no address of the cluster is known', false);
  try {
    return await race(connect, ordered, access.credentials);
  } catch (error) {
    const isRefused = error instanceof KernelError && error.class === 'authentication';
    if (access.next === undefined || !isRefused) throw error;
    return race(connect, ordered, access.next);
  }
}

function race(
  connect: ClusterSessions['connect'],
  endpoints: readonly SqlEndpoint[],
  credentials: SqlCredentials,
): Promise<Session> {
  const { promise, resolve, reject } = Promise.withResolvers<Session>();
  const failures: Error[] = [];
  let next = 0;
  let pending = 0;
  let settled = false;
  let timer: NodeJS.Timeout | undefined;
  const finish = (end: () => void) => {
    settled = true;
    clearTimeout(timer);
    end();
  };
  const fail = (error: Error) => {
    pending -= 1;
    failures.push(error);
    if (settled) return;
    if (next < endpoints.length) startNext();
    else if (pending === 0) finish(() => reject(summarise(failures)));
  };
  const startNext = () => {
    clearTimeout(timer);
    const endpoint = endpoints[next];
    if (endpoint === undefined || settled) return;
    next += 1;
    pending += 1;
    connect(endpoint, credentials, connectTimeoutMs).then(
      (session) => (settled ? session.close() : finish(() => resolve(session))),
      fail,
    );
    if (next < endpoints.length) timer = setTimeout(startNext, staggerMs);
  };
  startNext();
  return promise;
}

/** A wrong password is the more useful news than a dead host. */
function summarise(failures: readonly Error[]): Error {
  const refused = failures.find((error) => error instanceof KernelError && error.class === 'authentication');
  if (refused !== undefined) return refused;
  const text = failures.map((error) => error.message).join('; ');
  return new ConnectionFailure(`no server of the cluster answered: ${text}`, false, { cause: failures[0] });
}
