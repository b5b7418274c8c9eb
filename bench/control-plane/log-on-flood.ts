/** What others notice of two hundred wrong log-ons a second. As many are hashed as the machine can; the others wait their turn. */
import { Agent, request } from 'node:http';
import type { Benchmark } from '../benchmark.ts';
import { summarise } from '../report.ts';
import { measureBeside } from './call-times.ts';
import { makeHome } from './control-plane-process.ts';

const defaultRounds = 5;
const logOnsPerSecond = 200;
/** Nobody is locked out: a refusal without a hash would cost nothing. */
const neverLocked = { maxAttempts: 1_000_000, clientMaxAttempts: 1_000_000 };

export const logOnFlood: Benchmark = async ({ rounds = defaultRounds }) => {
  const [sent, refused]: [number[], number[]] = [[], []];
  return measureBeside({
    name: 'log-on-flood',
    metric: `p99 beside ${logOnsPerSecond} wrong log-ons a second`,
    home: makeHome('openocp', { login: neverLocked }),
    rounds,
    goal: 3,
    async begin(url) {
      const flood = new Flood(url);
      return () => {
        const rates = flood.end();
        sent.push(rates.sent);
        refused.push(rates.refused);
        return [
          summarise('openocp', 'log-ons sent', '1/s', sent),
          summarise('openocp', 'log-ons hashed and refused', '1/s', refused),
        ];
      };
    },
  });
};

/** Open loop: the next one is sent when its time has come, whoever has been refused. */
class Flood {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  readonly #begin = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #refused = 0;

  constructor(url: string) {
    this.#url = new URL('/api/v2/iam/login', url);
    this.#timer = setInterval(() => this.#catchUp(), 5);
  }

  /** @returns what was sent, and what was refused in that time, per second. */
  end(): { readonly sent: number; readonly refused: number } {
    clearInterval(this.#timer);
    this.#agent.destroy();
    const seconds = (performance.now() - this.#begin) / 1000;
    return { sent: this.#sent / seconds, refused: this.#refused / seconds };
  }

  #catchUp(): void {
    const due = Math.floor(((performance.now() - this.#begin) / 1000) * logOnsPerSecond);
    while (this.#sent < due) this.#send();
  }

  #send(): void {
    this.#sent += 1;
    const body = JSON.stringify({ username: `stranger${this.#sent}`, password: 'Wrong_0123456789' });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (response) => {
      response.resume();
      if (response.statusCode === 401) this.#refused += 1;
    });
    call.on('error', () => undefined);
    call.end(body);
  }
}
