/**
 * Builds the control plane, object by object, in the order of their needs, and takes it down in the opposite order. The
 * only file that knows all parts.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEngine, type Engine, type Operation, type TaskStore } from '@openocp/engine';
import type { Logger } from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import { type AccessControl, createAccessControl } from './access/access-control.ts';
import { createAgentEnrolment, signForHost } from './app/agent-enrolment.ts';
import type { App, Caller } from './app/app.ts';
import { createClusterFigures } from './app/cluster-figures.ts';
import { createClusterGuards, rejectForeignClusters } from './app/cluster-guards.ts';
import { createMoveOut } from './app/cluster-move-out.ts';
import { createClusterOperations } from './app/cluster-operations.ts';
import { createClusterParameters } from './app/cluster-parameters.ts';
import { createClusterPassword } from './app/cluster-password.ts';
import { createClusterSync, type SyncCluster } from './app/cluster-sync.ts';
import { createCredentials } from './app/credentials.ts';
import { createDiagnosis } from './app/diagnosis.ts';
import { createDriftWatch } from './app/drift-watch.ts';
import { EventHub } from './app/event-hub.ts';
import { createEvents } from './app/events.ts';
import { createHostTypes } from './app/host-types.ts';
import { createHosts } from './app/hosts.ts';
import { createInventory, type InventoryServices } from './app/inventory.ts';
import { createMembershipOperations } from './app/membership-operations.ts';
import { listPermanentOffline, recordOfflineTimes, showOfflineTimes } from './app/offline-times.ts';
import { createListProgress, type ListProgress } from './app/operation-progress.ts';
import type { SubjectServices } from './app/operation-subject.ts';
import { PasswordHasher } from './app/password-hash.ts';
import { createDescribeSubtasks } from './app/planned-subtasks.ts';
import { answerRepeatedRequests } from './app/repeated-requests.ts';
import { askForReturns, createReturns } from './app/return-windows.ts';
import { createServerOperations } from './app/server-operations.ts';
import { ServerStates } from './app/server-states.ts';
import { clusterClaim } from './app/submit-task.ts';
import { createSystem } from './app/system.ts';
import { createTakeOver } from './app/take-over.ts';
import { createTaskCommands } from './app/task-commands.ts';
import { createTaskPauses } from './app/task-pauses.ts';
import { createTasks } from './app/tasks.ts';
import { translateAnswers } from './app/translated-answers.ts';
import { createDescribeVersions } from './app/versions.ts';
import { createZoneMembership } from './app/zone-membership.ts';
import { createZoneOperations } from './app/zone-operations.ts';
import { type Config, resolveDatabaseUrl } from './config.ts';
import type { ServerAddress } from './domain/server-address.ts';
import { createHttpServer } from './http/server.ts';
import { ClusterGuard } from './operations/cluster-guard.ts';
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
import { startAgentCertificates } from './reconcilers/agent-certificates.ts';
import { startClusterSync } from './reconcilers/cluster-sync.ts';
import { startHostLiveness } from './reconcilers/host-liveness.ts';
import { startMovedOutRemoval } from './reconcilers/moved-out.ts';
import { startReturnWindows } from './reconcilers/return-windows.ts';
import { startTaskRetention } from './reconcilers/task-retention.ts';
import { type AgentClient, createAgentClient } from './remote/agent-client.ts';
import { ClusterSessions } from './remote/oceanbase/cluster-sessions.ts';
import { lookAtCluster } from './remote/oceanbase/look.ts';
import { createOutboundPolicy, type OutboundPolicy } from './remote/outbound-policy.ts';
import type { KeyPair } from './security/certificate-authority.ts';
import { enrolledLifeMs } from './security/certificate-lives.ts';
import { openKeyFile } from './security/key-file.ts';
import { createSecretBox, parseKeys, type SecretBox } from './security/secret-box.ts';
import { type AgentTrustStore, createAgentTrustStore } from './store/agent-trust.ts';
import { fetchOrCreateAuthority } from './store/authority.ts';
import { type ClusterGuardStore, createClusterGuardStore } from './store/cluster-guards.ts';
import { createClusterStore } from './store/clusters.ts';
import { type CredentialStore, createCredentialStore } from './store/credentials.ts';
import { type MetadataDatabase, openDatabase } from './store/database.ts';
import { createDriftStore, type DriftStore } from './store/drift.ts';
import { createEventFeed } from './store/event-feed.ts';
import { listFormerRuns } from './store/former-runs.ts';
import { createHostTypeStore, type HostTypeStore } from './store/host-types.ts';
import { createHostStore } from './store/hosts.ts';
import { fetchTaskIdByKey } from './store/idempotency-keys.ts';
import { createMovedOutStore } from './store/moved-out-clusters.ts';
import { createOfflineTimeStore } from './store/offline-times.ts';
import { createPasswordChangeStore, type PasswordChangeStore } from './store/password-changes.ts';
import { createServerStore } from './store/servers.ts';
import { createSubtaskLogStore } from './store/subtask-log.ts';
import { createTaskPauseStore, type TaskPauseStore } from './store/task-pauses.ts';
import { createTaskStore, type SqlTaskStore } from './store/task-store.ts';
import { createZoneStore } from './store/zones.ts';

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

const clock = () => Date.now();
const monotonic = () => performance.now();
const dayMs = 86_400_000;
/** Until then the passwords of a cluster that was moved out are still stored, sealed. */
const movedOutIntervalMs = 1_000;
/** Of certificates of which a third, thirty days, is left. */
const renewalLookMs = 3_600_000;
/** Of windows that last for hours. */
const returnLookMs = 2_000;

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
  return { url, generatedPassword, stop: end };
}

