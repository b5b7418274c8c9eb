/**
 * Decides which of the product's invariants hold, from the record of effects alone. What the control plane says is used
 * for one thing: to compare it with what is true.
 */
import type { JournalLine } from './effects.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { type Death, type HistoryEvent, Replay, readHistory } from './history.ts';
import type { Stack } from './stack.ts';

/** What the control plane says of a server when an operation has ended well. */
export interface Claim {
  readonly address: string;
  /** `down`: without a process, and nobody is left to mark it. */
  readonly state: 'serving' | 'stopped' | 'down';
  /** Whether a rollback brought it there. */
  readonly isRolledBack: boolean;
}

/** What the scenario knows. */
export interface Account {
  readonly claims?: readonly Claim[];
  /** Tasks that were submitted with force. */
  readonly forcedTasks?: readonly number[];
  /** Tasks that were asked to take the whole cluster down, or up again; what they stop is nobody's loss. */
  readonly wholeClusterTasks?: readonly number[];
  readonly deaths?: readonly Death[];
  /** Agents that the scenario ended, by the server they serve. */
  readonly agentDeaths?: readonly { readonly address: string; readonly time: number }[];
}

export interface Finding {
  readonly invariant: string;
  readonly what: string;
}

type Rule = (evidence: Evidence, account: Account, history: readonly HistoryEvent[]) => string[];

const rules: Readonly<Record<string, Rule>> = {
  OneZone: findTwoZones,
  Majority: findLostMajorities,
  StopBeforeKill: findEarlyKills,
  RightProcess: findWrongProcesses,
  NoFalseSuccess: (evidence, account) => findFalseClaims(evidence, account, false),
  EffectOnce: findRepeatedEffects,
  Fencing: findOldFences,
  Mutex: findMixedTasks,
  RollbackRestores: (evidence, account) => findFalseClaims(evidence, account, true),
  CancelConsistent: findUnfinishedCommands,
};

export function judge(evidence: Evidence, account: Account = {}): Finding[] {
  const history = readHistory(evidence);
  return Object.entries(rules).flatMap(([invariant, find]) =>
    find(evidence, account, history).map((what) => ({ invariant, what })),
  );
}

/** @throws Error that names every broken invariant. */
export async function assertInvariants(stack: Stack, account: Account = {}): Promise<void> {
  const evidence = await gatherSettled(stack);
  const wholeClusterTasks = account.wholeClusterTasks ?? (await stack.listWholeClusterTasks());
  const findings = judge(evidence, { ...account, wholeClusterTasks });
  if (findings.length === 0) return;
  const broken = findings.map(({ invariant, what }) => `  ${invariant}: ${what}`);
  const last = readHistory(evidence).filter(isTelling).slice(-shownEvents).map(tell);
  throw new Error(['Invariants are broken:', ...broken, 'What happened last:', ...last].join('\n'));
}

/** In a healthy cluster too a log stream is without a leader for the moment of a move. Milliseconds. */
const leaderMoveMs = 10_000;

async function gatherSettled(stack: Stack): Promise<Evidence> {
  const end = performance.now() + leaderMoveMs;
  for (;;) {
    const evidence = await gatherEvidence(stack);
    const isLed = evidence.streams.every(({ leaders }) => leaders.length === 1);
    if (isLed || performance.now() > end) return evidence;
  }
}

/** Enough for the operation in question and the one before it. */
const shownEvents = 30;

function isTelling({ kind }: HistoryEvent): boolean {
  return kind !== 'leads' && kind !== 'left';
}

function tell(event: HistoryEvent): string {
  const what =
    event.kind === 'journal'
      ? `agent: ${event.line.phase === 'signal' ? '' : `${event.line.phase} `}${describe(event.line)}, fence ${event.line.command.fence}`
      : event.kind;
  return `  ${new Date(event.time).toISOString()} ${event.address} ${what}`;
}

function findTwoZones(
  { servers }: Evidence,
  { deaths = [], wholeClusterTasks = [] }: Account,
  history: readonly HistoryEvent[],
) {
  const zoneOf = new Map(servers.map(({ address, zone }) => [address, zone]));
  const replay = new Replay(deaths);
  const found = new Set<string>();
  for (const event of history) {
    replay.apply(event);
    const own = [...replay.stopped].flatMap(([address, taskId]) =>
      wholeClusterTasks.includes(taskId) ? [] : [address],
    );
    const down = [...new Set([...replay.marked, ...own])];
    const zones = new Set(down.map((address) => zoneOf.get(address)));
    if (zones.size > 1) found.add(`stopped at once: ${down.toSorted().join(', ')}`);
  }
  return [...found];
}

