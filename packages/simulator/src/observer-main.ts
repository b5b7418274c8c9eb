/**
 * The simulated observer's program; `<home>/bin/observer` loads it with the home as working directory. Exit codes: 0
 * graceful end, 1 refused to start (already running, wrong configuration, port taken, supervisor gone).
 */

import { realpathSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { loginTenants } from './mysql/login.ts';
import { startSqlServer } from './mysql/sql-server.ts';
import { EffectLog } from './process/effects.ts';
import { AlreadyRunning, lockHome } from './process/home-lock.ts';
import { startTicksOf } from './process/live-process.ts';
import { LogFile } from './process/log-file.ts';
import { Observer } from './process/observer.ts';
import {
  ConfigError,
  loadObserverConfig,
  observerUsage,
  type ParsedArguments,
  parseObserverArguments,
} from './process/observer-config.ts';
import { installSignals } from './process/signals.ts';
import { startRpcServer } from './rpc/rpc-server.ts';
import { SqlSession } from './statements/sql-session.ts';

const home = realpathSync(process.cwd());

async function main(argv: readonly string[]): Promise<void> {
  const given = parseObserverArguments(argv);
  if (given.help === true) {
    console.log(observerUsage);
    return;
  }
  if (given.version === true) {
    // Also warms the compile cache for those that follow.
    console.log('observer (simulated OceanBase)');
    flushCompileCache();
    return;
  }
  await lockHome(home);
  await run(given);
}

async function run(given: ParsedArguments): Promise<void> {
  const log = new LogFile(home);
  const effects = new EffectLog(home);
  const config = loadObserverConfig(home, given);
  const observer = new Observer({ home, config, effects, log });
  installSignals(observer);
  effects.record('boot', { server: observer.self });
  log.write('INFO', `observer starts at ${observer.self}, sql port ${config.sqlPort}, zone ${config.zone}`);
  try {
    await startRpcServer(config.ip, config.rpcPort, observer.rpc, (peer) => observer.peers.cutOff.has(peer));
    await startSqlServer(config.ip, config.sqlPort, {
      tenants: loginTenants(observer),
      openSession: (identity, registry) => new SqlSession(observer, identity, registry),
    });
  } catch (error) {
    log.write('ERROR', `observer start fail: ${error instanceof Error ? error.message : String(error)}`);
    effects.record('exit', { reason: 'start failed' });
    console.error(`observer start fail: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  setInterval(() => observer.tick(), Math.max(100, observer.timing.renewMs / 2));
  setInterval(() => observer.saveReplicas(), 10_000);
  watchSupervisor(observer);
}

/** `__sim_supervisor=pid:startTicks`: a cluster started for a test or a demo does not outlive its starter. */
function watchSupervisor(observer: Observer): void {
  const [pid, ticks] = (observer.config.options.get('__sim_supervisor') ?? '').split(':');
  if (pid === undefined || pid === '') return;
  const check = () => {
    if (startTicksOf(Number(pid)) === ticks) return;
    observer.log.write('WARN', 'the supervisor has gone, so does this observer');
    observer.effects.record('exit', { reason: 'supervisor gone' });
    process.exit(1);
  };
  check();
  setInterval(check, 2000);
}

process.on('uncaughtException', (error) => {
  // A defect in answering one client or peer must not take the server down; it stays visible in the log.
  new LogFile(home).write('ERROR', `uncaught: ${error.stack ?? error.message}`);
});

main(process.argv.slice(2)).catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  console.error(error instanceof AlreadyRunning || error instanceof ConfigError ? text : error);
  process.exitCode = 1;
  process.exit(1);
});
