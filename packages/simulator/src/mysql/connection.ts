/**
 * One client: handshake, then command after command. Whatever arrives that is no packet, no handshake or no command
 * closes this connection and nothing else.
 */
import type { Socket } from 'node:net';
import { KernelError, mysqlErrorOf } from '../kernel-error.ts';
import { capability, serverStatus } from './capabilities.ts';
import { CommandRunner } from './command-runner.ts';
import {
  authSwitchRequest,
  type HandshakeResponse,
  initialHandshake,
  parseChangeUser,
  parseHandshakeResponse,
} from './handshake.ts';
import { isPasswordRight, nativePasswordPlugin, newScramble } from './native-password.ts';
import { encodePacket, type Packet, PacketReader } from './packet.ts';
import { errorPacket, okPacket } from './response-packets.ts';
import type { Session, SqlServerOptions } from './session.ts';

/** A client has this long to log in. */
const loginTimeoutMs = 10_000;

type Stage = 'handshake' | 'auth-switch' | 'commands';

export class Connection {
  readonly #socket: Socket;
  readonly #options: SqlServerOptions;
  readonly #connectionId: number;
  readonly #reader = new PacketReader();
  readonly #queue: Packet[] = [];
  #working = false;
  #stage: Stage = 'handshake';
  #sequence = 0;
  #scramble = newScramble();
  #pendingLogin: HandshakeResponse | undefined;
  #runner: CommandRunner | undefined;
  #session: Session | undefined;

  constructor(socket: Socket, connectionId: number, options: SqlServerOptions) {
    this.#socket = socket;
    this.#connectionId = connectionId;
    this.#options = options;
    socket.setNoDelay(true);
    socket.setTimeout(loginTimeoutMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#session?.close());
    socket.on('data', (chunk) => this.#receive(chunk));
    if (!options.tenants.isHung()) {
      this.#send(initialHandshake(connectionId, options.tenants.serverVersion, this.#scramble));
    }
  }

  #receive(chunk: Buffer | string): void {
    try {
      this.#queue.push(...this.#reader.push(chunk));
    } catch {
      this.#socket.destroy();
      return;
    }
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let packet = this.#queue.shift(); packet !== undefined; packet = this.#queue.shift()) {
      // Accepted, and never answered.
      if (this.#options.tenants.isHung()) return;
      try {
        await this.#handle(packet);
      } catch (error) {
        if (!(error instanceof KernelError)) {
          this.#socket.destroy();
          break;
        }
        this.#sendError(error);
        if (this.#stage !== 'commands') this.#socket.end();
      }
    }
    this.#working = false;
  }

  async #handle({ sequence, payload }: Packet): Promise<void> {
    this.#sequence = (sequence + 1) & 0xff;
    switch (this.#stage) {
      case 'handshake':
        this.#login(parseHandshakeResponse(payload));
        break;
      case 'auth-switch':
        this.#finishSwitch(payload);
        break;
      case 'commands':
        if (payload.length === 0) throw new RangeError('empty command');
        if (payload.readUInt8(0) === 0x11)
          this.#login(parseChangeUser(payload.subarray(1), this.#capabilities));
        else if (payload.readUInt8(0) === 0x01) this.#socket.end();
        else await this.#runner?.run(payload);
        break;
    }
  }

  get #capabilities(): number {
    return this.#pendingLogin?.capabilities ?? 0;
  }

  #login(response: HandshakeResponse): void {
    this.#pendingLogin = response;
    if (response.plugin !== nativePasswordPlugin) {
      this.#stage = 'auth-switch';
      this.#scramble = newScramble();
      this.#send(authSwitchRequest(this.#scramble));
      return;
    }
    this.#admit(response, response.answer);
  }

  #finishSwitch(payload: Buffer): void {
    if (this.#pendingLogin === undefined) throw new RangeError('no login under way');
    this.#admit(this.#pendingLogin, payload);
  }

  #admit(response: HandshakeResponse, answer: Buffer): void {
    this.#stage = 'handshake';
    const clientAddress = this.#socket.remoteAddress ?? 'unknown';
    const { user, tenantId, tenantName } = this.#options.tenants.admit({
      user: response.user,
      clientAddress,
      hasPassword: answer.length > 0,
      isRight: (stored) => isPasswordRight(stored, this.#scramble, answer),
    });
    this.#session?.close();
    const wantsFoundRows = (response.capabilities & capability.foundRows) !== 0;
    const connectionId = this.#connectionId;
    const identity = { user, tenantId, tenantName, clientAddress, connectionId, wantsFoundRows };
    this.#session = this.#options.openSession(identity);
    if (response.database !== '') this.#session.useDatabase(response.database);
    const multi = (response.capabilities & capability.multiStatements) !== 0;
    this.#runner = new CommandRunner(this.#session, multi, (payload) => this.#send(payload));
    this.#stage = 'commands';
    this.#socket.setTimeout(0);
    this.#send(okPacket(0, serverStatus.autocommit));
  }

  #send(payload: Uint8Array): void {
    const { bytes, next } = encodePacket(payload, this.#sequence);
    this.#sequence = next;
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  #sendError(error: KernelError): void {
    const { errno, state, text } = mysqlErrorOf(error);
    this.#send(errorPacket(errno, state, text));
  }
}