type SignalEvent = Extract<HistoryEvent, { kind: 'journal' }>;

function isSignal(event: HistoryEvent): event is SignalEvent {
  return event.kind === 'journal' && event.line.phase === 'signal';
}

/** Calls `look` with the state of the cluster at every signal that was not forced. */
function atSignals(
  { deaths = [], forcedTasks = [], wholeClusterTasks = [] }: Account,
  history: readonly HistoryEvent[],
  look: (event: SignalEvent, state: Replay) => string[],
): string[] {
  const replay = new Replay(deaths);
  return history.flatMap((event) => {
    replay.moveTo(event.time);
    const isJudged =
      isSignal(event) && ![...forcedTasks, ...wholeClusterTasks].includes(event.line.command.taskId);
    const found = isJudged ? look(event, replay) : [];
    replay.apply(event);
    return found;
  });
}

function findEarlyKills(_evidence: Evidence, account: Account, history: readonly HistoryEvent[]) {
  return atSignals(account, history, ({ address, line }, { marked }) =>
    marked.has(address)
      ? []
      : [`${describe(line)} to ${address}, which was not marked stopped in the kernel at that moment`],
  );
}

/** An observation may be 2 s old when it is acted on; what dies later than that nobody can know. Milliseconds. */
const observationAgeMs = 2_500;

/** Two halves of one promise: nobody's leader is killed, and the members that stay are a majority. */
function findLostMajorities({ streams }: Evidence, account: Account, history: readonly HistoryEvent[]) {
  const deaths = (account.deaths ?? []).map(({ pid, time }) => ({ pid, time: time + observationAgeMs }));
  return atSignals({ ...account, deaths }, history, ({ address, line }, state) => {
    const led = [...(state.leading.get(address) ?? [])];
    const leading = led.length === 0 ? [] : [`${describe(line)} to ${address}, which led ${led.join(', ')}`];
    const lost = streams.filter(({ members }) => {
      const left = members.filter((member) => member !== address && state.alive.has(member));
      return members.includes(address) && left.length <= members.length / 2;
    });
    return [
      ...leading,
      ...lost.map(({ name }) => `${describe(line)} to ${address} took the majority of log stream ${name}`),
    ];
  });
}

function findWrongProcesses({ servers }: Evidence, { deaths = [] }: Account): string[] {
  return servers.flatMap(({ address, journal, effects }) => {
    const booted = new Set(effects.filter(({ event }) => event === 'boot').map(({ pid }) => pid));
    const announced = journal.filter((line) => line.phase === 'signal');
    const wrong = announced.flatMap((line) => {
      const { pid, startTicks } = line.detail;
      const recorded = intentOf(journal, line)?.detail.process;
      const isRecorded = isProcess(recorded) && recorded.pid === pid && recorded.startTicks === startTicks;
      if (!isRecorded) return [`${describe(line)} of ${address}: pid ${pid} is not the recorded process`];
      return booted.has(Number(pid))
        ? []
        : [`${describe(line)}: pid ${pid} never was an observer of ${address}`];
    });
    const unannounced = effects
      .filter(({ event, pid }) => event === 'signal' && !deaths.some((death) => death.pid === pid))
      .filter(({ pid }) => !announced.some((line) => line.detail.pid === pid))
      .map(({ pid, signal }) => `pid ${pid} of ${address} got ${signal}, which no agent had announced`);
    return [...wrong, ...unannounced];
  });
}

function isProcess(value: unknown): value is { pid: unknown; startTicks: unknown } {
  return typeof value === 'object' && value !== null && 'pid' in value && 'startTicks' in value;
}

function keyOf({ verb, command }: JournalLine): string {
  return `${verb} of task ${command.taskId} subtask ${command.subtaskId} attempt ${command.attempt} ${command.mode}`;
}

function describe(line: JournalLine): string {
  const { signal } = line.detail;
  return `${typeof signal === 'string' ? signal : line.phase} (${keyOf(line)})`;
}

function intentOf(journal: readonly JournalLine[], line: JournalLine): JournalLine | undefined {
  return journal.find((other) => other.phase === 'intent' && keyOf(other) === keyOf(line));
}

