/**
 * What the fault tests must know of an operation: how to bring the cluster to where it can begin, how to ask for it, and
 * what is true before it and after it. Everything else they find out from the operation itself.
 */
import assert from 'node:assert/strict';
import { operationPlan } from '@openocp/contract';
import { type Claim, type Stack, type StackServer, type StackTask, waitFor } from '@openocp/testkit';
import { forgetClusters } from './data-folder.ts';
import {
  bringNewZone,
  deleteNewZone,
  findNewZone,
  newZone,
  requestZoneDeletion,
  submitNewZone,
} from './new-zone.ts';
import { bringNewcomer, deleteNewcomers, findNewcomer, newcomerOf, prepareHost } from './newcomer.ts';

type ServerState = Claim['state'];

export interface OperationFixture {
  /** Of a typical request; only to find out the subtasks. */
  readonly parameters: unknown;
  readonly needsNoCluster: boolean;
  /**
   * Names of the subtasks at which the walks interfere; absent: all. For operations that are made of steps which other
   * operations have had walked in full. The long run picks from all subtasks of all operations.
   */
  readonly sample?: readonly string[];
  /** Where an operation has no way back in the end: the last subtask after whose work a rollback restores what was before. */
  readonly lastUndone?: string;
  /** It takes every server down, or brings all up: in between no log stream needs to have a leader. */
  readonly isOfAllServers?: true;
  /** From any settled state. */
  prepare(stack: Stack): Promise<void>;
  submit(stack: Stack): Promise<StackTask>;
  /** True before the operation, and again after its rollback. */
  readonly before: OperationState;
  /** True after its success. */
  readonly after: OperationState;
}

interface OperationState {
  /** For the oracle. */
  claims(stack: Stack): Omit<Claim, 'isRolledBack'>[];
  /** What the API must show. */
  check(stack: Stack): Promise<void>;
}

/** Where a server could be. */
const someServer = {
  ip: '127.0.0.9',
  rpcPort: 2882,
  sqlPort: 2881,
  agentUrl: 'https://127.0.0.9:1',
  home: '/home/ob',
};

/** Id of the server that is replaced, by stack. */
const replaced = new WeakMap<Stack, number>();

/** As the stacks of these tests have them. */
const exampleZones = [1, 2, 3].map((id) => ({ name: `zone${id}`, serverIds: [id] }));

