/** Sends one signal to exactly the recorded process, or none. */
import type { ProcessIdentity } from '@openocp/contract';
import { AgentFailure, isSystemError } from './agent-failure.ts';
import type { CommandRun } from './command-gate.ts';
import type { ProcessKindRow } from './process-kind.ts';
import { readProcess } from './process-reading.ts';
import { judgeRecordedProcess } from './recorded-process.ts';

export type SignalName = 'SIGUSR1' | 'SIGKILL';

export interface SentSignal {
  readonly signal: string;
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

/**
 * Reads the process, announces the signal in the journal, reads the process again and signals it, all in one turn of
 * the event loop. The second reading is there because the first is as old as the disk is slow.
 * @returns undefined when there is nothing to signal: the process has gone, or has begun to end by itself.
 * @throws AgentFailure `identity-mismatch`
 */
export function signalRecordedProcess(
  recorded: ProcessIdentity,
  signal: SignalName,
  kind: ProcessKindRow,
  run: CommandRun,
): SentSignal | undefined {
  if (!isSignalable(recorded, kind)) {
    return undefined;
  }
  const { pid, startTicks } = recorded;
  const { time } = run.announce('signal', { signal, pid, startTicks });
  if (!isSignalable(recorded, kind)) {
    return undefined;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) {
      return undefined;
    }
    throw new AgentFailure('internal', `${signal} could not be sent to process ${pid}`, { cause: error });
  }
  return { signal, pid, time };
}

function isSignalable(recorded: ProcessIdentity, kind: ProcessKindRow): boolean {
  const judged = judgeRecordedProcess(recorded, readProcess(recorded.pid), kind);
  if (judged.verdict === 'mismatch') {
    throw new AgentFailure(
      'identity-mismatch',
      `process ${recorded.pid} is not the recorded one, it gets no signal: ${judged.difference}`,
    );
  }
  return judged.verdict === 'same';
}
