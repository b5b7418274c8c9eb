#!/usr/bin/env node
/**
 * The OpenOCP host agent: `node main.ts --config FILE`, once before that `node main.ts enroll --config FILE --url URL
 * --token-file FILE` (the token in a file, because the command line is there for everybody to read). It starts, stops and inspects the database processes of this
 * host for one control plane. This file builds every object by hand and ends them; it is the only one that knows all.
 *
 * Ending never touches a database process, and needs no waiting: the journal is written synchronously, so between two
 * turns of the event loop it is whole. A command cut short goes on when it is delivered to the next agent.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:https';
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { escapeCommands } from '@openocp/contract';
import { type Logger, pino } from 'pino';
import { messageOf } from './agent-failure.ts';
import { AllowedHomes } from './allowed-homes.ts';
import { CertificateRenewal } from './certificate-renewal.ts';
import { CommandGate } from './command-gate.ts';
import { certificateInstall } from './commands/certificate-install.ts';
import { certificateRequest } from './commands/certificate-request.ts';
import { homeLastWords } from './commands/home-last-words.ts';
import { homePrepare } from './commands/home-prepare.ts';
import { infoGet } from './commands/info-get.ts';
import { journalList } from './commands/journal-list.ts';
import { processInspect } from './commands/process-inspect.ts';
import { processStart } from './commands/process-start.ts';
import { processStop } from './commands/process-stop.ts';
import { type AgentConfig, readConfig } from './config.ts';
import { enrollAgent } from './enroll.ts';
import { createHttpsServer, type Routes, useIdentity } from './https-server.ts';
import { identityFileOf, readIdentity } from './identity.ts';
import { holdInstanceLock } from './instance-lock.ts';
import { Journal } from './journal.ts';

/** Answers of ended commands are on their way by then; a caller that does not read them must not keep the agent. */
const lastAnswersMs = 500;

async function runAgent(config: AgentConfig): Promise<void> {
  const startTime = Date.now();
  const output = pino.destination({ fd: 1, sync: true });
  // A full disk under the log, or a reader that has gone: databases are to be looked after all the same.
  output.on('error', () => undefined);
  const log = pino(
    { level: config.log.level, base: { host: config.host }, hooks: { streamWrite: escapeCommands } },
    output,
  );
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = await holdInstanceLock(config.dataDir);
  const homes = new AllowedHomes(config.homes);
  const journal = new Journal(config.dataDir, Date.now);
  if (journal.tornBytes > 0) {
    log.warn({ tornBytes: journal.tornBytes }, 'the journal ended in a torn line, which was cut off');
  }
  const gate = new CommandGate(journal);
  const identity = readIdentity(config);
  const renewal = new CertificateRenewal({
    host: config.host,
    file: identityFileOf(config),
    current: identity,
    use: (next) => useIdentity(server, next),
  });
  const routes: Routes = {
    'GET /v1/info': () => infoGet(config.host, startTime, homes),
    'GET /v1/journal': (call) => journalList(journal, homes, call),
    'GET /v1/homes/last-words': (call) => homeLastWords(homes, call),
    'POST /v1/certificates/request': (call) => certificateRequest(renewal, call),
    'POST /v1/certificates/install': (call) => certificateInstall(renewal, call),
    'POST /v1/homes/prepare': (call) => homePrepare(gate, homes, call),
    'POST /v1/processes/inspect': (call) => processInspect(homes, call),
    'POST /v1/processes/start': (call) => processStart(gate, homes, call),
    'POST /v1/processes/stop': (call) => processStop(gate, homes, call),
  };
  const server = createHttpsServer({
    identity,
    controlPlaneName: config.tls.controlPlaneName,
    routes,
    log,
    now: Date.now,
  });
  const url = await listen(server, config.listen);
  output.write(`${JSON.stringify({ event: 'listening', url, pid: process.pid })}\n`);

  const end = async (signal: string) => {
    log.info({ signal }, 'ending');
    const closed = once(server, 'close');
    server.close();
    await gate.end();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), lastAnswersMs).unref();
    await closed;
    journal.close();
    lock.close();
  };
  endOnSignals(end, log);
  // Where NODE_COMPILE_CACHE is set, the next start finds compiled code even if this process is killed.
  flushCompileCache();
}

async function listen(server: Server, { host, port }: AgentConfig['listen']): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return `https://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}

function endOnSignals(end: (signal: string) => Promise<void>, log: Logger): void {
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!ending) {
        ending = true;
        end(signal).catch((error) => log.error({ err: error }, 'could not end in order'));
      }
    });
  }
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, url: { type: 'string' }, 'token-file': { type: 'string' } },
  });
  const { config, url, 'token-file': tokenFile } = values;
  const command = positionals.join(' ');
  if (command === 'enroll' && config !== undefined && url !== undefined && tokenFile !== undefined) {
    const file = await enrollAgent(readConfig(config), url, tokenFile);
    process.stdout.write(
      `Enrolled; the identity is in ${file}. Start the agent, or restart it if it runs.\n`,
    );
  } else if (command === '' && config !== undefined) {
    await runAgent(readConfig(config));
  } else {
    throw new Error(
      'usage: main.ts --config FILE, or main.ts enroll --config FILE --url URL --token-file FILE',
    );
  }
} catch (error) {
  process.stderr.write(`openocp-agent: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