const fixtures: Readonly<Record<string, OperationFixture>> = {
  'server-stop': {
    parameters: { clusterId: 1, serverId: 1, force: false, type: 'STOP_PROCESS', freezeServer: false },
    needsNoCluster: false,
    prepare: (stack) => bring(stack, 'serving'),
    submit: (stack) => stack.submit(subjectOf(stack).id, 'stop'),
    before: serverState('serving'),
    after: serverState('stopped'),
  },
  'server-start': {
    parameters: { clusterId: 1, serverId: 1 },
    needsNoCluster: false,
    prepare: (stack) => bring(stack, 'stopped'),
    submit: (stack) => stack.submit(subjectOf(stack).id, 'start'),
    before: serverState('stopped'),
    after: serverState('serving'),
  },
  'server-restart': {
    parameters: { clusterId: 1, serverId: 1, force: false, freezeServer: false },
    needsNoCluster: false,
    sample: ['Stop observer process', 'Start server'],
    prepare: (stack) => bring(stack, 'serving'),
    submit: (stack) => stack.submit(subjectOf(stack).id, 'restart'),
    before: serverState('serving'),
    after: serverState('serving'),
  },
  'server-add': {
    parameters: { clusterId: 1, zoneName: 'zone2', servers: [someServer] },
    needsNoCluster: false,
    sample: ['Add observer'],
    async prepare(stack) {
      await bring(stack, 'serving');
      await prepareHost(stack, subjectOf(stack).zone);
    },
    submit: (stack) =>
      stack.submitTo('servers', { zoneName: subjectOf(stack).zone, servers: [newcomerOf(stack).hostId] }),
    before: newcomer(undefined),
    after: newcomer('RUNNING'),
  },
  'server-delete': {
    parameters: { clusterId: 1, servers: [{ id: 4, zone: 'zone2' }], skipHosts: false },
    needsNoCluster: false,
    sample: ['Prepare delete observer', 'Delete observer'],
    // From then on the kernel empties the server, and is done with it soon.
    lastUndone: 'Prepare delete observer',
    async prepare(stack) {
      await bring(stack, 'serving', { keepNewcomers: true });
      await bringNewcomer(stack, subjectOf(stack).zone);
    },
    async submit(stack) {
      const server = await findNewcomer(stack);
      return stack.submitTo('servers/batchDelete', { servers: [server?.id] });
    },
    before: newcomer('RUNNING'),
    after: newcomer(undefined),
  },
  'server-replace': {
    parameters: { clusterId: 1, zoneName: 'zone2', serverId: 4, server: someServer, skipHosts: false },
    needsNoCluster: false,
    sample: ['Reserve host'],
    lastUndone: 'Update observer status',
    async prepare(stack) {
      await bring(stack, 'serving', { keepNewcomers: true });
      replaced.set(stack, await bringNewcomer(stack, subjectOf(stack).zone));
      await prepareHost(stack, subjectOf(stack).zone);
    },
    submit: (stack) =>
      stack.submitTo(`servers/${replaced.get(stack)}/replace`, { hostId: newcomerOf(stack).hostId }),
    before: newcomer(undefined),
    after: newcomer('RUNNING'),
  },
  'zone-add': {
    parameters: { clusterId: 1, zoneName: 'zone9', region: 'r', idc: 'i', servers: [someServer] },
    needsNoCluster: false,
    sample: ['Add zone', 'Start zone'],
    async prepare(stack) {
      await bring(stack, 'serving', { keepNewcomers: true });
      await deleteNewZone(stack);
      await deleteNewcomers(stack);
      await prepareHost(stack, newZone);
    },
    submit: submitNewZone,
    before: withNewZone(undefined),
    after: withNewZone('RUNNING'),
  },
  'zone-delete': {
    parameters: { clusterId: 1, zoneName: 'zone9', serverIds: [4] },
    needsNoCluster: false,
    sample: ['Stop zone'],
    // From then on the kernel removes the servers, which hold nothing, and is done with them soon.
    lastUndone: 'Stop zone',
    async prepare(stack) {
      await bring(stack, 'serving', { keepNewcomers: true });
      await bringNewZone(stack);
    },
    submit: (stack) => requestZoneDeletion(stack),
    before: withNewZone('RUNNING'),
    after: withNewZone(undefined),
  },
  'zone-stop': {
    parameters: { clusterId: 1, zoneName: 'zone2', serverIds: [2], allServerIds: [2], force: false },
    needsNoCluster: false,
    sample: ['Stop observer process'],
    prepare: (stack) => bring(stack, 'serving'),
    submit: (stack) => stack.submitZone(subjectOf(stack).zone, 'stop'),
    before: serverState('serving'),
    after: zoneStopped(),
  },
  'zone-start': {
    parameters: { clusterId: 1, zoneName: 'zone2', serverIds: [2], allServerIds: [2] },
    needsNoCluster: false,
    sample: ['Start observer process'],
    prepare: (stack) => bring(stack, 'zone stopped'),
    submit: (stack) => stack.submitZone(subjectOf(stack).zone, 'start'),
    before: zoneStopped(),
    after: serverState('serving'),
  },
  'zone-restart': {
    parameters: { clusterId: 1, zoneName: 'zone2', serverIds: [2], allServerIds: [2], force: false },
    needsNoCluster: false,
    sample: ['Stop observer process'],
    prepare: (stack) => bring(stack, 'serving'),
    submit: (stack) => stack.submitZone(subjectOf(stack).zone, 'restart'),
    before: serverState('serving'),
    after: serverState('serving'),
  },
  'cluster-stop': {
    parameters: { clusterId: 1, zones: exampleZones, by: 'admin', reason: '' },
    needsNoCluster: false,
    sample: ['Update OB cluster status'],
    isOfAllServers: true,
    prepare: (stack) => bring(stack, 'serving'),
    submit: (stack) => stack.submitCluster('stop'),
    before: serverState('serving'),
    after: clusterDown(),
  },
  'cluster-start': {
    parameters: { clusterId: 1, zones: exampleZones },
    needsNoCluster: false,
    sample: ['Wait observer accessible'],
    isOfAllServers: true,
    prepare: (stack) => bring(stack, 'cluster down'),
    submit: (stack) => stack.submitCluster('start'),
    before: clusterDown(),
    after: serverState('serving'),
  },
  'cluster-restart': {
    parameters: {
      clusterId: 1,
      batches: exampleZones.map(({ name, serverIds }) => ({ zoneName: name, serverIds })),
      freezeServer: false,
      healthyReadings: 1,
      force: false,
    },
    needsNoCluster: false,
    sample: ['Stop observer process'],
    async prepare(stack) {
      await bring(stack, 'serving');
      await waitForHealth(stack);
    },
    submit: (stack) => stack.submitCluster('restart', { healthyReadings: 1 }),
    before: serverState('serving'),
    after: serverState('serving'),
  },
  'cluster-take-over': {
    parameters: { clusterId: 1, agents: [] },
    needsNoCluster: true,
    prepare: forgetClusters,
    // Its metadata are those of before: to the cluster that is a restored backup.
    submit: (stack) => stack.submitTakeOver({ adopt: true }),
    before: {
      claims: () => [],
      check: async (stack) => assert.deepEqual(await stack.listClusters(), []),
    },
    after: { claims: () => [], check: checkCluster },
  },
  'cluster-move-out': {
    parameters: { clusterId: 1 },
    needsNoCluster: false,
    prepare: (stack) => bring(stack, 'serving'),
    submit: (stack) => stack.submitMoveOut(),
    before: serverState('serving'),
    after: {
      claims: () => [],
      check: async (stack) => assert.deepEqual(await stack.listClusters(), []),
    },
  },
};

