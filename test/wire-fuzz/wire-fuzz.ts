/**
 * Talks nonsense to a real process of a simulated observer, over several connections at once, while another connection
 * works on. It must stay up, answer or close, forget every connection, and log no defect of its own.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type SimulatedServer, startSimulatedCluster } from '@openocp/simulator';
import { waitFor } from '@openocp/testkit';
import { converse, type FuzzTarget } from './conversation.ts';
import { FuzzSocket } from './fuzz-socket.ts';
import { frame, loginResponse, query, scrambleOf } from './wire.ts';

export interface WireFuzzOptions {
  readonly packets: number;
  readonly firstSeed: number;
  readonly ipBase: string;
  readonly onProgress?: (packets: number) => void;
}

export interface WireFuzzReport {
  readonly packets: number;
  readonly conversations: number;
  /** Queries of the connection beside it. */
  readonly witnessed: number;
  readonly rssMiB: number;
  /** Repeats one conversation; those of the same moment share the blame when the process dies. */
  readonly failures: readonly { readonly seed: number; readonly error: unknown }[];
  /** What is wrong with the server when all is over. */
  readonly findings: readonly string[];
}

const parallel = 8;

export async function runWireFuzz(options: WireFuzzOptions): Promise<WireFuzzReport> {
  const cluster = await startSimulatedCluster({ zones: 1, servers: 1, ipBase: options.ipBase });
  try {
    const [server] = cluster.servers;
    if (server === undefined) throw new Error('the cluster has no server');
    return await fuzzServer({ ...server, rootPassword: cluster.rootPassword }, options);
  } finally {
    await cluster.stop();
  }
}

async function fuzzServer(
  server: SimulatedServer & FuzzTarget,
  { packets: wanted, firstSeed, onProgress = () => undefined }: WireFuzzOptions,
): Promise<WireFuzzReport> {
  const failures: { seed: number; error: unknown }[] = [];
  const witness = new Witness(server);
  await witness.start();
  const socketsBefore = countSockets(server.pid);
  let packets = 0;
  let seed = firstSeed;
  const work = async () => {
    while (packets < wanted && failures.length === 0) {
      const own = seed++;
      try {
        const sent = await converse(server, own);
        packets += sent;
        onProgress(packets);
      } catch (error) {
        failures.push({ seed: own, error });
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  // The witness goes first: its socket was counted.
  const findings = [...(await witness.stop()), ...(await inspectServer(server, socketsBefore - 1))];
  const report = { packets, conversations: seed - firstSeed, witnessed: witness.answers, failures, findings };
  return { ...report, rssMiB: residentMiB(server.pid) };
}

/** An honest client that must not notice anything. */
class Witness {
  readonly #server: FuzzTarget;
  readonly #socket: FuzzSocket;
  #stopped = false;
  #work: Promise<string[]> = Promise.resolve([]);
  answers = 0;

  constructor(server: FuzzTarget) {
    this.#server = server;
    this.#socket = new FuzzSocket(server.ip, server.sqlPort);
  }

  async start(): Promise<void> {
    const greeting = await this.#socket.greeting();
    this.#socket.send(frame(loginResponse('root@sys', this.#server.rootPassword, scrambleOf(greeting)), 1));
    await this.#ask();
    this.#work = this.#askOn();
  }

  async #ask(): Promise<void> {
    const marker = `witness ${this.answers}`;
    this.#socket.send(
      frame(query(`SELECT '${marker}' AS answer FROM oceanbase.DBA_OB_SERVERS WHERE status = 'ACTIVE'`)),
    );
    await this.#socket.answer(marker);
    if (this.#socket.isClosed) throw new Error('it was closed');
    this.answers += 1;
  }

  async #askOn(): Promise<string[]> {
    try {
      while (!this.#stopped) await this.#ask();
      return [];
    } catch (error) {
      return [`the connection beside it: ${String(error)}`];
    } finally {
      this.#socket.destroy();
    }
  }

  stop(): Promise<string[]> {
    this.#stopped = true;
    return this.#work;
  }
}

async function inspectServer(server: SimulatedServer, socketsBefore: number): Promise<string[]> {
  const findings: string[] = [];
  try {
    await waitFor(
      'as many sockets as before',
      () => (countSockets(server.pid) <= socketsBefore ? true : undefined),
      { timeoutMs: 15_000 },
    );
  } catch (error) {
    findings.push(`process ${server.pid}: ${String(error)}`);
  }
  const defects = logLines(server.home).filter((line) => /uncaught|statement failed/.test(line));
  for (const line of new Set(defects.map((line) => line.slice(line.indexOf(' '), 300)))) findings.push(line);
  return findings;
}

/** Of the log and the one before it. */
function logLines(home: string): string[] {
  const files = ['log/observer.log.1', 'log/observer.log'].map((name) => join(home, name));
  return files.filter((file) => existsSync(file)).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
}

/** @throws ENOENT when the process has gone. */
function countSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)).startsWith('socket:');
    } catch {
      // Closed meanwhile.
      return false;
    }
  }).length;
}

function residentMiB(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    // Gone, which the findings say.
    return 0;
  }
}