function findRepeatedEffects({ servers }: Evidence): string[] {
  return servers.flatMap(({ address, journal, effects }) => {
    const acts = journal.filter(({ phase }) => phase === 'signal' || phase === 'spawn');
    const byAct = Map.groupBy(acts, (line) => `${line.phase} ${describe(line)}`);
    const doubled = [...byAct].filter(([, lines]) => lines.length > 1);
    const heard = effects.filter(({ event }) => event === 'signal');
    const tooMany = [...Map.groupBy(heard, ({ pid, signal }) => `${pid} ${signal}`)].filter(
      ([key, lines]) =>
        lines.length > 1 &&
        lines.length > acts.filter(({ detail }) => `${detail.pid} ${detail.signal}` === key).length,
    );
    return [
      ...doubled.map(([act, lines]) => `${act} happened ${lines.length} times on ${address}`),
      ...tooMany.map(([key, lines]) => `${key} arrived ${lines.length} times at ${address}`),
    ];
  });
}

function findOldFences({ servers }: Evidence): string[] {
  return servers.flatMap(({ address, journal }) => {
    let highest = 0;
    return journal
      .toSorted((a, b) => a.sequence - b.sequence)
      .flatMap((line) => {
        const { fence } = line.command;
        const isOld = fence < highest && (line.phase === 'signal' || line.phase === 'spawn');
        highest = Math.max(highest, fence);
        return isOld ? [`${describe(line)} on ${address} under fence ${fence}, after ${highest}`] : [];
      });
  });
}

/** Tasks of one cluster never run at the same time, so their commands never alternate. */
function findMixedTasks(_evidence: Evidence, _account: Account, history: readonly HistoryEvent[]): string[] {
  const order = history.flatMap((event) => (event.kind === 'journal' ? [event.line.command.taskId] : []));
  const ended = new Set<number>();
  return order.flatMap((taskId, index) => {
    const last = order[index - 1];
    if (last !== undefined && last !== taskId) ended.add(last);
    return ended.has(taskId) ? [`task ${taskId} acted after task ${last} had begun to act`] : [];
  });
}

/** What an agent had begun when it died is settled by looking, and may well stay without a result. */
function findUnfinishedCommands({ servers }: Evidence, { agentDeaths = [] }: Account): string[] {
  return servers.flatMap(({ address, journal }) =>
    journal
      .filter((line) => line.phase === 'intent')
      .filter((line) => !journal.some((other) => other.phase === 'result' && keyOf(other) === keyOf(line)))
      .filter((line) => !agentDeaths.some((death) => death.address === address && death.time >= line.time))
      .map((line) => `${keyOf(line)} on ${address} has no result`),
  );
}

function findFalseClaims(evidence: Evidence, { claims = [] }: Account, isRolledBack: boolean): string[] {
  return claims
    .filter((claim) => claim.isRolledBack === isRolledBack)
    .flatMap(({ address, state }) => {
      const problems = problemsOf[state](evidence, address);
      return problems.map((problem) => `${address} is said to be ${state}, but ${problem}`);
    });
}

const problemsOf: Readonly<Record<Claim['state'], (evidence: Evidence, address: string) => string[]>> = {
  serving: whyNotServing,
  stopped: whyNotStopped,
  down: whyNotDown,
};

function whyNotDown({ servers }: Evidence, address: string): string[] {
  const pids = servers.find((server) => server.address === address)?.pids ?? [];
  return pids.length > 0 ? [`process ${pids.join(', ')} runs`] : [];
}

function whyNotStopped({ servers, kernel }: Evidence, address: string): string[] {
  const pids = servers.find((server) => server.address === address)?.pids ?? [];
  const row = kernel.find((server) => server.address === address);
  return [
    ...(pids.length > 0 ? [`process ${pids.join(', ')} runs`] : []),
    ...(row?.isMarkedStopped === true ? [] : ['the kernel does not show it stopped']),
  ];
}

function whyNotServing({ servers, kernel, streams }: Evidence, address: string): string[] {
  const pids = servers.find((server) => server.address === address)?.pids ?? [];
  const row = kernel.find((server) => server.address === address);
  const leaderless = streams.filter(({ leaders }) => leaders.length !== 1).map(({ name }) => name);
  return [
    ...(pids.length === 1 ? [] : [`${pids.length} processes run in its home`]),
    ...(row?.isMarkedStopped === false ? [] : ['the kernel shows it stopped']),
    ...(row?.isInService === true
      ? []
      : [`the kernel shows it ${row?.status ?? 'not at all'}, not in service`]),
    ...(leaderless.length === 0 ? [] : [`log stream ${leaderless.join(', ')} has no leader`]),
  ];
}