export function fixtureOf(operation: string): OperationFixture {
  const fixture = fixtures[operation];
  if (fixture === undefined) {
    throw new Error(
      `The operation ${operation} has no fixture, so it is not fault-tested. Add one to test/faults/operation-fixtures.ts: how to bring the cluster to its start, how to ask for it, and what is true before and after it.`,
    );
  }
  return fixture;
}

/** The server that the operations work on; its zone has no other task in these tests. */
export function subjectOf(stack: Stack): StackServer {
  const server = stack.servers[1];
  if (server === undefined) throw new Error('the stack has fewer than two servers, or is not taken over');
  return server;
}

function addressOf({ ip, port }: StackServer): string {
  return `${ip}:${port}`;
}

const shownStatus = {
  serving: 'RUNNING',
  stopped: 'PROCESS_STOPPED',
  down: 'PROCESS_STOPPED',
} as const;

function serverState(state: ServerState): OperationState {
  return {
    claims: (stack) => [{ address: addressOf(subjectOf(stack)), state }],
    async check(stack) {
      assert.equal(await stack.serverStatus(subjectOf(stack).id), shownStatus[state]);
      await checkCluster(stack);
    },
  };
}

/** The cluster serves as ever, and the newest server beside it is in a state, or is not there. */
function newcomer(status: string | undefined): OperationState {
  return {
    claims: (stack) => serverState('serving').claims(stack),
    async check(stack) {
      assert.equal((await findNewcomer(stack))?.status, status);
      await serverState('serving').check(stack);
    },
  };
}

/** The cluster serves as ever, and the zone beside those of the stack is in a state, or is not there. */
function withNewZone(status: string | undefined): OperationState {
  return {
    claims: (stack) => serverState('serving').claims(stack),
    async check(stack) {
      assert.equal((await findNewZone(stack))?.status, status);
      await newcomer(status).check(stack);
    },
  };
}