/** The loops that keep what is stored close to what is there. */
function startReconcilers(config: Config, parts: ReconcilerParts, ends: (() => unknown)[]): void {
  const { log } = parts;
  const sync = startClusterSync({
    ...parts,
    intervalMs: config.syncIntervalMs,
    onError: (clusterId, error) => log.error({ clusterId, err: error }, 'looking at a cluster failed'),
  });
  ends.push(() => sync.stop());
  const liveness = startHostLiveness({
    ...parts,
    intervalMs: config.hostLookIntervalMs,
    onError: (hostId, error) => log.error({ hostId, err: error }, 'looking at a host failed'),
  });
  ends.push(() => liveness.stop());
  const certificates = startRenewal(parts);
  ends.push(() => certificates.stop());
  const movedOut = startMovedOutRemoval({
    movedOut: parts.movedOut,
    isHeld: async (id) => (await parts.taskStore.listTasksByClaims([clusterClaim(id)])).length > 0,
    intervalMs: movedOutIntervalMs,
    onRemoved: (clusterId) => {
      parts.sessions.close(`cluster-${clusterId}`);
      log.info({ clusterId }, 'removed a cluster that was moved out');
    },
    onError: (error) => log.error({ err: error }, 'removing clusters that were moved out failed'),
  });
  ends.push(() => movedOut.stop());
  const returns = startReturns(parts);
  ends.push(() => returns.stop());
  const retention = startTaskRetention({
    tasks: parts.taskStore,
    keepMs: config.retentionDays * dayMs,
    now: clock,
    onRemoved: (tasks) => log.info({ tasks }, 'removed tasks that ended long ago'),
    onError: (error) => log.error({ err: error }, 'removing old tasks failed'),
  });
  ends.push(() => retention.stop());
}

