/**
 * Is the process that a command names still that process? The one decision in front of every signal.
 *
 * Boot id, pid and start ticks name a process for good. If they differ, the recorded one is gone; if a stranger has
 * its pid now, that is all there is to say. But if a process of the same home has it, the caller's picture is old, and
 * "already gone" would hide the successor: that is a mismatch. So is the recorded process executing something else.
 */
import type { ProcessIdentity } from '@openocp/contract';
import { belongsToHome, type ProcessKindRow } from './process-kind.ts';
import type { ProcessReading } from './process-reading.ts';

export type RecordedProcessVerdict =
  | { readonly verdict: 'same' }
  | { readonly verdict: 'gone' }
  | { readonly verdict: 'ending' }
  | { readonly verdict: 'mismatch'; readonly difference: string };

export function judgeRecordedProcess(
  recorded: ProcessIdentity,
  reading: ProcessReading,
  kind: ProcessKindRow,
): RecordedProcessVerdict {
  switch (reading.state) {
    case 'gone':
      return { verdict: 'gone' };
    case 'ending':
      return { verdict: isSameStart(recorded, reading) ? 'ending' : 'gone' };
    case 'hidden':
      return isSameStart(recorded, reading)
        ? { verdict: 'mismatch', difference: 'the agent may not read what it executes' }
        : { verdict: 'gone' };
    case 'alive':
      return judgeIdentity(recorded, reading.identity, kind);
  }
}

function judgeIdentity(
  recorded: ProcessIdentity,
  current: ProcessIdentity,
  kind: ProcessKindRow,
): RecordedProcessVerdict {
  const differences = (['bootId', 'pid', 'startTicks', 'executable', 'cwd'] as const)
    .filter((field) => recorded[field] !== current[field])
    .map((field) => `${field} was ${recorded[field]} and is ${current[field]}`);
  if (differences.length === 0) {
    return { verdict: 'same' };
  }
  if (!isSameStart(recorded, current) && !belongsToHome(current, recorded.cwd, kind)) {
    return { verdict: 'gone' };
  }
  return { verdict: 'mismatch', difference: differences.join('; ') };
}

function isSameStart(
  recorded: ProcessIdentity,
  current: Pick<ProcessIdentity, 'bootId' | 'startTicks'>,
): boolean {
  return recorded.bootId === current.bootId && recorded.startTicks === current.startTicks;
}
