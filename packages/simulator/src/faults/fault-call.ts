/** `CALL dbms_sim.<fault>(...)`: faults of the server that is asked. README.md of this package lists them. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAddress } from '../address.ts';
import { lsKey } from '../cluster/inner-tables.ts';
import type { LsReplica } from '../cluster/ls-replica.ts';
import { kernelError } from '../kernel-error.ts';
import { okResult, type StatementResult } from '../mysql/result.ts';
import { saveBootDelay } from '../process/boot-delay.ts';
import type { Observer } from '../process/observer.ts';
import { ignoreInterrupts } from '../process/signals.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { administer } from '../statements/admin-call.ts';
import type { StatementContext } from '../statements/statement-context.ts';
import { nowUs } from '../timing.ts';
import { viewsOf } from '../views/registry.ts';

type Fault = (context: StatementContext, values: readonly number[], texts: readonly string[]) => unknown;

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
  slow_replica_copy: ({ observer }, [milliseconds = 0]) => {
    observer.faults.replicaCopyMs = milliseconds > 0 ? milliseconds : undefined;
  },
  lag_log: ({ observer }, [tenantId, lsId, seconds = 0]) =>
    replicaOf(observer, tenantId, lsId).lagBy(seconds * 1000),
  fall_behind: ({ observer }, [tenantId, lsId, percent = 100]) =>
    replicaOf(observer, tenantId, lsId).followAt(percent / 100),
  disk_error: ({ observer }, values) => {
    observer.faults.diskErrorSince = isOn(values) ? nowUs() : 0;
  },
  cut_off: ({ observer }, _values, texts) => {
    for (const text of texts) {
      if (parseAddress(text) === undefined) throw kernelError('invalidArgument');
      observer.peers.cutOff.add(text);
    }
  },
  join_again: ({ observer }) => observer.peers.cutOff.clear(),
  answer_wrongly: ({ observer, facts }, _values, [view = '', mode = '']) => {
    if (!viewsOf(facts.obVersion).has(view.toUpperCase()))
      throw kernelError('tableNotExist', `Table 'oceanbase.${view}' doesn't exist`);
    observer.faults.views.set(view, mode);
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
      zone: '',
    }),
};

function replicaOf({ group }: Observer, tenantId = 0, lsId = 0): LsReplica {
  const key = lsKey(tenantId, lsId);
  const replica = group.replicas.get(key);
  if (replica === undefined) throw kernelError('entryNotExist', `no replica of ${key} here`);
  return replica;
}

/** The cursor stands behind `CALL`. */
export async function callFault(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  cursor.expectWord('DBMS_SIM');
  cursor.expectOperator('.');
  const name = cursor.expect('word').toLowerCase();
  const values: number[] = [];
  const texts: string[] = [];
  cursor.expectOperator('(');
  while (!cursor.takeOperator(')')) {
    const text = cursor.take('string')?.text;
    if (text === undefined) values.push(Number(cursor.expect('number')));
    else texts.push(text);
    if (!cursor.isOperator(')')) cursor.expectOperator(',');
  }
  cursor.expectEnd();
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (fault === undefined) throw kernelError('functionUnknown', `PROCEDURE dbms_sim.${name} does not exist`);
  if (context.identity.tenantId !== 1) throw kernelError('noPrivilege');
  if (values.some((value) => !Number.isFinite(value) || value < 0)) throw kernelError('invalidArgument');
  await fault(context, values, texts);
  context.observer.effects.record('fault', { name, values, ...(texts.length > 0 ? { texts } : {}) });
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