function startRenewal(parts: TaskParts & { readonly log: Logger }) {
  const { log, authority } = parts;
  return startAgentCertificates({
    ...parts,
    sign: (request, host) => signForHost(authority, request, host, clock()),
    lifeMs: enrolledLifeMs,
    intervalMs: renewalLookMs,
    onRenewed: (host, { fingerprint }) =>
      log.info({ host, fingerprint }, 'an agent has its next certificate'),
    onError: (hostId, error) =>
      log.warn({ hostId, err: error }, 'an agent did not get its next certificate, which is due'),
  });
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

/** Servers that were stopped until a time. */
function startReturns(parts: ReconcilerParts) {
  const { log, taskStore } = parts;
  const serverStart = (caller: Caller, input: { readonly id: number; readonly serverId: number }) =>
    createServerOperations(subjectsOf(parts)).serverStart(caller, input);
  const isHeld = async (clusterId: number) =>
    (await taskStore.listTasksByClaims([clusterClaim(clusterId)])).length > 0;
  return startReturnWindows({
    ...createReturns({ ...parts, serverStart, isHeld, log }),
    now: clock,
    intervalMs: returnLookMs,
    onStarted: (window, taskId) => log.info({ ...window, taskId }, 'starting a server whose time has come'),
    onError: (window, error) => log.error({ ...window, err: error }, 'bringing a server back failed'),
  });
}

interface Outside extends OperationServices {
  readonly guards: ClusterGuardStore;
  readonly syncCluster: SyncCluster;
  readonly pauses: TaskPauseStore;
  readonly passwordChanges: PasswordChangeStore;
  readonly credentials: CredentialStore;
  readonly hostTypes: HostTypeStore;
  readonly drift: DriftStore;
  readonly listProgress: ListProgress;
  readonly authority: KeyPair;
  readonly trust: AgentTrustStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** The inventory, and the ways to the clusters and hosts that it names. */
async function openOutside(
  { instance, outbound }: Config,
  database: MetadataDatabase,
  box: SecretBox,
  listProgress: ListProgress,
  ends: (() => unknown)[],
): Promise<Outside> {
  const clusters = createClusterStore(database, box, clock);
  const zones = createZoneStore(database, clock);
  const servers = createServerStore(database, clock);
  const hosts = createHostStore(database, clock);
  const policy = createOutboundPolicy(outbound);
  // At once, so that a wrong key ends the start and not the first command to an agent.
  const authority = await fetchOrCreateAuthority(database.db, box, new Date());
  const trust = createAgentTrustStore(database, clock);
  const agents = connectAgents(authority, trust, policy);
  ends.push(() => agents.close());
  const sessions = new ClusterSessions(policy);
  ends.push(() => sessions.closeAll());
  const passwordChanges = createPasswordChangeStore(database, box, clock);
  const movedOut = createMovedOutStore(database, clock);
  const drift = createDriftStore(database, clock);
  const pauses = createTaskPauseStore(database, clock);
  const guards = createClusterGuardStore(database, clock);
  const guard = new ClusterGuard({ guards, clusters, sessions, instance, host: hostname(), now: clock });
  const offlineTimes = createOfflineTimeStore(database);
  const parts = {
    guards,
    offlineTimes,
    guard,
    clusters,
    movedOut,
    zones,
    servers,
    hosts,
    pauses,
    sessions,
    agents,
    authority,
    trust,
    passwordChanges,
    drift,
    driftWatch: createDriftWatch({ drift, listProgress }),
    listProgress,
    now: monotonic,
    clock,
  };
  return {
    ...parts,
    credentials: createCredentialStore(database, box, clock),
    hostTypes: createHostTypeStore(database, clock),
    syncCluster: recordOfflineTimes(createClusterSync(parts), parts),
  };
}

interface TaskParts extends Outside {
  readonly database: MetadataDatabase;
  readonly engine: Engine;
  readonly operations: readonly Operation[];
  readonly taskStore: SqlTaskStore;
}

interface ReconcilerParts extends TaskParts {
  readonly recordDeed: AccessControl['recordDeed'];
  readonly log: Logger;
}

interface AppParts extends TaskParts {
  readonly events: EventHub;
  readonly access: AccessControl;
}

function inventoryOf(parts: TaskParts): InventoryServices {
  const { clusters, zones, servers, hostTypes, drift, listProgress } = parts;
  return { clusters, zones, servers, hostTypes, drift, listProgress };
}

function createEventHub(parts: TaskParts & { readonly log: Logger }): EventHub {
  const { database, engine, log } = parts;
  return new EventHub({
    feed: createEventFeed(database.db),
    engine,
    servers: new ServerStates(inventoryOf(parts), (servers) => listPermanentOffline(parts, servers)),
    hasOneWriter: database.dialect === 'sqlite',
    offsetMinutes: 0,
    now: monotonic,
    onError: (error) => log.error({ err: error }, 'looking for events failed'),
  });
}

function createApp(parts: AppParts): App {
  const { database, engine } = parts;
  const fetchTaskByKey = async (key: string) => {
    const taskId = await fetchTaskIdByKey(database.db, key);
    return taskId === undefined ? undefined : engine.fetch(taskId);
  };
  const shown = askForReturns(showOfflineTimes(createUseCases(parts), parts), parts);
  const useCases = rejectForeignClusters(shown, parts);
  return translateAnswers(answerRepeatedRequests(useCases, { fetchTaskByKey, offsetMinutes: 0 }));
}

function subjectsOf(parts: TaskParts): SubjectServices {
  const { database, engine, operations, clusters, sessions, syncCluster } = parts;
  const lookThrough = async (clusterId: number, avoid: readonly ServerAddress[]) =>
    lookAtCluster(sessions, await clusters.fetchAccess(clusterId), { avoid, now: monotonic });
  const listRuns = (operation: string) => listFormerRuns(database.db, operation);
  return {
    ...inventoryOf(parts),
    engine,
    syncCluster,
    lookAtCluster: lookThrough,
    describeSubtasks: createDescribeSubtasks({ operations, listFormerRuns: listRuns }),
    now: monotonic,
  };
}

function createUseCases(parts: AppParts): App {
  const { database, engine, taskStore, events, clusters } = parts;
  const inventory = inventoryOf(parts);
  const { version } = packageFile;
  const subjects = subjectsOf(parts);
  return {
    ...createInventory(inventory),
    ...createHosts(parts),
    ...createAgentEnrolment(parts),
    ...createClusterParameters(parts),
    ...createClusterFigures(parts),
    ...createClusterPassword(parts),
    ...createHostTypes(parts),
    ...createCredentials(parts),
    ...createServerOperations(subjects),
    ...createMembershipOperations({ ...subjects, hosts: parts.hosts }),
    ...createZoneMembership({ ...subjects, hosts: parts.hosts }),
    ...createZoneOperations(subjects),
    ...createMoveOut({ ...inventory, ...parts }),
    ...createClusterOperations(subjects),
    ...createTakeOver({ ...inventory, ...parts }),
    ...createClusterGuards(parts),
    ...createTasks({
      engine,
      pauses: parts.pauses,
      store: taskStore,
      logs: createSubtaskLogStore(database.db),
      offsetMinutes: 0,
    }),
    ...createTaskCommands({ engine, pauses: parts.pauses, offsetMinutes: 0 }),
    ...createTaskPauses({ engine, pauses: parts.pauses, offsetMinutes: 0 }),
    ...createDiagnosis({
      engine,
      store: taskStore,
      describeVersions: createDescribeVersions({ version, database: database.dialect, clusters }),
      offsetMinutes: 0,
    }),
    ...createEvents(events),
    ...parts.access.useCases,
    ...createSystem({
      version,
      buildTimeMs: statSync(fileURLToPath(import.meta.url)).mtimeMs,
      now: clock,
      offsetMinutes: 0,
      listUnavailable: async () => ((await database.isHealthy()) ? [] : ['metadb']),
    }),
  };
}

function connectAgents(authority: KeyPair, trust: AgentTrustStore, outbound: OutboundPolicy): AgentClient {
  const identify = async () => {
    const { issueClientIdentity } = await import('./security/client-identity.ts');
    return issueClientIdentity(authority, clock());
  };
  return createAgentClient({ identify, trust, outbound, clock, monotonicNow: monotonic });
}

function readTls({ http }: Config): { tls?: { key: string; cert: string } } {
  if (http.tlsKey === undefined || http.tlsCertificate === undefined) return {};
  return { tls: { key: readFileSync(http.tlsKey, 'utf8'), cert: readFileSync(http.tlsCertificate, 'utf8') } };
}
