/**
 * A client that sends at fixed times, whether or not earlier answers came, with signed calls as programs make them. What a
 * call took is counted from the time when it was due: a call that waits behind others is not excused. How late the client
 * itself was, which never waits for the other side but shares its processors, is told apart and taken off. A program:
 *
 *   node open-loop-client.ts LOAD     the load as JSON; prints what the calls took as JSON
 */
import { Agent, request } from 'node:http';
import { signText, textsToSign } from '../../packages/server/src/security/request-signature.ts';

export interface Load {
  readonly url: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly callsPerSecond: number;
  /** Before that code is compiled and connections are opened, and nothing is counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** What is asked: `{}` stands for a number from 1 to `count`, another one each time. */
  readonly target: string;
  readonly count: number;
}

export interface LoadAnswer {
  /**
   * From due until the whole answer was there, less how late the client was with sending; of calls without an answer until
   * they were given up. Upwards.
   */
  readonly timesMs: readonly number[];
  /** How late the client was with sending. Upwards. */
  readonly lateMs: readonly number[];
  /** Answers other than 200, and calls without one. */
  readonly failed: number;
  /** From the first that was due to the last answer. */
  readonly seconds: number;
}

/** Far from the one before, and every one in turn: prime to every count that is used. */
const stride = 389;

/** As a program's pool of connections. */
const mostSockets = 50;
/** A control plane that cannot keep up would be asked for ever. */
const giveUpMs = 5_000;

class OpenLoop {
  readonly #load: Load;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: mostSockets });
  readonly #times: number[] = [];
  readonly #late: number[] = [];
  /** When the open calls were sent, by their number. */
  readonly #open = new Map<number, number>();
  readonly #host: string;
  #failed = 0;
  #last = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#host = new URL(load.url).host;
  }

  async run(seconds: number): Promise<LoadAnswer> {
    const { callsPerSecond } = this.#load;
    const calls = callsPerSecond * seconds;
    const begin = performance.now();
    for (let call = 0; call < calls; ) {
      const now = performance.now();
      for (; call < calls && begin + (call * 1000) / callsPerSecond <= now; call += 1)
        this.#send(call, begin + (call * 1000) / callsPerSecond);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const end = performance.now() + giveUpMs;
    while (this.#open.size > 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 1));
    const now = performance.now();
    const given = [...this.#open.values()].map((sentAt) => now - sentAt);
    const timesMs = [...this.#times, ...given].sort((a, b) => a - b);
    const lateMs = this.#late.sort((a, b) => a - b);
    return { timesMs, lateMs, failed: this.#failed + given.length, seconds: (this.#last - begin) / 1000 };
  }

  #send(call: number, due: number): void {
    const { url, count } = this.#load;
    const target = this.#load.target.replace('{}', String(((call * stride) % count) + 1));
    const sentAt = performance.now();
    this.#late.push(sentAt - due);
    this.#open.set(call, sentAt);
    const answered = (isGood: boolean) => {
      if (!this.#open.delete(call)) return;
      this.#last = performance.now();
      this.#times.push(this.#last - sentAt);
      if (!isGood) this.#failed += 1;
    };
    const options = { agent: this.#agent, headers: this.#sign(target) };
    const sent = request(new URL(target, url), options, (response) => {
      response.resume();
      response.once('end', () => answered(response.statusCode === 200));
    });
    sent.once('error', () => answered(false));
    sent.end();
  }

  #sign(target: string): Record<string, string> {
    const { accessKeyId, accessKeySecret } = this.#load;
    const date = new Date().toUTCString();
    const rawHeaders = ['Date', date, 'Host', this.#host];
    const [text = ''] = textsToSign({ method: 'GET', target, rawHeaders, body: Buffer.alloc(0) });
    const signature = signText(accessKeySecret, text).toString('base64');
    return {
      date,
      host: this.#host,
      authorization: `OCP-ACCESS-KEY-HMACSHA1 ${accessKeyId}:${signature}`,
    };
  }
}

const load = JSON.parse(process.argv[2] ?? '') as Load;
await new OpenLoop(load).run(load.warmUpSeconds);
const answer = await new OpenLoop(load).run(load.seconds);
// A line longer than a pipe holds is written bit by bit, and an exit would cut it off.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
