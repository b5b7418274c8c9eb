/** Signals as the kernel takes them: SIGTERM is sudden death, SIGUSR1 the graceful end, SIGINT has no handler. */

import { removePidFile } from './home-lock.ts';
import type { Observer } from './observer.ts';

export function installSignals(observer: Observer): void {
  const { effects, faults, log } = observer;
  const heard = (signal: NodeJS.Signals) => {
    effects.record('signal', { signal, ignored: faults.ignoreSignals });
    log.write('WARN', `signal ${signal}${faults.ignoreSignals ? ' ignored' : ''}`);
    return !faults.ignoreSignals;
  };
  process.on('SIGTERM', () => {
    if (heard('SIGTERM')) process.kill(process.pid, 'SIGKILL');
  });
  process.on('SIGUSR1', () => {
    if (heard('SIGUSR1') && observer.phase !== 'stopping') endGracefully(observer);
  });
}

/** The same disposition for SIGINT as the kernel's, unless the fault asks to ignore it. */
export function ignoreInterrupts(): void {
  process.on('SIGINT', () => undefined);
}

function endGracefully(observer: Observer): void {
  observer.prepareStop();
  setTimeout(() => {
    observer.saveReplicas();
    removePidFile(observer.home);
    observer.effects.record('exit', { reason: 'graceful' });
    observer.log.write('INFO', 'observer ends gracefully');
    process.exit(0);
  }, observer.timing.gracefulMs);
}
