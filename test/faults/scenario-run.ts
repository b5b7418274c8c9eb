/** Carries a scenario out on a stack, brings everything to rest, and lets the oracle judge. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Account,
  assertInvariants,
  gatherEvidence,
  type Stack,
  type StackServer,
  type StackTask,
  waitFor,
} from '@openocp/testkit';
import { fixtureOf, type OperationFixture, subjectOf } from './operation-fixtures.ts';
import type { Incident, Scenario } from './scenario.ts';

const restTimeoutMs = 120_000;
/** A held step or commit is let go, or cancelled, after this time; a frozen process goes on. Milliseconds. */
const holdMs = 1_500;
const lookMs = 200;
/** Longer than operations need that do not wait for a healthy cluster. */
const patienceMs = 20_000;
/** More than any plan asks for: whatever comes to rest does so long before. */
const mostCommands = 8;

/** What was done to a stack in all rounds: the oracle judges its whole history. */
export interface Damage {
  readonly deaths: { readonly pid: number; readonly time: number }[];
  readonly agentDeaths: { readonly address: string; readonly time: number }[];
}

export class ScenarioRun {
  readonly #stack: Stack;
  readonly #scenario: Scenario;
  readonly #fixture: OperationFixture;
  readonly #damage: Damage;
  /** Stops that others asked for, and that began because this task had ended and held nothing any more. */
  readonly #strays: number[] = [];
  #hasEnded = false;

  constructor(stack: Stack, scenario: Scenario, damage: Damage) {
    this.#stack = stack;
    this.#scenario = scenario;
    this.#fixture = fixtureOf(scenario.operation);
    this.#damage = damage;
  }

