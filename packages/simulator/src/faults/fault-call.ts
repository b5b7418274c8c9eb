/** `CALL dbms_sim.<fault>(...)`: faults of the server that is asked. README.md of this package lists them. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lsKey } from '../cluster/inner-tables.ts';
import { kernelError } from '../kernel-error.ts';
import { okResult, type StatementResult } from '../mysql/result.ts';
import { saveBootDelay } from '../process/boot-delay.ts';
import type { Observer } from '../process/observer.ts';
import { ignoreInterrupts } from '../process/signals.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { administer } from '../statements/admin-call.ts';
import type { StatementContext } from '../statements/statement-context.ts';

type Fault = (context: StatementContext, values: readonly number[]) => unknown;

/** Without an argument a switch is turned on; 0 turns it off. */
function isOn(values: readonly number[]): boolean {
  return (values[0] ?? 1) !== 0;
}

const faults: Readonly<Record<string, Fault>> = {
  ignore_signals: ({ observer }, values) => {
    observer.faults.ignoreSignals = isOn(values);
    if (isOn(values)) ignoreInterrupts();
  },
  hang: ({ observer }) => {
    observer.faults.hang = true;
  },
  crash_after: ({ observer }, [milliseconds = 0]) => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), milliseconds);
    observer.log.write('WARN', `crash in ${milliseconds} ms`);
  },
  come_back: ({ observer }) => watchAndRestart(observer),
  refuse_leader_moves: ({ observer }, values) => {
    observer.faults.refuseLeaderMoves = isOn(values);
  },
  slow_leader_moves: ({ observer }, [milliseconds = 0]) => {
    observer.faults.slowLeaderMovesMs = milliseconds > 0 ? milliseconds : undefined;
  },
  lag_log: ({ observer }, [tenantId = 0, lsId = 0, seconds = 0]) => {
    const replica = observer.group.replicas.get(lsKey(tenantId, lsId));
    if (replica === undefined)
      throw kernelError('entryNotExist', `no replica of ${lsKey(tenantId, lsId)} here`);
    replica.lagMs = seconds * 1000;
  },
  drop_heartbeats: ({ observer }, values) => {
    observer.faults.dropHeartbeats = isOn(values);
  },
  slow_boot: ({ observer }, [milliseconds = 0]) => saveBootDelay(observer.home, milliseconds),
  multi_zone_check_off: (context, values) =>
    administer(context, {
      verb: 'set-parameter',
      name: '__sim_multi_zone_check',
      value: isOn(values) ? 'off' : 'on',
      server: '',
    }),
};

/** The cursor stands behind `CALL`. */
export async function callFault(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  cursor.expectWord('DBMS_SIM');
  cursor.expectOperator('.');
  const name = cursor.expect('word').toLowerCase();
  const values: number[] = [];
  cursor.expectOperator('(');
  while (!cursor.takeOperator(')')) {
    values.push(Number(cursor.expect('number', 'string')));
    if (!cursor.isOperator(')')) cursor.expectOperator(',');
  }
  cursor.expectEnd();
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (fault === undefined) throw kernelError('functionUnknown', `PROCEDURE dbms_sim.${name} does not exist`);
  if (context.identity.tenantId !== 1) throw kernelError('noPrivilege');
  if (values.some((value) => !Number.isFinite(value) || value < 0)) throw kernelError('invalidArgument');
  context.observer.effects.record('fault', { name, values });
  await fault(context, values);
  return okResult;
}

/** A watcher outside this process, because SIGKILL leaves nothing inside to act. */
function watchAndRestart(observer: Observer): void {
  const script = [
    'while [ -d "/proc/$1" ] && ! grep -q "^State:.*[ZX] " "/proc/$1/status"; do sleep 0.1; done',
    'rm -f run/successor.pid',
    'exec bin/observer',
  ].join('; ');
  const watcher = spawn('/bin/sh', ['-c', script, 'come-back', String(process.pid)], {
    cwd: observer.home,
    detached: true,
    stdio: 'ignore',
  });
  watcher.on('error', (error) => observer.log.write('ERROR', `come_back: ${error.message}`));
  watcher.unref();
  writeFileSync(join(observer.home, 'run', 'successor.pid'), String(watcher.pid ?? ''));
}
