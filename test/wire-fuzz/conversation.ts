/**
 * One connection full of nonsense, drawn from a seed. Packets with right lengths go out in small groups, each followed
 * by a query that has to be answered or the connection has to be closed; wrong lengths come last, because what follows
 * them is theirs.
 */
import { prepareCommands, randomCommand } from './commands.ts';
import { FuzzSocket } from './fuzz-socket.ts';
import { mutated } from './mutation.ts';
import { RandomChoice } from './random-choice.ts';
import { capability, frame, loginResponse, query, scrambleOf, tlsRequest } from './wire.ts';

export interface FuzzTarget {
  readonly ip: string;
  readonly sqlPort: number;
  readonly rootPassword: string;
}

/** @returns how many packets were sent. @throws Error when the server neither answers nor closes. */
export async function converse(target: FuzzTarget, seed: number): Promise<number> {
  const conversation = new Conversation(target, seed);
  try {
    await conversation.run();
    return conversation.packets;
  } finally {
    conversation.close();
  }
}

class Conversation {
  readonly #target: FuzzTarget;
  readonly #seed: number;
  readonly #random: RandomChoice;
  readonly #socket: FuzzSocket;
  packets = 0;

  constructor(target: FuzzTarget, seed: number) {
    this.#target = target;
    this.#seed = seed;
    this.#random = new RandomChoice(seed);
    this.#socket = new FuzzSocket(target.ip, target.sqlPort);
  }

  async run(): Promise<void> {
    const greeting = await this.#socket.greeting();
    if (this.#random.chance(0.2)) this.#beforeLogin(greeting);
    else await this.#afterLogin(greeting);
    if (this.#random.chance(0.2)) await this.#socket.reset();
    else await this.#socket.finish();
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(bytes: Uint8Array): void {
    this.packets += 1;
    this.#socket.send(bytes);
  }

  #login(greeting: Buffer): Buffer {
    const [user, password] = this.#random.of<readonly [string, string]>([
      ['root@sys', this.#target.rootPassword],
      ['root@tenant1', ''],
    ]);
    return loginResponse(user, password, scrambleOf(greeting));
  }

  #beforeLogin(greeting: Buffer): void {
    const random = this.#random;
    const login = this.#login(greeting);
    switch (random.integer(5)) {
      case 0:
        this.#send(random.bytes(random.integer(400)));
        break;
      case 1:
        this.#send(frame(random.bytes(random.integer(200)), 1));
        break;
      case 2:
        this.#send(frame(tlsRequest(capability.ssl), 1));
        this.#send(mutated(Buffer.from('16030100420100003e0303', 'hex'), random));
        break;
      case 3:
        this.#send(frame(login, 1).subarray(0, random.integer(login.length)));
        break;
      default:
        this.#send(frame(mutated(login, random), 1));
        this.#send(frame(random.bytes(20), 3));
    }
  }

  async #afterLogin(greeting: Buffer): Promise<void> {
    this.#socket.send(frame(this.#login(greeting), 1));
    for (const command of prepareCommands()) this.#socket.send(frame(command));
    for (let groups = 2 + this.#random.integer(20); groups > 0 && !this.#socket.isClosed; groups -= 1) {
      for (let count = 1 + this.#random.integer(8); count > 0; count -= 1) this.#sendCommand();
      const marker = `answer ${this.#seed}.${groups}`;
      this.#socket.send(frame(query(`SELECT '${marker}' AS answer`)));
      await this.#socket.answer(marker);
    }
    if (!this.#socket.isClosed) this.#sendLast();
  }

  #sendCommand(): void {
    const random = this.#random;
    const sequence = random.chance(0.1) ? random.integer(256) : 0;
    this.#send(frame(mutated(randomCommand(random), random), sequence));
  }

  #sendLast(): void {
    const random = this.#random;
    const bytes = frame(randomCommand(random));
    switch (random.integer(4)) {
      case 0:
        this.#send(bytes.subarray(0, random.integer(bytes.length)));
        break;
      case 1:
        bytes.writeUIntLE(random.integer(0xffffff), 0, 3);
        this.#send(bytes);
        break;
      case 2:
        this.#send(random.bytes(random.integer(3000)));
        break;
      default:
        // The client leaves in the middle of it.
        this.#send(frame(query('SELECT SLEEP(60)')));
    }
  }
}
