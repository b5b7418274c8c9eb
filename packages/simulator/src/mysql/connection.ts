/**
 * One client: handshake, then command after command. Whatever arrives that is no packet, no handshake or no command
 * closes this connection and nothing else. Nothing is read ahead of a client that does not take its answers, and a
 * connection that was told to end hears nothing more.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { KernelError, kernelError, mysqlErrorOf } from '../kernel-error.ts';
import { MalformedPacket } from './byte-reader.ts';
import { capability, serverStatus } from './capabilities.ts';
import { CommandRunner } from './command-runner.ts';
import {
  authSwitchRequest,
  type HandshakeResponse,
  initialHandshake,
  isTlsRequest,
  parseChangeUser,
  parseHandshakeResponse,
} from './handshake.ts';
import type { LiveConnections } from './live-connections.ts';
import { isPasswordRight, nativePasswordPlugin, newScramble } from './native-password.ts';
import { encodePacket, type Packet, PacketReader } from './packet.ts';
import { errorPacket, okPacket } from './response-packets.ts';
import type { Session, SqlServerOptions } from './session.ts';
import type { TlsUpgrade } from './tls-upgrade.ts';

/** A client has this long to log in. */
const loginTimeoutMs = 10_000;

/** The kernel's max_allowed_packet is 16 MB: a payload that needs a second packet is refused. */
const maxPayload = 0xffffff;

/** What may lie unread here while a command runs; reading stops beyond it. */
const maxBuffered = 1024 * 1024;

type Stage = 'handshake' | 'auth-switch' | 'commands';

export interface ConnectionOptions extends SqlServerOptions {
  readonly live: LiveConnections;
  readonly upgradeToTls: TlsUpgrade;
}

export class Connection {
  #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #connectionId: number;
  readonly #reader = new PacketReader(maxPayload);
  readonly #loginTimer: NodeJS.Timeout;
  #working = false;
  #ended = false;
  #encrypted = false;
  #stage: Stage = 'handshake';
  #sequence = 0;
  #scramble = newScramble();
  #pendingLogin: HandshakeResponse | undefined;
  #runner: CommandRunner | undefined;
  #session: Session | undefined;

  constructor(socket: Socket, connectionId: number, options: ConnectionOptions) {
    this.#socket = socket;
    this.#connectionId = connectionId;
    this.#options = options;
    this.#loginTimer = setTimeout(() => this.#socket.destroy(), loginTimeoutMs).unref();
    socket.setNoDelay(true);
    this.#listen(socket);
    if (!options.tenants.isHung()) {
      this.#send(initialHandshake(connectionId, options.tenants.serverVersion, this.#scramble));
    }
  }

  #listen(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#forget());
    socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      if (!this.#working) void this.#work();
      else if (this.#reader.buffered > maxBuffered) socket.pause();
    });
  }

  #forget(): void {
    this.#ended = true;
    clearTimeout(this.#loginTimer);
    this.#options.live.remove(this.#connectionId);
    this.#session?.close();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let packet = this.#next(); packet !== undefined; packet = this.#next()) {
      // Accepted, and never answered.
      if (this.#options.tenants.isHung()) return;
      await this.#answer(packet);
      if (this.#socket.writableNeedDrain && !this.#ended) await this.#drained();
    }
    this.#working = false;
    this.#socket.resume();
  }

  #next(): Packet | undefined {
    return this.#ended ? undefined : this.#reader.next();
  }

  async #drained(): Promise<void> {
    const closed = new AbortController();
    const close = () => closed.abort();
    this.#socket.once('close', close);
    await once(this.#socket, 'drain', { signal: closed.signal }).catch(() => undefined);
    this.#socket.off('close', close);
  }

  /** The packets of an answer go out together, as the kernel sends them. */
  async #answer(packet: Packet): Promise<void> {
    const socket = this.#socket;
    socket.cork();
    try {
      await this.#handle(packet);
    } catch (error) {
      if (error instanceof KernelError) {
        const { errno, state, text } = mysqlErrorOf(error);
        this.#send(errorPacket(errno, state, text));
        if (this.#stage !== 'commands') this.#end();
      } else {
        this.#ended = true;
        this.#socket.destroy();
        // A defect of the server costs this client its connection, and must not go unseen.
        if (!(error instanceof MalformedPacket)) throw error;
      }
    } finally {
      socket.uncork();
    }
  }

  /** What was sent still goes out. */
  #end(): void {
    this.#ended = true;
    this.#socket.destroySoon();
  }

  async #handle({ sequence, payload, tooLarge }: Packet): Promise<void> {
    this.#sequence = (sequence + 1) & 0xff;
    if (tooLarge) throw kernelError('packetTooLarge');
    switch (this.#stage) {
      case 'handshake':
        if (!this.#encrypted && isTlsRequest(payload)) this.#startTls();
        else this.#login(parseHandshakeResponse(payload));
        break;
      case 'auth-switch':
        this.#finishSwitch(payload);
        break;
      case 'commands':
        if (payload.length === 0) throw new MalformedPacket('empty command');
        if (payload.readUInt8(0) === 0x11)
          this.#login(parseChangeUser(payload.subarray(1), this.#capabilities));
        else if (payload.readUInt8(0) === 0x01) this.#end();
        else await this.#runner?.run(payload);
        break;
    }
  }

  #startTls(): void {
    this.#encrypted = true;
    this.#socket.removeAllListeners('data');
    this.#socket = this.#options.upgradeToTls(this.#socket, this.#reader.takeRest());
    this.#listen(this.#socket);
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
    if (this.#pendingLogin === undefined) throw new MalformedPacket('no login under way');
    this.#admit(this.#pendingLogin, payload);
  }

  #admit(response: HandshakeResponse, answer: Buffer): void {
    this.#stage = 'handshake';
    const { live, tenants, openSession } = this.#options;
    const clientAddress = this.#socket.remoteAddress ?? 'unknown';
    const { user, tenantId, tenantName } = tenants.admit({
      user: response.user,
      clientAddress,
      hasPassword: answer.length > 0,
      isRight: (stored) => isPasswordRight(stored, this.#scramble, answer),
    });
    this.#session?.close();
    const wantsFoundRows = (response.capabilities & capability.foundRows) !== 0;
    const connectionId = this.#connectionId;
    const identity = { user, tenantId, tenantName, clientAddress, connectionId, wantsFoundRows };
    const session = openSession(identity, live);
    this.#session = session;
    if (response.database !== '') session.useDatabase(response.database);
    this.#runner = new CommandRunner(session, (payload) => this.#send(payload));
    this.#stage = 'commands';
    clearTimeout(this.#loginTimer);
    live.add({
      identity,
      clientPort: this.#socket.remotePort ?? 0,
      encrypted: this.#encrypted,
      activity: () => session.activity(),
      interrupt: () => session.interrupt(),
      destroy: () => this.#socket.destroy(),
    });
    this.#send(okPacket(0, serverStatus.autocommit));
  }

  #send(payload: Uint8Array): void {
    const { bytes, next } = encodePacket(payload, this.#sequence);
    this.#sequence = next;
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }
}