function clusterDown(): OperationState {
  return {
    claims: (stack) => stack.servers.map((server) => ({ address: addressOf(server), state: 'down' })),
    async check(stack) {
      assert.deepEqual(await stack.clusterStatuses(), ['STOPPED']);
      assert.equal(await stack.serverStatus(subjectOf(stack).id), 'PROCESS_STOPPED');
    },
  };
}

function zoneStopped(): OperationState {
  return {
    claims: (stack) => serverState('stopped').claims(stack),
    async check(stack) {
      const { zone } = subjectOf(stack);
      assert.equal((await stack.zoneStatuses())[zone], 'STOPPED');
      assert.equal(await isZoneActive(stack), false, 'the kernel shows the zone stopped');
      await serverState('stopped').check(stack);
    },
  };
}

async function isZoneActive(stack: Stack): Promise<boolean> {
  const { zone } = subjectOf(stack);
  const other = stack.servers.find((server) => server.zone !== zone);
  if (other === undefined) throw new Error('the stack has one zone only');
  const query = `SELECT status FROM oceanbase.DBA_OB_ZONES WHERE zone = '${zone}'`;
  return (await stack.sql(other, query))[0]?.status === 'ACTIVE';
}

/** Managed, reachable, and no operation holds it. */
async function checkCluster(stack: Stack): Promise<void> {
  assert.deepEqual(await stack.clusterStatuses(), ['RUNNING']);
}

/** A rolling restart begins on a healthy cluster only; what an earlier case has started may still be catching up. */
async function waitForHealth(stack: Stack): Promise<void> {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/restart/plan`;
  await waitFor(
    'a rolling restart to be allowed',
    async () => {
      const { verdict } = await stack.api.data(operationPlan, 'POST', path, { healthyReadings: 1 });
      return verdict === 'BLOCKED' ? undefined : true;
    },
    { timeoutMs: 30_000 },
  );
}

/** Manages the cluster and brings the subject into a state, whatever an earlier case has left. */
async function bring(
  stack: Stack,
  wanted: 'serving' | 'stopped' | 'zone stopped' | 'cluster down',
  { keepNewcomers = false } = {},
): Promise<void> {
  const [known] = await stack.listClusters();
  if (known === undefined) await stack.takeOver({ adopt: true });
  else if (stack.clusterId !== known) await stack.adopt(known);
  const newest = await stack.newestTask();
  if (newest.status === 'FAILED') await stack.command(newest.id, 'rollback');
  await stack.waitForEnd(newest.id);
  const isDown = (await stack.clusterStatuses())[0] === 'STOPPED';
  if (isDown && wanted === 'cluster down') return;
  if (isDown) await stack.waitForTask((await stack.submitCluster('start')).id);
  if (!keepNewcomers) {
    await deleteNewZone(stack);
    await deleteNewcomers(stack);
  }
  await bringUp(stack, wanted);
  if (wanted === 'cluster down') await stack.waitForTask((await stack.submitCluster('stop')).id);
}

async function bringUp(
  stack: Stack,
  wanted: 'serving' | 'stopped' | 'zone stopped' | 'cluster down',
): Promise<void> {
  const { id, zone } = subjectOf(stack);
  if (!(await isZoneActive(stack)) && wanted !== 'zone stopped')
    await stack.waitForTask((await stack.submitZone(zone, 'start')).id);
  const status = await stack.serverStatus(id);
  if (wanted === 'zone stopped') {
    if (!(await isZoneActive(stack))) return;
    if (status !== 'RUNNING') await stack.waitForTask((await stack.submit(id, 'start')).id);
    await stack.waitForTask((await stack.submitZone(zone, 'stop')).id);
  } else if (status !== (wanted === 'stopped' ? 'PROCESS_STOPPED' : 'RUNNING')) {
    await stack.waitForTask((await stack.submit(id, wanted === 'stopped' ? 'stop' : 'start')).id);
  }
}
