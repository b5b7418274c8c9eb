/** Two readings of the same process: what the operating system gives to one process only. */
import type { ProcessIdentity } from '@openocp/contract';

export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.bootId === b.bootId && a.pid === b.pid && a.startTicks === b.startTicks;
}
