/**
 * What the fault tests must know of an operation: how to bring the cluster to where it can begin, how to ask for it, and
 * what is true before it and after it. Everything else they find out from the operation itself.
 */
import assert from 'node:assert/strict';
import type { Claim, Stack, StackServer, StackTask } from '@openocp/testkit';
import { forgetClusters } from './data-folder.ts';

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

const shownStatus = { serving: 'RUNNING', stopped: 'PROCESS_STOPPED' } as const;

function serverState(state: ServerState): OperationState {
  return {
    claims: (stack) => [{ address: addressOf(subjectOf(stack)), state }],
    async check(stack) {
      assert.equal(await stack.serverStatus(subjectOf(stack).id), shownStatus[state]);
      await checkCluster(stack);
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

/** Manages the cluster and brings the subject into a state, whatever an earlier case has left. */
async function bring(stack: Stack, wanted: ServerState | 'zone stopped'): Promise<void> {
  const [known] = await stack.listClusters();
  if (known === undefined) await stack.takeOver({ adopt: true });
  else if (stack.clusterId !== known) await stack.adopt(known);
  const newest = await stack.newestTask();
  if (newest.status === 'FAILED') await stack.command(newest.id, 'rollback');
  await stack.waitForEnd(newest.id);
  const { id, zone } = subjectOf(stack);
  if (!(await isZoneActive(stack)) && wanted !== 'zone stopped')
    await stack.waitForTask((await stack.submitZone(zone, 'start')).id);
  const status = await stack.serverStatus(id);
  if (wanted === 'zone stopped') {
    if (!(await isZoneActive(stack))) return;
    if (status !== 'RUNNING') await stack.waitForTask((await stack.submit(id, 'start')).id);
    await stack.waitForTask((await stack.submitZone(zone, 'stop')).id);
  } else if (status !== shownStatus[wanted]) {
    await stack.waitForTask((await stack.submit(id, wanted === 'serving' ? 'start' : 'stop')).id);
  }
}
