/** What others notice of two hundred wrong log-ons a second, each of which is hashed: the slowest hundredth of calls. */
import { Agent, request } from 'node:http';
import { ApiClient } from '@openocp/testkit';
import type { Benchmark } from '../benchmark.ts';
import { measureFsyncs } from '../machine.ts';
import { median, reportOf, summarise } from '../report.ts';
import { measureP99 } from './call-times.ts';
import {
  bundlePrograms,
  makeHome,
  password,
  spawnControlPlane,
  waitForAnswer,
} from './control-plane-process.ts';

const defaultRounds = 5;
const logOnsPerSecond = 200;
const calls = 600;
const warmUpCalls = 100;
const goal = 3;
/** Nobody is locked out: a refusal without a hash would cost nothing. */
const neverLocked = { maxAttempts: 1_000_000, clientMaxAttempts: 1_000_000 };

export const logOnFlood: Benchmark = async ({ rounds = defaultRounds }) => {
  const home = makeHome('openocp', { login: neverLocked });
  const controlPlane = spawnControlPlane(await bundlePrograms(), home);
  const url = await waitForAnswer(controlPlane);
  const api = new ApiClient(url, 'admin', password);
  await measureP99(api, warmUpCalls);
  const fsyncs: number[] = [];
  const [alone, besides, sent, answered]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < rounds; round += 1) {
    fsyncs.push(...measureFsyncs());
    alone.push(await measureP99(api, calls));
    const flood = new Flood(url);
    besides.push(await measureP99(api, calls));
    const rates = flood.end();
    sent.push(rates.sent);
    answered.push(rates.answered);
  }
  await controlPlane.kill();
  return reportOf('log-on-flood', fsyncs, {
    results: [
      summarise('openocp', 'p99 alone', 'ms', alone),
      summarise('openocp', `p99 beside ${logOnsPerSecond} wrong log-ons a second`, 'ms', besides),
      summarise('openocp', 'log-ons sent', '1/s', sent),
      summarise('openocp', 'log-ons answered', '1/s', answered),
    ],
    ratios: {},
    reach: { [`at most ${goal} times as long`]: median(besides) / median(alone) <= goal },
  });
};

/** Open loop: the next one is sent when its time has come, whoever has been answered. */
class Flood {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  readonly #begin = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #answered = 0;

  constructor(url: string) {
    this.#url = new URL('/api/v2/iam/login', url);
    this.#timer = setInterval(() => this.#catchUp(), 5);
  }

  /** @returns what was sent and answered, per second. */
  end(): { readonly sent: number; readonly answered: number } {
    clearInterval(this.#timer);
    this.#agent.destroy();
    const seconds = (performance.now() - this.#begin) / 1000;
    return { sent: this.#sent / seconds, answered: this.#answered / seconds };
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
      if (response.statusCode === 401) this.#answered += 1;
    });
    call.on('error', () => undefined);
    call.end(body);
  }
}