  /** @throws Error that says which invariant does not hold, or what did not come to rest. */
  async run(): Promise<void> {
    const stack = this.#stack;
    await this.#fixture.prepare(stack);
    const newest = (await this.#newestTask())?.id ?? 0;
    stack.setFaults(this.#scenario.faults);
    const trouble = [
      ...this.#scenario.incidents.map((incident) => this.#happen(incident)),
      this.#makeNoise(),
      this.#letGo(),
    ];
    const submitted = await this.#fixture.submit(stack).then(
      ({ id }) => id,
      () => undefined,
    );
    try {
      if (submitted !== undefined) await this.#waitWhileRunning(submitted);
    } finally {
      this.#hasEnded = true;
      await Promise.all(trouble);
    }
    await this.#calm();
    await this.#takeBackStrays();
    const task = await this.#findOwnTask(newest);
    if (submitted !== undefined && task === undefined)
      throw new Error(`Durable: task ${submitted} was answered and is gone`);
    await this.#judge(task === undefined ? undefined : await this.#bringToRest(task.id));
  }

  async #judge(task: StackTask | undefined): Promise<void> {
    const isRolledBack = task?.operation === 'ROLLBACK';
    const state = task === undefined || isRolledBack ? this.#fixture.before : this.#fixture.after;
    const claims = state.claims(this.#stack).map((claim) => ({ ...claim, isRolledBack }));
    const account: Account = { claims, ...this.#damage };
    await assertInvariants(this.#stack, account);
    await state.check(this.#stack);
  }

  async #newestTask(): Promise<StackTask | undefined> {
    return this.#stack.newestTask().catch(() => undefined);
  }

  /** The answer may have been lost, and the task may be there all the same. @param newest task before it */
  async #findOwnTask(newest: number): Promise<StackTask | undefined> {
    const last = (await this.#newestTask())?.id ?? newest;
    for (let id = last; id > newest; id -= 1) {
      if (!this.#strays.includes(id)) return this.#stack.fetchTask(id);
    }
    return undefined;
  }

  /** A server that others have stopped serves again, as this operation found it. */
  async #takeBackStrays(): Promise<void> {
    const stack = this.#stack;
    const [other] = stack.servers;
    for (const id of [...this.#strays]) {
      const stray = await stack.waitForEnd(id);
      if (stray.status === 'FAILED') await stack.command(id, 'rollback');
      else if (other !== undefined) this.#strays.push((await stack.submit(other.id, 'start')).id);
    }
    for (const id of this.#strays) await stack.waitForTask(id);
  }

  /** Until it has ended, or the control plane has. */
  async #waitWhileRunning(taskId: number): Promise<void> {
    const look = async () => {
      if (this.#stack.controlPlane.ended) return true;
      return (await this.#stack.fetchTask(taskId)).status === 'RUNNING' ? undefined : true;
    };
    try {
      await waitFor(`task ${taskId} to end`, look, { timeoutMs: restTimeoutMs });
    } catch (cause) {
      const { subtasks } = await this.#stack.fetchTask(taskId);
      const live = subtasks.filter(({ status }) => !['PENDING', 'SUCCESSFUL'].includes(status));
      throw new Error(`Progress: task ${taskId} does not end: ${JSON.stringify(live)}`, { cause });
    }
  }

  /** Everybody runs, and nothing more goes wrong. */
  async #calm(): Promise<void> {
    const stack = this.#stack;
    stack.setFaults([]);
    for (const { process: agent, host } of stack.agents) {
      agent.signal('SIGCONT');
      if (agent.ended) await stack.restartAgent(host);
    }
    stack.controlPlane.signal('SIGCONT');
    if (stack.controlPlane.ended) await stack.startFaultyControlPlane();
    for (const server of stack.servers) {
      if (this.#isDead(server)) await revive(stack, server);
      else if (existsSync(`/proc/${pidOf(server)}`))
        await setLeaders(stack, server, 'CALL dbms_sim.refuse_leader_moves(0)');
    }
    if (this.#fixture.isOfAllServers === true) return;
    await waitFor('every log stream to have a leader', () => areLed(stack), { timeoutMs: 60_000 });
  }

  #isDead(server: StackServer): boolean {
    return (
      this.#damage.deaths.some(({ pid }) => pid === pidOf(server)) && !existsSync(`/proc/${pidOf(server)}`)
    );
  }

  /** Retries as often as planned, or where nothing else leads on; then rolls back, again where that fails too. */
  async #bringToRest(taskId: number): Promise<StackTask> {
    const stack = this.#stack;
    for (let commands = 0; commands < mostCommands; commands += 1) {
      const task = await stack.waitForEnd(taskId);
      if (task.status === 'SUCCESSFUL') return task;
      const retries = commands < this.#scenario.retries || this.#isPastReturn(task);
      await stack.command(taskId, retries && task.operation !== 'ROLLBACK' ? 'retry' : 'rollback');
    }
    const left = await stack.fetchTask(taskId);
    throw new Error(`Progress: task ${taskId} cannot be brought to rest: ${JSON.stringify(left.subtasks)}`);
  }

  /** The kernel soon has done what nothing takes back; the product says so then, and a retry is what it advises. */
  #isPastReturn({ prohibitRollback, subtasks }: StackTask): boolean {
    const { lastUndone } = this.#fixture;
    const last = subtasks.findLastIndex(({ name }) => name === lastUndone);
    const failed = subtasks.findIndex(({ status }) => status === 'FAILED');
    return prohibitRollback || (lastUndone !== undefined && failed > last);
  }

  /** What was held is cancelled or let go, and what froze itself is thawed. */
  async #letGo(): Promise<void> {
    const stack = this.#stack;
    const isHeld = this.#scenario.faults.some((fault) => ['hold', 'freeze', 'fill'].includes(fault.do));
    while (isHeld && !this.#hasEnded) {
      await pause(holdMs);
      stack.controlPlane.signal('SIGCONT');
      if (this.#hasEnded) return;
      // Answered when it is durable, which may be only when the fault is over.
      const cancelled = this.#scenario.cancelsHeld ? this.#cancelRunning() : undefined;
      await pause(lookMs);
      stack.setFaults(
        this.#scenario.faults.filter((fault) => !['hold', 'freeze', 'fill'].includes(fault.do)),
      );
      await cancelled;
    }
  }

  async #cancelRunning(): Promise<void> {
    const task = await this.#newestTask();
    const running = task?.subtasks.find(({ status }) => status === 'RUNNING');
    if (task === undefined || running === undefined) return;
    // It may have ended meanwhile.
    await this.#stack.commandSubtask(task.id, running.id, 'cancel').catch(() => undefined);
  }

  /** Others look, and ask for what must be refused while this operation is not finished. */
  async #makeNoise(): Promise<void> {
    const stack = this.#stack;
    for (let count = 0; count < this.#scenario.noise && !this.#hasEnded; count += 1) {
      await pause(200);
      await stack.listClusters().catch(() => undefined);
      const [other] = stack.servers;
      const task = await this.#newestTask();
      if (other === undefined || task?.status !== 'RUNNING' || this.#hasEnded) continue;
      const stray = await stack.submit(other.id, 'stop').catch(() => undefined);
      if (stray === undefined) continue;
      this.#strays.push(stray.id);
      if ((await stack.fetchTask(task.id)).status === 'RUNNING')
        throw new Error(`Mutex: task ${stray.id} was accepted while task ${task.id} was not finished`);
    }
  }

  async #happen({ what, afterMs, lastsMs }: Incident): Promise<void> {
    await pause(afterMs);
    const stack = this.#stack;
    const subject = stack.servers.length === 0 ? undefined : subjectOf(stack);
    const agent = stack.agents.find(({ host }) => host === subject?.ip)?.process;
    const other = stack.servers.findLast(({ id }) => id !== subject?.id);
    switch (what) {
      case 'agent killed':
        if (subject === undefined) return;
        await agent?.kill();
        this.#damage.agentDeaths.push({ address: `${subject.ip}:${subject.port}`, time: Date.now() });
        await pause(lastsMs);
        await stack.restartAgent(subject.ip);
        return;
      case 'agent frozen':
        agent?.signal('SIGSTOP');
        await pause(lastsMs);
        agent?.signal('SIGCONT');
        return;
      case 'control plane killed':
        await stack.controlPlane.kill();
        return;
      case 'control plane frozen':
        stack.controlPlane.signal('SIGSTOP');
        await pause(lastsMs);
        stack.controlPlane.signal('SIGCONT');
        return;
      case 'other observer killed':
        // Among servers that all go down or come up nobody could tell it from the others, nor revive it alone.
        if (this.#fixture.isOfAllServers === true) return;
        if (other === undefined || !existsSync(`/proc/${pidOf(other)}`)) return;
        this.#killObserver(other);
        await this.#reviveWhereAwaited(other);
        return;
      case 'leaders stay':
      case 'leaders move slowly':
        if (subject === undefined) return;
        await setLeaders(
          stack,
          subject,
          what === 'leaders stay'
            ? 'CALL dbms_sim.refuse_leader_moves()'
            : `CALL dbms_sim.slow_leader_moves(${lastsMs})`,
        );
        await pause(lastsMs);
        await setLeaders(
          stack,
          subject,
          what === 'leaders stay'
            ? 'CALL dbms_sim.refuse_leader_moves(0)'
            : 'CALL dbms_sim.slow_leader_moves(0)',
        );
        return;
    }
  }

  /** A rolling operation goes on when the whole cluster is healthy, and waits half an hour for somebody to see to that. */
  async #reviveWhereAwaited(server: StackServer): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!this.#hasEnded && performance.now() < end) await pause(lookMs);
    if (!this.#hasEnded && this.#isDead(server)) await revive(this.#stack, server);
  }

  #killObserver(server: StackServer): void {
    const pid = pidOf(server);
    this.#damage.deaths.push({ pid, time: Date.now() });
    process.kill(pid, 'SIGKILL');
  }
}

/** The process that the pid file names; 0 when there is none. */
export function pidOf({ home }: StackServer): number {
  const file = join(home, 'run', 'observer.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
}

async function areLed(stack: Stack): Promise<true | undefined> {
  const { streams } = await gatherEvidence(stack);
  return streams.length > 0 && streams.every(({ leaders }) => leaders.length === 1) ? true : undefined;
}

/** A server that is down has no leaders to move. */
async function setLeaders(stack: Stack, server: StackServer, call: string): Promise<void> {
  await stack.sql(server, call).catch(() => undefined);
}

/** Starts an observer that a test has killed, as its own service manager would, and waits until it serves. */
export async function revive(stack: Stack, server: StackServer): Promise<void> {
  const program = join(server.home, 'bin', 'observer');
  spawn(program, [], { cwd: server.home, detached: true, stdio: 'ignore' }).unref();
  const witness = stack.servers.find(({ id }) => id !== server.id);
  const query = `SELECT status, start_service_time AS since FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${server.ip}'`;
  await waitFor(
    `${server.ip} to serve again`,
    async () => {
      const [row] = await stack.sql(
        existsSync(`/proc/${pidOf(witness ?? server)}`) ? (witness ?? server) : server,
        query,
      );
      const isUp = existsSync(`/proc/${pidOf(server)}`);
      return isUp && row?.status === 'ACTIVE' && row.since !== null ? true : undefined;
    },
    { timeoutMs: 60_000 },
  );
}
