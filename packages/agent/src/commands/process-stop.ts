/**
 * POST /v1/processes/stop: stops exactly the recorded process and answers when it is gone.
 *
 * A command that comes again after the agent died in between goes on where its journal ends: a signal that was
 * announced is not sent a second time, only waited for.
 */
import {
  type JournalEntry,
  type ProcessIdentity,
  type StopRequest,
  type StopResponse,
  stopRequest,
  stopResponse,
} from '@openocp/contract';
import { z } from 'zod';
import { AgentFailure } from '../agent-failure.ts';
import type { AllowedHomes } from '../allowed-homes.ts';
import type { CommandGate, CommandRun } from '../command-gate.ts';
import type { Call } from '../https-server.ts';
import { lookUntil } from '../look-until.ts';
import { belongsToHome, kindOfHome, type ProcessKindRow } from '../process-kind.ts';
import { hasEnded, readBootId } from '../process-reading.ts';
import { type SentSignal, type SignalName, signalRecordedProcess } from '../process-signal.ts';

const stopAnswer = stopResponse.omit({ redelivered: true });
type StopAnswer = z.infer<typeof stopAnswer>;

/** What a `signal` entry of the journal tells about itself. */
const announcedSignal = z.looseObject({ signal: z.string(), pid: z.int() });

interface SignalStep {
  readonly signal: SignalName;
  /** How long the process may take to end after it. */
  readonly waitMs: number;
}

export async function processStop(gate: CommandGate, homes: AllowedHomes, call: Call): Promise<StopResponse> {
  const request = call.read(stopRequest);
  const home = homes.resolve(request.home);
  const kind = kindOfHome(home);
  if (!belongsToHome(request.process, home, kind)) {
    // Otherwise an allowed home would be a passport to signal any process of the host.
    throw new AgentFailure('invalid-request', `the process to stop is not one of ${home}`);
  }
  const { method, graceMs, deadlineMs } = request;
  const { answer, redelivered } = await gate.deliver<StopAnswer>({
    verb: 'stop',
    home,
    command: request.command,
    detail: { process: request.process, method, graceMs, deadlineMs },
    answer: stopAnswer,
    callerGone: call.callerGone,
    work: (run) => stopRecordedProcess(request, kind, run),
  });
  return { ...answer, redelivered };
}

async function stopRecordedProcess(
  request: StopRequest,
  kind: ProcessKindRow,
  run: CommandRun,
): Promise<StopAnswer> {
  const signals: SentSignal[] = run.earlier.filter(isSignalEntry).map(readAnnouncedSignal);
  for (const step of planSignals(request, kind)) {
    const announced = signals.find(({ signal }) => signal === step.signal);
    const sent = announced ?? signalRecordedProcess(request.process, step.signal, kind, run);
    if (sent !== undefined && announced === undefined) {
      signals.push(sent);
    }
    const waitMs = announced === undefined ? step.waitMs : remainingMs(step.waitMs, announced.time);
    if (await isGoneWithin(request.process, waitMs, run.signal)) {
      return { outcome: signals.length === 0 ? 'already-gone' : 'stopped', signals };
    }
  }
  return { outcome: 'still-running', signals };
}

function planSignals(request: StopRequest, kind: ProcessKindRow): SignalStep[] {
  const kill: SignalStep = { signal: 'SIGKILL', waitMs: request.deadlineMs };
  return request.method === 'kill'
    ? [kill]
    : [{ signal: kind.gracefulSignal, waitMs: request.graceMs }, kill];
}

/** Never more than the whole wait, whatever the wall clock did meanwhile. */
function remainingMs(waitMs: number, since: number): number {
  return Math.min(waitMs, Math.max(0, waitMs - (Date.now() - since)));
}

async function isGoneWithin(
  recorded: ProcessIdentity,
  waitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (recorded.bootId !== readBootId()) {
    return true;
  }
  const gone = () => (hasEnded(recorded.pid, recorded.startTicks) ? true : undefined);
  return (await lookUntil(gone, waitMs, signal)) === true;
}

function isSignalEntry(entry: JournalEntry): boolean {
  return entry.phase === 'signal';
}

function readAnnouncedSignal(entry: JournalEntry): SentSignal {
  const { signal, pid } = announcedSignal.parse(entry.detail);
  return { signal, pid, time: entry.time };
}
