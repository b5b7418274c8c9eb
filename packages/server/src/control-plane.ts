/**
 * Starts the control plane: every object is built by hand, in the order of their needs, and taken down in the opposite order.
 * What is built of what is in `wiring`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type Operation, type TaskStore } from '@openocp/engine';
import type { Logger } from 'pino';
import { type AccessControl, createAccessControl } from './access/access-control.ts';
import { createListProgress } from './app/operation-progress.ts';
import { PasswordHasher } from './app/password-hash.ts';
import { clusterClaim } from './app/submit-task.ts';
import { type Config, resolveDatabaseUrl } from './config.ts';
import { createHttpServer } from './http/server.ts';
import { clusterMoveOut } from './operations/cluster-move-out.ts';
import { clusterRestart } from './operations/cluster-restart.ts';
import { clusterStart } from './operations/cluster-start.ts';
import { clusterStop } from './operations/cluster-stop.ts';
import { clusterTakeOver } from './operations/cluster-take-over.ts';
import { guardOperation } from './operations/guarded-operations.ts';
import { keepReturnWindow } from './operations/return-window.ts';
import { serverAdd } from './operations/server-add.ts';
import { serverDelete } from './operations/server-delete.ts';
import { serverReplace } from './operations/server-replace.ts';
import { serverRestart } from './operations/server-restart.ts';
import { serverStart } from './operations/server-start.ts';
import { serverStop } from './operations/server-stop.ts';
import type { OperationServices } from './operations/services.ts';
import { zoneAdd } from './operations/zone-add.ts';
import { zoneDelete } from './operations/zone-delete.ts';
import { zoneRestart } from './operations/zone-restart.ts';
import { zoneStart } from './operations/zone-start.ts';
import { zoneStop } from './operations/zone-stop.ts';
import { openKeyFile } from './security/key-file.ts';
import { createSecretBox, parseKeys, type SecretBox } from './security/secret-box.ts';
import { type MetadataDatabase, openDatabase } from './store/database.ts';
import { createTaskStore } from './store/task-store.ts';
import { collectStart } from './wiring/collect-start.ts';
import { openOutside } from './wiring/outside.ts';
import { clock, monotonic } from './wiring/parts.ts';
import { startReconcilers } from './wiring/reconcilers.ts';
import { createApp, createEventHub } from './wiring/use-cases.ts';

/** Every durable operation of the product. */
export function listOperations(services: OperationServices): Operation[] {
  const operations = [
    serverStop(services),
    serverStart(services),
    serverRestart(services),
    serverAdd(services),
    serverDelete(services),
    serverReplace(services),
    zoneAdd(services),
    zoneDelete(services),
    zoneStop(services),
    zoneStart(services),
    zoneRestart(services),
    clusterStop(services),
    clusterStart(services),
    clusterRestart(services),
    clusterTakeOver(services),
    clusterMoveOut(services),
  ] as Operation[];
  return operations.map((operation) =>
    guardOperation(keepReturnWindow(operation, services), () => services.guard),
  );
}

/** Where fault tests put themselves between the parts. The product passes nothing. */
export interface Seams {
  readonly operations?: (operations: readonly Operation[]) => readonly Operation[];
  readonly taskStore?: (store: TaskStore) => TaskStore;
}

export interface ControlPlane {
  readonly url: string;
  /** Of the user admin; only when it was generated in this start. */
  readonly generatedPassword: string | undefined;
  stop(): Promise<void>;
}

export function keyFileOf({ dataDir }: Config): string {
  return join(dataDir, 'secret.key');
}

/** @returns the box that seals what is secret in the metadata. Makes dataDir and the key when they are missing. */
export function openSecrets(config: Config): SecretBox {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  if (config.secretKey === undefined) return createSecretBox(openKeyFile(keyFileOf(config)));
  const keys = parseKeys(config.secretKey);
  return createSecretBox(() => keys);
}

export async function startControlPlane(
  config: Config,
  log: Logger,
  seams: Seams = {},
): Promise<ControlPlane> {
  const ends: (() => unknown)[] = [];
  const end = async () => {
    for (const each of ends.splice(0).reverse()) await each();
  };
  try {
    return await build(config, log, seams, ends, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function build(
  config: Config,
  log: Logger,
  seams: Seams,
  ends: (() => unknown)[],
  end: () => Promise<void>,
): Promise<ControlPlane> {
  const box = openSecrets(config);
  const database = await openDatabase(resolveDatabaseUrl(config), { exclusive: true });
  ends.push(() => database.close());
  const access = openAccessControl(config, database, box, log);
  ends.push(() => access.stop());
  const generatedPassword = await access.ensureBuiltIn(config.adminPassword);

  const taskStore = createTaskStore(database);
  const listProgress = createListProgress(taskStore, clusterClaim);
  const outside = await openOutside(config, database, box, listProgress, ends);
  const operations = listOperations(outside);
  const engine = createEngine({
    store: seams.taskStore?.(taskStore) ?? taskStore,
    operations: seams.operations?.(operations) ?? operations,
    instance: config.instance,
    leaseMs: config.leaseMs,
    logger: log.child({ part: 'engine' }),
  });
  const events = createEventHub({ ...outside, database, engine, operations, taskStore, log });
  const http = createHttpServer({
    app: createApp({ ...outside, database, engine, operations, taskStore, events, access }),
    authenticate: access.authenticate,
    recordCall: access.recordCall,
    logger: log,
    serverAddress: config.http.host,
    trustedProxies: config.http.trustedProxies,
    ...(config.rateLimit.enabled ? { rateLimits: config.rateLimit } : {}),
    now: clock,
    offsetMinutes: 0,
    ...readTls(config),
  });
  await engine.start();
  ends.push(() => engine.stop());
  const { recordDeed } = access;
  startReconcilers(config, { ...outside, database, engine, operations, taskStore, recordDeed, log }, ends);
  // Requests end first, so that nothing new begins while the rest goes down; streams of events would never end.
  ends.push(() => http.close());
  ends.push(() => events.stop());
  const url = await http.listen({ host: config.http.host, port: config.http.port });
  ends.push(collectStart());
  return { url, generatedPassword, stop: end };
}

function openAccessControl(
  config: Config,
  database: MetadataDatabase,
  box: SecretBox,
  log: Logger,
): AccessControl {
  return createAccessControl({
    database,
    box,
    hasher: new PasswordHasher(),
    now: clock,
    monotonicNow: monotonic,
    offsetMinutes: 0,
    login: config.login,
    sessionIdleMinutes: config.sessionIdleMinutes,
    onAuditError: (error, lost) => log.error({ err: error, lost }, 'events could not be added to the audit'),
  });
}

function readTls({ http }: Config): { tls?: { key: string; cert: string } } {
  if (http.tlsKey === undefined || http.tlsCertificate === undefined) return {};
  return { tls: { key: readFileSync(http.tlsKey, 'utf8'), cert: readFileSync(http.tlsCertificate, 'utf8') } };
}
