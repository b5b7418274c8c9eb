/**
 * Carries out what placement.ts plans, again and again: units, replicas, and the end of servers that are being deleted.
 * A step that fails is not followed up; the next round plans from what is then.
 */
import { type Change, lsKey, sysLsKey } from '../cluster/inner-tables.ts';
import type { ChangeMembersRequest } from '../cluster/messages.ts';
import type { ReplicaTaskRow, UnitRow } from '../cluster/rows.ts';
import type { Configuration } from '../consensus/election.ts';
import { nowUs } from '../timing.ts';
import { wait } from '../wait.ts';
import { endJob, jobChanges } from './jobs.ts';
import { locationChanges } from './location-reports.ts';
import { type Placement, planPlacement, type ReplicaStep } from './placement.ts';
import type { RootContext } from './root-context.ts';

/** Copying data has no end that could be known; a server that dies ends the call. */
const longestBuildMs = 24 * 3600 * 1000;

/** Once per election beat: an election takes a few of them. */
const handOverAttempts = 10;

/** Replicas under way at once, as a limit for the load that they make. */
const stepsAtOnce = 8;

export class Balancer {
  readonly #context: RootContext;
  readonly #busy = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: RootContext) {
    this.#context = context;
  }

  start(): void {
    // Tasks of a predecessor have no one who works on them.
    const stale = [...this.#context.tables.replicaTasks.keys()];
    void this.#write(stale.map((key) => ({ table: 'replicaTasks', key, row: null })));
    this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    const { timing, ended } = this.#context;
    if (!ended) this.#timer = setTimeout(() => void this.#round(), timing.balancerMs);
  }

  async #round(): Promise<void> {
    await this.#write(this.#ownMembers());
    const plan = this.#plan();
    await this.#write(this.#unitMoves(plan.unitMoves));
    await this.#write(plan.unitsArrived.flatMap((unit) => this.#unitArrival(unit)));
    for (const server of plan.emptied) await this.#finishDeletion(server);
    for (const step of plan.replicaSteps) {
      const key = lsKey(step.stream.tenantId, step.stream.lsId);
      if (this.#busy.size >= stepsAtOnce || this.#busy.has(key)) continue;
      this.#busy.add(key);
      void this.#carryOut(key, step).finally(() => this.#busy.delete(key));
    }
    this.#next();
  }

  #plan(): Placement {
    const { tables } = this.#context;
    const isActive = this.#context.parameter('enable_rereplication') !== 'False';
    return planPlacement({ tables, isLost: (server) => isActive && this.#context.isLost(server) });
  }

  #unitMoves(moves: readonly (readonly [UnitRow, string])[]): Change[] {
    const jobs = moves.map(([{ unitId, tenantId }, server]) => ({
      jobType: 'MIGRATE_UNIT' as const,
      server,
      unitId,
      tenantId,
      sqlText: '',
    }));
    return [
      ...moves.map(([unit, server]): Change => {
        const row = { ...unit, server, migrateFrom: unit.server, isManual: false };
        return { table: 'units', key: String(unit.unitId), row };
      }),
      ...jobChanges(this.#context, jobs),
    ];
  }

  #unitArrival(unit: UnitRow): Change[] {
    return [
      { table: 'units', key: String(unit.unitId), row: { ...unit, migrateFrom: '', isManual: false } },
      ...endJob(this.#context, (job) => job.jobType === 'MIGRATE_UNIT' && job.unitId === unit.unitId, 0),
    ];
  }

  async #finishDeletion(server: string): Promise<void> {
    const context = this.#context;
    const own = [...context.tables.parameters].filter(([, row]) => row.server === server);
    await this.#write([
      { table: 'servers', key: server, row: null },
      ...own.map(([key]): Change => ({ table: 'parameters', key, row: null })),
      ...endJob(context, (job) => job.jobType === 'DELETE_SERVER' && job.server === server, 0),
      ...context.eventChanges([
        { module: 'server', event: 'finish_delete_server', pairs: [['server', `"${server}"`]] },
      ]),
    ]);
    context.effects.record('finish_delete_server', { target: server });
  }

  async #carryOut(key: string, step: ReplicaStep): Promise<void> {
    const taskKey = `${key} ${nowUs()}`;
    try {
      await this.#write([{ table: 'replicaTasks', key: taskKey, row: this.#taskRow(taskKey, step) }]);
      await this.#move(key, step);
    } catch {
      // The next round looks again; the log of the stream's leader has the reason.
    }
    await this.#write([{ table: 'replicaTasks', key: taskKey, row: null }]);
  }

  async #move(key: string, { stream, add, remove }: ReplicaStep): Promise<void> {
    const { peers, timing } = this.#context;
    if (add !== undefined) {
      await peers.call(add, 'build_replica', { key }, longestBuildMs);
      // Meanwhile the move may have been called off.
      const still = this.#plan().replicaSteps.some(
        (step) => step.stream === stream && step.add === add && step.remove === remove,
      );
      if (!still) return;
    }
    const members = stream.members.filter((member) => member !== remove);
    if (add !== undefined) members.push(add);
    // A leader that is to leave hands over first; the copy is not to be made again for that.
    for (let attempt = 1; !(await this.#changeMembers({ key, members }, attempt)); attempt += 1) {
      await wait(timing.renewMs);
    }
  }

  /** False: its leader is just being replaced. */
  async #changeMembers(request: ChangeMembersRequest, attempt: number): Promise<boolean> {
    const { peers, timing, self, tables } = this.#context;
    const reported = [...tables.locations.values()].find(
      (row) => row.role === 'LEADER' && lsKey(row.tenantId, row.lsId) === request.key,
    );
    const leader = request.key === sysLsKey ? self : reported?.server;
    if (leader === undefined) return attempt >= handOverAttempts;
    let configuration: Configuration;
    try {
      configuration = await peers.call(leader, 'change_members', request, timing.rpcTimeoutMs * 4);
    } catch (error) {
      if (attempt < handOverAttempts && !this.#context.ended) return false;
      throw error;
    }
    // Those of the sys log stream are taken from its leader, which is this server, in each round.
    if (reported === undefined) return true;
    const { tenantId, lsId, proposalId } = reported;
    await this.#write(locationChanges(tables, { tenantId, lsId, leader, proposalId, configuration }));
    return true;
  }

  #ownMembers(): Change[] {
    const known = this.#context.tables.streams.get(sysLsKey);
    const { version, previous, members, replicaNum } = this.#context.configuration();
    if (known === undefined || previous !== null || version <= known.configurationVersion) return [];
    const row = { ...known, members, replicaNum, configurationVersion: version };
    return [{ table: 'streams', key: sysLsKey, row }];
  }

  #taskRow(taskKey: string, { stream, type, add, remove }: ReplicaStep): ReplicaTaskRow {
    const { self } = this.#context;
    const now = nowUs();
    const { tenantId, lsId, replicaNum } = stream;
    return {
      tenantId,
      lsId,
      taskType: type,
      taskId: `Y${taskKey.replaceAll(/\W/g, '')}`,
      // A lost member endangers the stream, a move does not.
      priority: type === 'MIGRATE LS REPLICA' ? 'LOW' : 'HIGH',
      target: add ?? remove ?? '',
      source: remove ?? '',
      dataSource: stream.members.find((member) => member !== remove) ?? '',
      replicaNum,
      executor: add ?? self,
      createTime: now,
    };
  }

  /** A root service that was deposed writes nothing; its successor plans for itself. */
  async #write(changes: readonly Change[]): Promise<void> {
    const context = this.#context;
    if (changes.length === 0 || context.ended) return;
    await context.exclusively(() => context.write(changes)).catch(() => undefined);
  }
}
