/**
 * POST /v1/processes/start: starts the process of a home and answers when it lives and its pid file names it.
 *
 * A launcher may become the database or leave a daemon behind; the pid file tells which process it is in the end.
 * At most one spawn per command: when the command comes again after the agent died in between, and a spawn was
 * announced, the agent only looks what came of it.
 */
import {
  type ProcessIdentity,
  type StartRequest,
  type StartResponse,
  startRequest,
  startResponse,
} from '@openocp/contract';
import type { z } from 'zod';
import { AgentFailure } from '../agent-failure.ts';
import type { AllowedHomes } from '../allowed-homes.ts';
import type { CommandGate, CommandRun } from '../command-gate.ts';
import { lookAtHome, readNamedProcess } from '../home-process.ts';
import type { Call } from '../https-server.ts';
import { hasSpokenSince, readLastWords } from '../last-words.ts';
import { type Launch, launchProcess, readLaunchOutput } from '../launch.ts';
import { lookUntil } from '../look-until.ts';
import { kindOfHome, type ProcessKindRow } from '../process-kind.ts';

const startAnswer = startResponse.omit({ redelivered: true });
type StartAnswer = z.infer<typeof startAnswer>;

/** A daemon that its launcher left behind shows itself at once; when none is seen for this long, there is none. */
const daemonAppearsWithinMs = 1000;
const portTaken = /EADDRINUSE|address (already )?in use|port.{0,40}(already|in use|taken)/i;

export async function processStart(
  gate: CommandGate,
  homes: AllowedHomes,
  call: Call,
): Promise<StartResponse> {
  const request = call.read(startRequest);
  const home = homes.resolve(request.home);
  const kind = kindOfHome(home);
  const start = new ProcessStart(home, kind, request);
  const { answer, redelivered } = await gate.deliver<StartAnswer>({
    verb: 'start',
    home,
    command: request.command,
    // Arguments may hold what is nobody's business; their number is enough to tell commands apart.
    detail: { argumentCount: request.arguments.length, deadlineMs: request.deadlineMs },
    answer: startAnswer,
    callerGone: call.callerGone,
    work: (run) => start.perform(run),
  });
  return { ...answer, redelivered };
}

class ProcessStart {
  readonly #home: string;
  readonly #kind: ProcessKindRow;
  readonly #arguments: readonly string[];
  readonly #shownBefore: string | undefined;
  readonly #deadlineMs: number;
  /** Epoch milliseconds. */
  readonly #begunAt = Date.now();
  /** Since when no process of the home is seen, on the monotonic clock. */
  #absentSince: number | undefined;

  constructor(home: string, kind: ProcessKindRow, request: StartRequest) {
    this.#home = home;
    this.#kind = kind;
    this.#arguments = request.arguments;
    this.#shownBefore = request.shownBefore;
    this.#deadlineMs = request.deadlineMs;
  }

  async perform(run: CommandRun): Promise<StartAnswer> {
    if (run.earlier.some((entry) => entry.phase === 'spawn')) {
      return this.#settle(undefined, run.signal);
    }
    const { process: running } = lookAtHome(this.#home, this.#kind);
    if (running !== null) {
      return { outcome: 'already-running', process: running };
    }
    const shown = this.#shownBefore === undefined ? {} : { shownBefore: this.#shownBefore };
    run.announce('spawn', { launcher: this.#kind.launcher, ...shown });
    return this.#settle(await launchProcess(this.#home, this.#kind, this.#arguments), run.signal);
  }

  /** `launch` is undefined when an earlier agent process spawned: then all there is to know is what lives now. */
  async #settle(launch: Launch | undefined, signal: AbortSignal): Promise<StartAnswer> {
    const answer = await lookUntil(() => this.#look(launch), this.#deadlineMs, signal);
    if (answer !== undefined) {
      return answer;
    }
    const { process: late, pidFile } = lookAtHome(this.#home, this.#kind);
    if (late !== null && pidFile.state === 'current') {
      return { outcome: 'started', process: late };
    }
    throw this.#failure(
      late === null
        ? `no process of ${this.#home} appeared within ${this.#deadlineMs} ms`
        : `process ${late.pid} lives, but after ${this.#deadlineMs} ms its pid file is ${pidFile.state}` +
            (pidFile.pid === null ? '' : ` (it names ${pidFile.pid})`),
    );
  }

  #look(launch: Launch | undefined): StartAnswer | undefined {
    const { process: named } = readNamedProcess(this.#home, this.#kind);
    if (launch === undefined) {
      this.#failWhenAbsent(named, 'the process that was started before the agent ended has gone');
      return named && { outcome: 'started', process: named };
    }
    const exit = launch.exit();
    if (exit === undefined) {
      // Another process in the pid file while the launcher runs: its daemon, or a rival that it will give way to.
      return named?.pid === launch.pid ? named && { outcome: 'started', process: named } : undefined;
    }
    if (exit.code === 0) {
      this.#failWhenAbsent(named, 'the launcher ended without leaving a process');
      return named && { outcome: 'started', process: named };
    }
    if (named !== undefined) {
      return { outcome: 'already-running', process: named };
    }
    throw this.#failure(`${this.#kind.launcher} ended early, ${exit.signal ?? `exit code ${exit.code}`}`);
  }

  #failWhenAbsent(named: ProcessIdentity | undefined, what: string): void {
    if (named !== undefined || lookAtHome(this.#home, this.#kind).process !== null) {
      this.#absentSince = undefined;
      return;
    }
    const now = performance.now();
    this.#absentSince ??= now;
    if (now - this.#absentSince > daemonAppearsWithinMs) {
      throw this.#failure(`${what}; nothing of ${this.#home} runs`);
    }
  }

  /** A process that became a daemon has no other place for them. */
  #lastWords(): string {
    const isItsOwn = hasSpokenSince(this.#home, this.#kind, this.#begunAt);
    return isItsOwn ? readLastWords(this.#home, this.#kind).join(' | ') : '';
  }

  #failure(what: string): AgentFailure {
    const output = readLaunchOutput(this.#home, this.#kind) || this.#lastWords();
    return new AgentFailure(
      portTaken.test(output) ? 'port-in-use' : 'start-failed',
      output === '' ? what : `${what}: ${output}`,
    );
  }
}
